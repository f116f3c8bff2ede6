"""Tuned priors: where takes of one voice sound like an emotion, found by listening to that voice.

The literature says what people do to a voice. What a classifier, or a listener, hears in an engine
whose controls are no larynx is near that, not at it: tuned priors started from the literature and
moved to where the takes that were liked best lay (`emotts.tuning`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from emotts.classifier import Classifier
from emotts.emotions import EMOTIONS
from emotts.engine import Engine
from emotts.errors import ConfigError
from emotts.files import data_dir, replacing
from emotts.options import Options
from emotts.records import Voice
from emotts.tendencies import TENDENCIES, Tendencies, Tendency

logger = logging.getLogger(__name__)


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

    @property
    def tendencies(self) -> Tendencies:
        """The literature's, with those of the controls that were tuned in their place."""
        return merged(
            {
                emotion: {name: Tendency(mean, spread) for name, (mean, spread) in found.items()}
                for emotion, found in self.emotions.items()
            }
        )


@dataclass(frozen=True)
class Known:
    """What is known of how a voice is tuned."""

    file: Path | None = None
    """Of the priors that its takes are drawn from; None: they are the literature's."""
    tuned: Tuned | None = None
    """What it holds."""
    outdated: Path | None = None
    """A file of the user's that does not count, for it is about another version of the engine."""

    @property
    def source(self) -> str:
        """`tuned` or `literature`."""
        return "literature" if self.file is None else "tuned"

    def stale(self, classifiers: Sequence[Classifier]) -> str | None:
        """Why the voice should be tuned again before these classifiers, in words; None: no need."""
        if self.outdated is not None:
            return f"{self.outdated} was tuned on another version of the engine, and is not used"
        if self.tuned is None or not self.tuned.classifiers:
            return None
        before = self.tuned.classifiers
        here = {classifier.name: classifier.fingerprint for classifier in classifiers}
        if not set(before) & set(here):
            return f"tuned with {', '.join(before)}, not with {', '.join(here)}"
        changed = [name for name in before if name in here and here[name] != before[name]]
        return f"tuned with other weights of {', '.join(changed)}" if changed else None


def known(engine: Engine, voice: Voice, folder: str | Path | None = None) -> Known:
    """What is known of a voice: the user's own tuning, else that which comes with its engine.

    Args:
        engine: a file counts only for the version of the engine that it was made with.
        voice: of the engine.
        folder: of the user's own, as the key `tuned` of a configuration names it.

    Raises:
        ConfigError: a file holds no tuned priors.
    """
    own = user_folder(folder)
    outdated = None
    for place in filter(None, (own, engine.tuned)):
        file = place / file_name(engine, voice)
        if file.is_file():
            content = Tuned.load(file)
            if content.fingerprint == engine.fingerprint:
                return Known(file, content, outdated)
            logger.info("%s was tuned on another version of %s", file, engine.name)
            if place == own:
                outdated = file
    return Known(outdated=outdated)


def tendencies(engine: Engine, voice: Voice, folder: str | Path | None = None) -> Tendencies:
    """What emotions do to the controls of a voice: tuned where it was tuned, else the literature's.

    Arguments and errors are those of `known`.
    """
    found = known(engine, voice, folder).tuned
    return TENDENCIES if found is None else found.tendencies


def reached(engine: Engine, voice: Voice, folder: str | Path | None = None) -> Mapping[str, float]:
    """Emotion → the share of sentences in which a voice was heard to reach it, where measured.

    By judges that had no part in the tuning. Arguments and errors are those of `known`.
    """
    found = known(engine, voice, folder).tuned
    return {} if found is None else found.reached


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


def user_folder(named: str | Path | None = None) -> Path:
    """Where a user's own tuned priors are kept: the folder that is named, or the usual one."""
    return data_dir() / "tuned" if named is None else Path(named).expanduser()


def file_name(engine: Engine, voice: Voice) -> str:
    """Where the priors of a voice are kept."""
    return f"{engine.name}-{voice.name}.json"
