"""The cross-entropy method over the controls of an engine: where takes sound like an emotion.

Draw takes, keep those that are liked best, move the draw to where they lie, again (Rubinstein &
Kroese 2004). What is liked: the rank that the classifiers give a take among those of the same
sentence and emotion, less what the take strays beyond a budget of distance from neutral.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotts import scoring
from emotts.controls import Control
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.records import Prediction, Take, Voice
from emotts.tendencies import TENDENCIES, Tendencies, Tendency

logger = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
# The classifiers hear no level: it keeps what the literature says.
UNTUNED = ("energy",)
ELITE = 0.3
RATE = 0.8
# In shares of a control's range. Draws start wide enough to find what the literature left alone,
# and stay wide enough for takes to differ.
FIRST_SPREAD = 0.1
LAST_SPREAD = 0.05
# A control at the end of its range strains a voice by 1, half way by a quarter; what costs more
# DNSMOS than the others (benchmarks/results/controls.md), by more. With this budget draws lose less
# than 0.4 points on average (benchmarks/results/tuned.md).
COSTLY = {"rate": 3.0, "pitch": 2.0}
BUDGET = 3.5
SEED = 41


@dataclass(frozen=True)
class Space:
    """The tuned controls, as dimensions of vectors of positions."""

    controls: Mapping[str, Control]

    @property
    def low(self) -> Array:
        """[k] position of the lower end of each."""
        return np.array([c.position(c.low) for c in self.controls.values()])

    @property
    def high(self) -> Array:
        """[k] position of the upper end of each."""
        return np.array([c.position(c.high) for c in self.controls.values()])

    @property
    def span(self) -> Array:
        """[k] length of each range."""
        return self.high - self.low

    def values(self, positions: Array) -> dict[str, float]:
        """Control → value at a vector of positions."""
        pairs = zip(self.controls.items(), positions.tolist(), strict=True)
        return {name: control.at(position) for (name, control), position in pairs}

    def strain(self, positions: Array) -> Array:
        """[n] squared distance from neutral of [n, k] positions; 1 is the end of one range.

        Above neutral, that of a costly control counts several times.
        """
        reach = np.maximum(np.where(positions < 0, -self.low, self.high), 1e-9)
        cost = np.array([COSTLY.get(name, 1.0) for name in self.controls])
        squared = np.where(positions > 0, cost, 1.0) * (positions / reach) ** 2
        return np.asarray(squared.sum(axis=1))


@dataclass(frozen=True)
class Cloud:
    """A normal distribution over positions, each control on its own."""

    mean: Array
    """[k]."""
    spread: Array
    """[k]."""

    def draw(self, count: int, space: Space, rng: np.random.Generator) -> Array:
        """[count, k] positions within the ranges."""
        drawn = self.mean + self.spread * rng.standard_normal((count, self.mean.size))
        return np.clip(drawn, space.low, space.high)

    def towards(self, best: Array, space: Space) -> "Cloud":
        """Moved towards the [n, k] positions that were liked best."""
        spread = (1 - RATE) * self.spread + RATE * best.std(axis=0)
        return Cloud(
            (1 - RATE) * self.mean + RATE * best.mean(axis=0),
            np.maximum(spread, LAST_SPREAD * space.span),
        )

    def tendencies(self, space: Space) -> dict[str, Tendency]:
        """The same by control."""
        pairs = zip(space.controls, self.mean.tolist(), self.spread.tolist(), strict=True)
        return {name: Tendency(mean, spread) for name, mean, spread in pairs}


@dataclass(frozen=True)
class Tuner:
    """Tunes one voice to what some classifiers hear."""

    engine: Engine
    voice: Voice
    listeners: Sequence[Listener]
    texts: Sequence[str]
    """Without emotional words; each generation speaks every second of them, in turns."""
    takes: int
    """A sentence and emotion."""

    def tune(self, generations: int) -> Tendencies:
        """Emotion → control → tendency, of the controls that were tuned."""
        labels = [set(listener.classifier.labels) for listener in self.listeners]
        known = [emotion for emotion in EMOTIONS if all(emotion in heard for heard in labels)]
        clouds = {emotion: self._literature(emotion) for emotion in known}
        for generation in range(generations):
            clouds = self._generation(generation, clouds)
        return {emotion: cloud.tendencies(self._space) for emotion, cloud in clouds.items()}

    @property
    def _space(self) -> Space:
        controls = self.engine.controls.items()
        return Space({name: control for name, control in controls if name not in UNTUNED})

    def _literature(self, emotion: str) -> Cloud:
        space, still = self._space, Tendency(0.0, 0.0)
        known = [TENDENCIES[emotion].get(name, still) for name in space.controls]
        spread = np.array([tendency.spread for tendency in known])
        mean = np.array([tendency.mean for tendency in known])
        return Cloud(mean, np.maximum(spread, FIRST_SPREAD * space.span))

    def _generation(self, number: int, clouds: Mapping[str, Cloud]) -> dict[str, Cloud]:
        rng = np.random.default_rng([SEED, number])
        space = self._space
        best: dict[str, list[Array]] = {emotion: [] for emotion in clouds}
        hits: dict[str, list[bool]] = {emotion: [] for emotion in clouds}
        for text in self.texts[number % 2 :: 2]:
            drawn = {e: cloud.draw(self.takes, space, rng) for e, cloud in clouds.items()}
            heard = self._heard(text, np.concatenate(list(drawn.values())))
            for index, (emotion, positions) in enumerate(drawn.items()):
                mine = heard[index * self.takes : (index + 1) * self.takes]
                beyond = np.maximum(space.strain(positions) - BUDGET, 0)
                order = np.argsort(beyond - liking(mine, emotion), kind="stable")
                best[emotion].append(positions[order[: max(1, round(ELITE * self.takes))]])
                hits[emotion] += [all(p.top == emotion for p in take) for take in mine]
        shares = ", ".join(f"{emotion} {np.mean(found):.2f}" for emotion, found in hits.items())
        logger.info("generation %d, heard first by all: %s", number, shares)
        return {e: clouds[e].towards(np.concatenate(best[e]), space) for e in clouds}

    def _heard(self, text: str, positions: Array) -> list[list[Prediction]]:
        """For each take, what each of the classifiers hears."""
        takes = [Take(i + 1, i, self._space.values(row)) for i, row in enumerate(positions)]
        made = self.engine.renderings(text, voice=self.voice.name, takes=takes)
        return [
            [listener.heard([rendering.audio])[0] for listener in self.listeners]
            for rendering in made
        ]


def liking(heard: Sequence[Sequence[Prediction]], emotion: str) -> Array:
    """[n] mean over the classifiers of the rank of each take among its rivals, 0…1."""
    target = Target({emotion: 1.0})
    columns = zip(*heard, strict=True)
    ranks = [scoring.ranks([scoring.score(p, target) for p in column]) for column in columns]
    return np.asarray(np.mean(ranks, axis=0))
