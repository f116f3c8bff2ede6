"""A speaker: an engine with a voice, and what is known about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emotts.engine import Engine
from emotts.listener import Listener
from emotts.records import Voice
from emotts.tendencies import Tendencies


@dataclass(frozen=True)
class Speaker:
    """An engine with a voice, and what is known about it."""

    engine: Engine
    voice: Voice
    listeners: Sequence[Listener]
    """The classifiers, calibrated on the voice."""
    tendencies: Tendencies
    """What emotions do to the voice: the priors of its takes."""
    reached: Mapping[str, float]
    """Emotion → how often the voice was heard to reach it, where that was measured."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classifiers."""
        return tuple(listener.name for listener in self.listeners)
