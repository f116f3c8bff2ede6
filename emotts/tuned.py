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


def user_folder(named: str | Path | None = None) -> Path:
    """Where a user's own tuned priors are kept: the folder that is named, or the usual one."""
    return data_dir() / "tuned" if named is None else Path(named).expanduser()


def file_name(engine: Engine, voice: Voice) -> str:
    """Where the priors of a voice are kept."""
    return f"{engine.name}-{voice.name}.json"
