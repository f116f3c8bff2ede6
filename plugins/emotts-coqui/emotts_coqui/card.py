"""What a model's configuration says, before anything of Coqui is imported or loaded.

A configuration names modules, classes and files, and Coqui imports and opens what it names. Here
the names are held to lists and the files to this machine, and what is left is what Coqui sees.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotts.documents import from_json
from emotts.errors import ConfigError

from emotts_coqui.stats import expect_plain

MODELS = ("vits", "glow_tts", "xtts", "forward_tts", "tacotron", "tacotron2", "align_tts")
"""Modules of Coqui that are known to load tensors alone."""
ALIASES = ("speedy_speech", "fast_pitch", "fast_speech", "fastspeech2")
"""Models whose module is forward_tts."""
CHARACTERS = "TTS.tts."
FILES = (
    "d_vector_file",
    "speakers_file",
    "speaker_file",
    "language_ids_file",
    "speaker_encoder_model_path",
    "speaker_encoder_config_path",
    "stats_path",
    "tokenizer_file",
)
VOCODERS = (
    "hifigan",
    "melgan",
    "multiband_melgan",
    "fullband_melgan",
    "parallel_wavegan",
    "univnet",
)


@dataclass(frozen=True)
class Card:
    """A configuration whose names and files have been checked."""

    content: dict[str, Any]
    """Paths in it are absolute; files that are not there are left out."""

    @property
    def family(self) -> str:
        """The module of Coqui that the model is built by."""
        return _module(self.content)

    def value(self, name: str, default: Any = None) -> Any:
        """An entry of the model's arguments, else of the configuration itself."""
        for part in (self.content.get("model_args") or {}, self.content):
            if part.get(name) is not None:
                return part[name]
        return default

    @property
    def has_encoder(self) -> bool:
        """Whether it comes with the encoder that its d-vectors are of."""
        return bool(self.value("speaker_encoder_model_path"))

    @property
    def clones(self) -> bool:
        """Whether it can sound like a recording."""
        return self.family == "xtts" or self.has_encoder

    @property
    def takes_embeddings(self) -> bool:
        """Whether it speaks with d-vectors whose meaning is not fixed by an encoder of voices."""
        return bool(self.value("use_d_vector_file")) and not self.has_encoder


def read(path: Path, *, speakers: Path | None = None) -> Card:
    """The configuration of a model.

    Args:
        path: a JSON file.
        speakers: takes the place of the file of speakers or d-vectors that it names.

    Raises:
        ConfigError: it can't be read, is of a model that is not supported, or names a class that
            is not Coqui's.
    """
    content = _json(path)
    module = _module(content)
    if module not in MODELS:
        raise ConfigError(f"{path}: model {module!r} is not supported; {', '.join(MODELS)} are")
    characters = (content.get("characters") or {}).get("characters_class")
    if characters and not str(characters).startswith(CHARACTERS):
        raise ConfigError(f"{path}: characters_class {characters!r} is no class of {CHARACTERS}")
    _localize(content, path.parent)
    card = Card(content)
    if speakers is not None:
        key = "d_vector_file" if card.value("use_d_vector_file") else "speakers_file"
        _put(content, key, _existing(speakers))
    if card.value("use_d_vector_file") and not card.value("d_vector_file"):
        raise ConfigError(f"{path}: its file of d-vectors is missing; name one as speakers_path")
    return card


def read_vocoder(path: Path) -> Card:
    """The configuration of a vocoder; raises `ConfigError` as `read` does."""
    content = _json(path)
    for key in ("model", "generator_model"):
        name = str(content.get(key, "hifigan")).removesuffix("_generator")
        if name not in (*VOCODERS, *(("gan",) if key == "model" else ())):
            raise ConfigError(f"{path}: {key} {name!r} is not supported; {', '.join(VOCODERS)} are")
    _localize(content, path.parent)
    return Card(content)


def _module(content: dict[str, Any]) -> str:
    name = str(content.get("base_model") or content.get("model")).lower()
    return "forward_tts" if name in ALIASES else name


def _json(path: Path) -> dict[str, Any]:
    try:
        content = from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: can't be read as JSON: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: is no configuration of a model")
    for key in ("model_args", "audio", "characters"):
        if not isinstance(content.get(key), (dict, type(None))):
            raise ConfigError(f"{path}: {key} must be an object")
    return content


def _localize(content: dict[str, Any], folder: Path) -> None:
    """Make every file absolute, by its path or by its name beside the configuration.

    Coqui opens addresses, too, and a checkpoint keeps paths of the machine it was trained on: what
    is not here is left out.
    """
    for part in _parts(content):
        for key in FILES:
            if part.get(key):
                given = part[key] if isinstance(part[key], list) else [part[key]]
                found = [file for name in given if (file := _find(str(name), folder))]
                part[key] = (found if isinstance(part[key], list) else found[0]) if found else None
                if key == "stats_path":
                    for file in found:
                        expect_plain(Path(file))


def _parts(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield content
    yield from (
        content[key] for key in ("model_args", "audio") if isinstance(content.get(key), dict)
    )


def _find(name: str, folder: Path) -> str | None:
    for candidate in (Path(name), folder / name, folder / Path(name).name):
        with suppress(OSError):  # a name that no file can have
            if candidate.is_file():
                return str(candidate.resolve())
    return None


def _existing(path: Path) -> str:
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file")
    return str(path.resolve())


def _put(content: dict[str, Any], key: str, value: str) -> None:
    """Set a file where the configuration keeps it, in the model's arguments and beside them."""
    for part in (content, content.get("model_args") or {}):
        if key in part:
            part[key] = [value] if isinstance(part[key], list) else value
    content.setdefault("model_args", {}).setdefault(key, value)
