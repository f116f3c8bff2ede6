"""Tuned priors: where takes of one voice sound like an emotion, found by listening to that voice.

The literature says what people do to a voice. What a classifier, or a listener, hears in an engine
whose controls are no larynx is near that, not at it: tuned priors started from the literature and
moved to where the takes that were liked best lay (`emotts.tuning`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emotts.classifier import Classifier
from emotts.engine import Engine
from emotts.files import data_dir
from emotts.records import Voice
from emotts.tendencies import TENDENCIES, Tendencies
from emotts.tunedfile import Tuned

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What is known of how a voice is tuned."""

    own: Tuned | None = None
    """What the user has tuned."""
    shipped: Tuned | None = None
    """What came with the engine; it counts for the emotions that the user has not tuned."""
    file: Path | None = None
    """Of the user's tuning, else of what came; None: the priors are the literature's."""
    outdated: Path | None = None
    """A file of the user's that does not count, for it is about another version of the engine."""

    @property
    def source(self) -> str:
        """`tuned` or `literature`."""
        return "literature" if self.file is None else "tuned"

    @property
    def tendencies(self) -> Tendencies:
        """What emotions do to the controls of the voice."""
        if self.file is None:
            return TENDENCIES
        return {**TENDENCIES, **{e: t for part in self._parts for e, t in part.found.items()}}

    @property
    def reached(self) -> Mapping[str, float]:
        """Emotion → the share of sentences in which the voice was heard to reach it, if measured.

        By judges that had no part in the tuning.
        """
        return {e: share for part in self._parts for e, share in part.reached.items()}

    def stale(self, classifiers: Sequence[Classifier]) -> str | None:
        """Why the voice should be tuned again before these classifiers, in words; None: no need."""
        if self.outdated is not None:
            return f"{self.outdated} was tuned on another version of the engine, and is not used"
        made = self.own or self.shipped
        if made is None or not made.classifiers:
            return None
        before = made.classifiers
        here = {classifier.name: classifier.fingerprint for classifier in classifiers}
        if not set(before) & set(here):
            return f"tuned with {', '.join(before)}, not with {', '.join(here)}"
        changed = [name for name in before if name in here and here[name] != before[name]]
        return f"tuned with other weights of {', '.join(changed)}" if changed else None

    @property
    def _parts(self) -> list[Tuned]:
        """The one that counts most last."""
        return [part for part in (self.shipped, self.own) if part is not None]


def known(engine: Engine, voice: Voice, folder: str | Path | None = None) -> Known:
    """What is known of a voice: the user's own tuning, and that which came with its engine.

    Args:
        engine: a file counts only for the version of the engine that it was made with.
        voice: of the engine.
        folder: of the user's own, as the key `tuned` of a configuration names it.

    Raises:
        ConfigError: a file holds no tuned priors.
    """
    own = user_folder(folder) / file_name(engine, voice)
    came = engine.tuned and engine.tuned / file_name(engine, voice)
    mine, shipped = _of_version(own, engine), _of_version(came, engine)
    file = own if mine else came if shipped else None
    return Known(mine, shipped, file, own if mine is None and own.is_file() else None)


def tendencies(engine: Engine, voice: Voice, folder: str | Path | None = None) -> Tendencies:
    """What emotions do to the controls of a voice: tuned where it was tuned, else the literature's.

    Arguments and errors are those of `known`.
    """
    return known(engine, voice, folder).tendencies


def user_folder(named: str | Path | None = None) -> Path:
    """Where a user's own tuned priors are kept: the folder that is named, or the usual one."""
    return data_dir() / "tuned" if named is None else Path(named).expanduser()


def file_name(engine: Engine, voice: Voice) -> str:
    """Where the priors of a voice are kept."""
    return f"{engine.name}-{voice.name}.json"


def _of_version(file: Path | None, engine: Engine) -> Tuned | None:
    """What a file holds, where there is one for that version of the engine."""
    if file is None or not file.is_file():
        return None
    content = Tuned.load(file)
    if content.fingerprint == engine.fingerprint:
        return content
    logger.info("%s was tuned on another version of %s", file, engine.name)
    return None
