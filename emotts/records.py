"""The records that flow from a request to speech. Plain data: no behaviour beyond derived views."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio
from emotts.emotions import Target, target

Embedding = npt.NDArray[np.float32]

AUDIBLE = 0.05
"""What is less probable than this is not worth sounding like."""


class ByValue:
    """Compared field by field, arrays by all they hold: of those, `==` alone makes an array."""

    def __eq__(self, other: object) -> bool:
        """Whether the other is of the same kind and holds the same."""
        if type(other) is not type(self):
            return NotImplemented
        mine, theirs = vars(self), vars(other)
        return all(_same(value, theirs[name]) for name, value in mine.items())


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return False
    return one == other


@dataclass(frozen=True)
class Voice:
    """What an engine speaks with."""

    name: str
    """Unique within its engine; `[A-Za-z0-9._-]{1,64}`."""
    language: str
    """BCP 47 tag, such as "en-US"."""
    description: str = ""
    """In words, for people."""


@dataclass(frozen=True, eq=False)
class Conditioning(ByValue):
    """What a take is conditioned on beside its controls; an engine takes what it `accepts`."""

    reference: str | None = None
    """Path of a recording to sound like."""
    embedding: Embedding | None = None
    """[d] float32, an emotion embedding."""
    emotion: str | None = None
    """A canonical emotion, for engines that were trained with tags."""

    def __hash__(self) -> int:
        """Of what is no array."""
        return hash((self.reference, self.emotion))

    @property
    def kinds(self) -> frozenset[str]:
        """Which of {"reference", "embedding", "emotion"} are given."""
        return frozenset(name for name, value in vars(self).items() if value is not None)


@dataclass(frozen=True)
class Take:
    """One planned attempt at a sentence."""

    index: int
    """0 is the engine's neutral rendering."""
    seed: int
    """For engines that use one; 64 bits, never negative."""
    controls: Mapping[str, float] = field(default_factory=dict)
    """Control → requested value, in the control's unit."""
    conditioning: Conditioning = Conditioning()
    """What the engine is given beside controls."""


@dataclass(frozen=True)
class Rendering:
    """What an engine made of a take."""

    audio: Audio
    """At the engine's own rate."""
    effective: Mapping[str, float]
    """Control → the value that took effect."""
    conditioned: frozenset[str] = frozenset()
    """Which kinds of the take's conditioning took effect."""


@dataclass(frozen=True, eq=False)
class Prediction(ByValue):
    """What a classifier heard in a clip."""

    scores: Mapping[str, float]
    """Canonical emotion → probability; empty for a classifier of dimensions alone."""
    embedding: Embedding = field(repr=False)
    """[d] float32, the classifier's inner view of the emotion."""
    dimensions: Mapping[str, float] | None = None
    """Arousal, dominance, valence, about 0…1, where the classifier has them."""
    centred: bool = False
    """True when it was heard relative to the speaker's own profile."""

    @property
    def top(self) -> str:
        """The most probable emotion."""
        return max(self.scores, key=lambda name: self.scores[name])

    def as_target(self, intensity: float = 1.0) -> Target:
        """To sound like that: a target of what was heard, down to `AUDIBLE`."""
        if self.scores:
            return target({name: p for name, p in self.scores.items() if p >= AUDIBLE}, intensity)
        point = {name: min(max(value, 0.0), 1.0) for name, value in (self.dimensions or {}).items()}
        return target(point, intensity)


@dataclass(frozen=True, eq=False)
class Profile(ByValue):
    """What a classifier hears in a voice on average, over varied renderings or recordings."""

    embedding: Embedding = field(repr=False)
    """[d] float32, mean embedding."""
    log_odds: Mapping[str, float]
    """Canonical emotion → mean log-odds."""
    clips: int
    """Number of clips behind it."""
    dimensions: Mapping[str, float] = field(default_factory=dict)
    """Dimension → mean, where the classifier has them."""


@dataclass(frozen=True)
class Measurement:
    """What a check found in a clip."""

    check: str
    """What was measured, such as "clipping"."""
    value: float
    """What was found, in the unit that the reason names."""
    floor: float
    """The limit that `value` was held against."""
    passed: bool
    """Whether the clip may speak, as far as this goes."""
    reason: str
    """In words, with the figures and units."""


@dataclass(frozen=True)
class Candidate:
    """A take with its audio, and what was found in it."""

    take: Take
    """The attempt that it is the result of."""
    audio: Audio | None
    """None when the engine failed on this take."""
    effective: Mapping[str, float]
    """Control → the value that took effect."""
    conditioned: frozenset[str] = frozenset()
    """Which kinds of the take's conditioning took effect."""
    measurements: tuple[Measurement, ...] = ()
    """What the checks found, in the order of their names in the configuration."""
    predictions: Mapping[str, Prediction] = field(default_factory=dict)
    """Classifier → what it heard; a classifier of finalists is missing where it did not listen."""
    score: float | None = None
    """Higher is better; None when rejected."""
    rejected: str | None = None
    """Why it was dropped before it was scored."""

    @property
    def audible(self) -> bool:
        """Whether it is to be heard: take 0, the baseline of the others, whatever checks say."""
        return self.audio is not None and (self.rejected is None or self.take.index == 0)

    @property
    def ignored(self) -> frozenset[str]:
        """Which kinds of the take's conditioning the engine did not heed."""
        if self.audio is None:
            return frozenset()
        return self.take.conditioning.kinds - self.conditioned
