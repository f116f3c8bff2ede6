"""The library of eSpeak NG: where it is, what it knows, and how it is made to speak."""

import ctypes.util
import io
import json
import subprocess
import sys
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import espeakng_loader
import numpy as np

from emotts.audio import Audio
from emotts.errors import EngineError
from emotts.plugins import NAME
from emotts.records import Voice

PROGRAM = Path(__file__).with_name("speak.py")
# The longest text that the host hands on takes less than a second.
DEADLINE_S = 30.0
# Four letters are no language of BCP 47: the script of Klingon.
TAGS = {"piqd": "tlh-Piqd"}
FULL_SCALE = np.float32(1 / 32_768)


@dataclass(frozen=True)
class Library:
    """A library of eSpeak NG, used from a process of its own."""

    path: str
    data: str = ""
    """The folder of its data; empty: the one that it was built for."""

    @classmethod
    def found(cls) -> "Library":
        """The system's library, which comes with its package; else that of `espeakng-loader`."""
        if system := ctypes.util.find_library("espeak-ng"):
            return cls(system)
        return cls(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())

    @cached_property
    def version(self) -> str:
        """Such as "1.52.0"."""
        return self._facts["version"].split()[0]

    @cached_property
    def voices(self) -> tuple[Voice, ...]:
        """A voice for each language, American English first, then by their tags."""
        return tuple(language.voice for language in self._languages.values())

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """The names of the variants, such as "f2" and "whisper", that any voice can have."""
        files = self._folder("voices", "!v").iterdir()
        return tuple(sorted(file.name for file in files if NAME.fullmatch(file.name)))

    def speak(
        self, text: str, *, voice: str, variant: str = "", settings: Mapping[int, int]
    ) -> Audio:
        """Speak a text.

        Args:
            text: without NUL.
            voice: the name of one of `voices`.
            variant: one of `variants`, or none.
            settings: parameter of speak_lib.h → value.

        Raises:
            EngineError: nothing in the text can be spoken, or eSpeak failed or hung.
        """
        file = self._languages[voice].file
        order = [
            f"{file}+{variant}" if variant else file,
            *(f"{parameter}={value}" for parameter, value in settings.items()),
        ]
        with wave.open(io.BytesIO(self._run(*order, text=text))) as file:
            rate, frames = file.getframerate(), file.readframes(file.getnframes())
        samples = np.frombuffer(frames, "<i2").astype(np.float32) * FULL_SCALE
        if not samples.any():
            raise EngineError(f"{text!r} has nothing that eSpeak could speak")
        return Audio(samples, rate)

    @cached_property
    def _languages(self) -> "dict[str, _Language]":
        """Voice name → language, for those whose dictionary is there."""
        files = (file for file in self._folder("lang").rglob("*") if file.is_file())
        found = [
            language
            for language in map(_language, files)
            if self._folder().joinpath(f"{language.dictionary}_dict").is_file()
        ]
        found.sort(key=lambda language: (language.voice.name != "en-us", language.voice.name))
        return {language.voice.name: language for language in found}

    @cached_property
    def _facts(self) -> dict[str, str]:
        facts: dict[str, str] = json.loads(self._run())
        return facts

    def _folder(self, *names: str) -> Path:
        folder = Path(self._facts["data"], *names)
        if not folder.is_dir():
            raise EngineError(f"{self.path} has no data in {folder}; install its data files")
        return folder

    def _run(self, *order: str, text: str = "") -> bytes:
        """The output of the program that speaks."""
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", PROGRAM, self.path, self.data, *order],
                input=text.encode("utf-8", "replace"),
                capture_output=True,
                timeout=DEADLINE_S,
            )
        except subprocess.TimeoutExpired:
            raise EngineError(f"eSpeak was not done with a text in {DEADLINE_S:g} s") from None
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[-1]
            raise EngineError(f"eSpeak failed ({reason or f'exit code {done.returncode}'})")
        return done.stdout


@dataclass(frozen=True)
class _Language:
    """A file of eSpeak's that describes a language."""

    file: str
    """Its name, by which eSpeak finds it."""
    dictionary: str
    voice: Voice


def _language(file: Path) -> _Language:
    """The language that a file describes."""
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    facts = {words[0]: words[1:] for words in reversed(lines) if len(words) > 1}
    tag = facts["language"][0]
    parts = tag.split("-")
    regions = [part.upper() if len(part) == 2 else part for part in parts[1:]]
    language = TAGS.get(tag, "-".join([parts[0], *regions]))
    (dictionary,) = facts.get("dictionary", [parts[0]])
    return _Language(file.name, dictionary, Voice(tag, language, " ".join(facts.get("name", []))))
