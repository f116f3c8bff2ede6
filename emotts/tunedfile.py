"""The file of a tuned voice: its priors, how they were found, and what they are worth."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from emotts.emotions import EMOTIONS
from emotts.engine import Engine
from emotts.errors import ConfigError
from emotts.files import replacing
from emotts.options import Options
from emotts.records import Voice
from emotts.tendencies import TENDENCIES, Tendencies, Tendency


def _canonical(name: str) -> str:
    if name not in EMOTIONS:
        raise ValueError(f"{name!r} is none of {', '.join(EMOTIONS)}")
    return name


Position = Annotated[float, Field(allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Emotion = Annotated[str, AfterValidator(_canonical)]
DIGITS = 4
"""Decimals that are kept of positions."""


class Tuned(Options):
    """The content of a file of tuned priors."""

    engine: str
    """It was tuned on this engine,"""
    voice: str
    """this voice,"""
    fingerprint: str
    """and this version of the engine: it counts for no other."""
    made: str
    """How, in words."""
    classifiers: Mapping[str, str] = Field(default_factory=dict)
    """Who listened → the fingerprint of the weights."""
    emotions: dict[Emotion, dict[str, tuple[Position, Spread]]]
    """Emotion → control → mean and spread, of the controls that were tuned."""
    reached: Mapping[str, Share] = Field(default_factory=dict)
    """Emotion → the share of sentences in which the voice was heard to reach it, by judges that
    had no part in the tuning."""
    evidence: Mapping[str, Any] = Field(default_factory=dict)
    """What it was tuned with, and what the best of so many takes is worth."""
    before: "Tuned | None" = None
    """The tuning that it replaced; it has its emotions that were not tuned anew, or lost."""

    @classmethod
    def of(cls, found: Tendencies, engine: Engine, voice: Voice, **more: Any) -> "Tuned":
        """What was found of a voice, with other fields as they are."""
        emotions = {
            emotion: {
                name: (round(tendency.mean, DIGITS), round(tendency.spread, DIGITS))
                for name, tendency in controls.items()
            }
            for emotion, controls in found.items()
        }
        return cls.model_validate(
            {
                "engine": engine.name,
                "voice": voice.name,
                "fingerprint": engine.fingerprint,
                "emotions": emotions,
                **more,
            }
        )

    @classmethod
    def load(cls, file: Path) -> "Tuned":
        """Read a file that `save` wrote.

        Raises:
            ConfigError: it can't be read, or holds something else.
        """
        try:
            return cls.model_validate_json(file.read_bytes())
        except OSError as error:
            raise ConfigError(f"{file}: can't be read: {error}") from error
        except ValidationError as error:
            wrong = [
                f"{'.'.join(map(str, found['loc']))} {found['msg']}".strip()
                for found in error.errors()
            ]
            raise ConfigError(
                f"{file}: holds no tuned priors, as emotts tune writes them: {'; '.join(wrong)}. "
                "Remove it, or tune the voice again"
            ) from None

    def save(self, file: Path) -> None:
        """Write it, atomically.

        Raises:
            ConfigError: it can't be written.
        """
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file) as out:
                out.write((self.model_dump_json(indent=1, exclude_defaults=True) + "\n").encode())
        except OSError as error:
            raise ConfigError(f"{file}: can't be written: {error.strerror or error}") from error

    def over(self, earlier: "Tuned | None") -> "Tuned":
        """This tuning, with the emotions that only an earlier one holds."""
        if earlier is None:
            return self
        kept = {e: found for e, found in earlier.emotions.items() if e not in self.emotions}
        reached = {e: share for e, share in earlier.reached.items() if e in kept}
        heard = earlier.classifiers if kept else {}
        return self.model_copy(
            update={
                "classifiers": {**heard, **self.classifiers},
                "emotions": {**kept, **self.emotions},
                "reached": {**reached, **self.reached},
                "before": earlier.model_copy(update={"before": None}),
            }
        )

    @property
    def found(self) -> Tendencies:
        """Of the emotions that were tuned: the literature's, with those of the tuned controls."""
        found = {
            emotion: {name: Tendency(mean, spread) for name, (mean, spread) in controls.items()}
            for emotion, controls in self.emotions.items()
        }
        both = merged(found)
        return {emotion: both[emotion] for emotion in found}


def merged(found: Tendencies) -> Tendencies:
    """The literature's tendencies, with those of the controls that were tuned in their place."""
    emotions = {emotion: {**TENDENCIES.get(emotion, {}), **found[emotion]} for emotion in found}
    return {**TENDENCIES, **emotions}


def replaceable(file: Path) -> None:
    """Raise `ConfigError` where a file of tuned priors could not be written; makes its folder."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=file.parent):
            pass
        if file.is_dir():
            raise IsADirectoryError(f"{file} is a folder")
    except OSError as error:
        raise ConfigError(f"{file}: can't be written: {error.strerror or error}") from error
