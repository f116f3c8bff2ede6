"""A response surface: how much takes are liked, as a function of where their controls are.

Liking is fitted by a parabola along each control, from takes anywhere and within sentences, so that
every take counts. Times a prior it tells where to draw from: a control that nobody hears stays
where the prior has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emotts.controls import Control
from emotts.tendencies import Tendency

Array = npt.NDArray[np.float64]

# How much liking, in standard deviations between takes, is worth a factor of e in how often such
# takes are drawn; lower trusts what was heard more, and the literature less.
TEMPERATURE = 0.25
RIDGE = 0.02
# A control at the end of its range strains a voice by 1, half way by a quarter; what costs more
# DNSMOS than the others (benchmarks/results/controls.md), by more. The centre of the draws keeps
# within this budget; they then lose less than 0.4 points on average (benchmarks/results/tuned.md).
COSTLY = {"rate": 3.0, "pitch": 2.0}
BUDGET = 2.0
PRICE, DEARER = 0.05, 1.3


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

    def price(self, positions: Array) -> Array:
        """[..., k] what the square of a position costs on its side of neutral.

        1 at the end of the range; above neutral, that of a costly control counts several times.
        """
        reach = np.maximum(np.where(positions < 0, -self.low, self.high), 1e-9)
        cost = np.array([COSTLY.get(name, 1.0) for name in self.controls])
        return np.asarray(np.where(positions > 0, cost, 1.0) / reach**2)

    def strain(self, positions: Array) -> Array:
        """[n] squared distance from neutral of [n, k] positions; 1 is the end of one range."""
        return np.asarray((self.price(positions) * positions**2).sum(axis=1))


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

    def tendencies(self, space: Space) -> dict[str, Tendency]:
        """The same by control."""
        pairs = zip(space.controls, self.mean.tolist(), self.spread.tolist(), strict=True)
        return {name: Tendency(mean, spread) for name, mean, spread in pairs}


@dataclass(frozen=True)
class Surface:
    """How liking depends on each control: slope · u - curvature · u², u in shares of the range."""

    slope: Array
    """[k]."""
    curvature: Array
    """[k]."""

    @classmethod
    def fitted(cls, shares: Array, scores: Array, sentences: npt.NDArray[np.intp]) -> "Surface":
        """Ridge regression within sentences.

        Args:
            shares: [n, k] positions, in shares of the ranges.
            scores: [n, listeners] how each of them liked each take.
            sentences: [n] which sentence it was.
        """
        scores = _within(scores, sentences)
        liking = (scores / (scores.std(axis=0) + 1e-9)).mean(axis=1)
        terms = _within(np.concatenate([shares, -(shares**2)], axis=1), sentences)
        scale = terms.std(axis=0) + 1e-9
        terms /= scale
        ridge = RIDGE * len(terms) * np.eye(terms.shape[1])
        weights = np.linalg.solve(terms.T @ terms + ridge, terms.T @ liking) / scale
        slope, curvature = np.split(weights, 2)
        return cls(slope, curvature)

    def updated(self, prior: Cloud, space: Space) -> Cloud:
        """The prior, times how often takes would be drawn by liking alone, within the budget."""
        mean, spread = prior.mean / space.span, np.maximum(prior.spread / space.span, 1e-9)
        price = PRICE
        while True:
            strain = price * space.price(prior.mean) * space.span**2
            curvature = np.maximum(self.curvature, 0) + strain
            precision = spread**-2 + 2 * curvature / TEMPERATURE
            centre = (mean * spread**-2 + self.slope / TEMPERATURE) / precision
            centre = np.clip(centre * space.span, space.low, space.high)
            if space.strain(centre[None])[0] <= BUDGET:
                return Cloud(centre, precision**-0.5 * space.span)
            price *= DEARER


@dataclass(frozen=True)
class Diary:
    """What was heard in the takes of an emotion so far."""

    _sentences: list[int] = field(default_factory=list)
    _positions: list[Array] = field(default_factory=list)
    _scores: list[Array] = field(default_factory=list)

    def write(self, sentence: int, positions: Array, scores: Array) -> None:
        """Add [n, k] takes of a sentence with their [n, listeners] scores."""
        self._sentences.append(sentence)
        self._positions.append(positions)
        self._scores.append(scores)

    def surface(self, space: Space) -> Surface:
        """What all of it says."""
        counts = [len(positions) for positions in self._positions]
        return Surface.fitted(
            np.concatenate(self._positions) / space.span,
            np.concatenate(self._scores),
            np.repeat(self._sentences, counts),
        )


def _within(values: Array, sentences: npt.NDArray[np.intp]) -> Array:
    """[n, m] values less the mean of their sentence."""
    _, which = np.unique(sentences, return_inverse=True)
    means = np.zeros((which.max() + 1, values.shape[1]))
    np.add.at(means, which, values)
    means /= np.bincount(which)[:, None]
    return np.asarray(values - means[which])
