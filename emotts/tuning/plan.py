"""What a voice is to be tuned with."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from emotts.classifier import Classifier
from emotts.controls import Control
from emotts.emotions import Target, emotion
from emotts.engine import Engine
from emotts.errors import ConfigError
from emotts.listener import Listener
from emotts.tendencies import TENDENCIES, Tendencies
from emotts.tuning.booth import Booth
from emotts.tuning.curve import COUNTS
from emotts.tuning.learner import UNTUNED, steps
from emotts.tuning.texts import Texts

TAKES = 6
GENERATIONS = 3
TUNABLE = tuple(name for name in TENDENCIES if name != "neutral")


@dataclass(frozen=True)
class Plan:
    """What a voice is to be tuned with."""

    booth: Booth
    """Where takes are made, and those who choose."""
    texts: Texts
    emotions: tuple[str, ...]
    """Canonical ones, which all listeners know."""
    judges: Sequence[Listener] = ()
    """Have no part in the tuning, and hear what came of it."""
    shipped: Tendencies | None = None
    """What the engine came with, where it came tuned; measured, too."""
    takes: int = TAKES
    """A sentence, emotion and generation."""
    generations: int = GENERATIONS
    counts: tuple[int, ...] = COUNTS
    """Takes at which the curve is measured, ascending; none: it is not."""
    minutes: float | None = None
    """Half for learning, the rest for the curve; None: as long as it takes."""

    @property
    def steps(self) -> int:
        """How often it listens to a sentence."""
        return steps(len(self.texts.learned), self.generations)

    @property
    def digest(self) -> str:
        """A hash of all that what is learned depends on, but of how long there is for it."""
        booth = self.booth
        depends: list[object] = [
            [booth.engine.name, booth.engine.fingerprint, booth.voice.name],
            {name: _plain(control) for name, control in booth.engine.controls.items()},
            [listener.fingerprint for listener in booth.listeners],
            [[check.name, check.options.model_dump(mode="json")] for check in booth.checks],
            [self.texts.learned, self.emotions, self.takes],
            {name: TENDENCIES[name] for name in self.emotions},
        ]
        if booth.centroids is not None:
            depends.append([[name, row.tolist()] for name, row in booth.centroids.items()])
        return hashlib.sha256(json.dumps(depends, default=vars).encode()).hexdigest()[:16]


def _plain(control: Control) -> dict[str, object]:
    """A control as it is hashed: 2 is 2.0, as it comes from a process of its own."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in vars(control).items()
    }


def tunable(engine: Engine) -> None:
    """Raise `ConfigError` where an engine has nothing that could be tuned."""
    if not set(engine.controls) - set(UNTUNED):
        raise ConfigError(
            f"{engine.name} has no controls that could be tuned; an engine around it may add some, "
            f"such as prosody({engine.name}) with emotts-prosody"
        )


def hearable(named: Sequence[str], classifiers: Sequence[Classifier]) -> tuple[str, ...]:
    """The canonical emotions that were named, or all that every classifier knows but neutral.

    Raises:
        UnknownNameError: one is no emotion.
        ConfigError: a classifier does not know one, or it is neutral.
    """
    if not named:
        found = tuple(name for name in TUNABLE if all(knows_all(c, [name]) for c in classifiers))
        if not found:
            raise ConfigError("the classifiers know no emotion in common that could be tuned")
        return found
    wanted = tuple(dict.fromkeys(map(emotion, named)))
    for name in wanted:
        if name not in TUNABLE:
            raise ConfigError(
                f"{name} can't be tuned: take 0 speaks so; valid: {', '.join(TUNABLE)}"
            )
        for classifier in classifiers:
            _within(classifier, name)
    return wanted


def knows_all(classifier: Classifier, emotions: Sequence[str]) -> bool:
    """Whether a classifier hears all of them."""
    try:
        for name in emotions:
            _within(classifier, name)
    except ConfigError:
        return False
    return True


def _within(classifier: Classifier, name: str) -> None:
    labels, dimensions = classifier.labels, classifier.dimensions
    Target({name: 1.0}).within(labels, dimensions, classifier=classifier.name)
