"""Where a checkpoint's files are: a local folder, or a repository of the Hugging Face hub."""

import hashlib
import logging
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from emotts.errors import ClassifierError

logger = logging.getLogger(__name__)

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
SAFETENSORS = "model.safetensors"
PICKLE = "pytorch_model.bin"
HUB_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9._-]{1,96}")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Checkpoint:
    """A model as it was asked for; files are found, and downloaded, when they are needed."""

    model: str
    """A folder, or owner/name on the hub."""
    revision: str | None = None
    """Branch, tag or 40-digit commit on the hub; None for its default branch."""
    offline: bool = False
    """Only what is in the hub's cache already; HF_HUB_OFFLINE=1 does the same."""
    allow_pickle: bool = False
    """Whether `pytorch_model.bin` may be read where there is no `model.safetensors`."""

    @cached_property
    def config(self) -> Path:
        """`config.json`."""
        found = self._find(CONFIG)
        if found is None:
            raise ClassifierError(f"{self.model} has no {CONFIG}: no transformers checkpoint")
        return found

    @cached_property
    def preprocessor(self) -> Path | None:
        """`preprocessor_config.json`, None where there is none."""
        return self._find(PREPROCESSOR)

    @cached_property
    def weights(self) -> Path:
        """The file of the weights: safetensors where there is one.

        Raises:
            ClassifierError: there is none that may be read.
        """
        if (found := self._find(SAFETENSORS)) is not None:
            return found
        if not self.allow_pickle:
            raise ClassifierError(
                f"{self.model} has no {SAFETENSORS}. If it has {PICKLE}, a pickle, the option "
                f"allow_pickle: true reads it (tensors only, nothing in it is run)"
            )
        if (found := self._find(PICKLE)) is None:
            raise ClassifierError(f"{self.model} has neither {SAFETENSORS} nor {PICKLE}")
        if self._folder is None and not COMMIT.fullmatch(self.revision or ""):
            logger.warning(
                "%s: reading a %s that no revision pins; pin revision: %s",
                self.model,
                PICKLE,
                self.commit,
            )
        return found

    @property
    def commit(self) -> str:
        """The commit that the hub's files are of; "local" for a folder."""
        # The hub's cache keeps them under …/snapshots/<commit>/.
        return "local" if self._folder is not None else self.config.parent.name

    @cached_property
    def sha256(self) -> str:
        """Of the weights and the two configs, hexadecimal: what the predictions depend on."""
        digest = hashlib.sha256()
        for path in (self.weights, self.config, self.preprocessor):
            if path is not None:
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    @cached_property
    def _folder(self) -> Path | None:
        folder = Path(self.model).expanduser()
        if folder.is_dir():
            return folder.resolve()
        if not HUB_ID.fullmatch(self.model):
            raise ClassifierError(
                f"no such model: {self.model!r} is neither a folder nor the owner/name of a "
                f"repository on the Hugging Face hub"
            )
        return None

    def _find(self, name: str) -> Path | None:
        return self._downloaded(name) if self._folder is None else self._local(self._folder / name)

    def _local(self, path: Path) -> Path | None:
        if not path.exists():
            return None
        target = path.resolve()
        # A folder of the hub's own cache links to its blobs; any other way out is refused.
        blobs = path.parent.parent.parent / "blobs"
        if not target.is_file() or not any(map(target.is_relative_to, (path.parent, blobs))):
            raise ClassifierError(f"{path} must be a file of this folder; it is {target}")
        return path

    def _downloaded(self, name: str) -> Path | None:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

        try:
            return Path(
                hf_hub_download(
                    self.model,
                    name,
                    revision=self.revision,
                    local_files_only=self.offline,
                )
            )
        except LocalEntryNotFoundError as error:
            if self._cached_without(name):
                return None
            raise ClassifierError(
                f"{self.model}: {name} is not in the hub's cache, and the hub can't be reached "
                f"or is not to be: {error}"
            ) from error
        except EntryNotFoundError:
            return None
        except Exception as error:  # whatever the network, the hub or the disk raises
            raise ClassifierError(f"{self.model}: {name} can't be fetched: {error}") from error

    def _cached_without(self, name: str) -> bool:
        """Whether the cache holds this revision, and `name` was left out of it."""
        from huggingface_hub import try_to_load_from_cache

        if name == CONFIG:
            return False
        found = [
            try_to_load_from_cache(self.model, file, revision=self.revision)
            for file in (CONFIG, SAFETENSORS, PICKLE)
        ]
        has_config, *weights = [isinstance(path, str) for path in found]
        return has_config and any(weights)
