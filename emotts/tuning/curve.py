"""The curve: what the best of n takes is worth, with the literature's priors and tuned ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from emotts.tuning.contest import Heard
from emotts.tuning.surface import Array

LITERATURE, SHIPPED, OWN, TUNED = "literature", "shipped", "own", "tuned"
MEASURES = HIT, SCORE = "hit", "score"
COUNTS = (1, 2, 4, 8, 16, 32)
"""Takes, the neutral one included, as `--takes` counts them."""
FEW = 4
"""How many tuned takes are compared with more untuned ones."""
RESAMPLES = 2000


@dataclass(frozen=True)
class Point:
    """A mean over sentences and emotions, with its 95% interval over sentences."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """As tables have it."""
        return f"{self.mean:.2f} ({self.low:.2f}–{self.high:.2f})"


@dataclass(frozen=True)
class Equal:
    """How many untuned takes do what few tuned ones do."""

    takes: int
    """Tuned ones."""
    tuned: float
    """Their hit rate."""
    untuned: int
    """The most takes, of those counted, whose hit rate with the literature's priors is no higher;
    0 where even the neutral one's is."""
    literature: float | None
    """The hit rate of these."""
    most: int
    """Takes counted at most: with `untuned` as high, it may be even more."""

    def __str__(self) -> str:
        """As a sentence."""
        few = f"{self.takes} tuned takes"
        if not self.tuned:
            return f"none of {few} is heard so"
        if self.literature is None:
            return f"{few} do not do what the neutral take alone does ({self.tuned:.2f})"
        more = " or more" if self.untuned == self.most else ""
        return (
            f"{few} do what {self.untuned}{more} untuned takes did "
            f"({self.tuned:.2f}, {self.literature:.2f})"
        )


@dataclass(frozen=True)
class Curve:
    """What one listener, or those who choose, heard in winners."""

    emotions: Sequence[str]
    counts: Sequence[int]
    """Takes, ascending."""
    cells: Mapping[str, Array]
    """Priors → [measures, counts, emotions, sentences]; the literature's first, tuned ones last,
    after those that they would replace."""

    @property
    def priors(self) -> tuple[str, ...]:
        """Whose takes were heard: `shipped` where the engine came tuned, `own` where a user did."""
        return tuple(self.cells)

    def points(self, priors: str, measure: str) -> list[Point]:
        """The mean at each count."""
        table = self.cells[priors][MEASURES.index(measure)].mean(axis=1)
        return [Point(float(row.mean()), *bounds(row)) for row in table]

    def gain(self, measure: str, tuned: int, untuned: int) -> Point:
        """So many tuned takes less so many of the literature's, sentence by sentence."""
        which = MEASURES.index(measure)
        more = self.cells[TUNED][which, self.counts.index(tuned)]
        less = self.cells[LITERATURE][which, self.counts.index(untuned)]
        row = (more - less).mean(axis=0)
        return Point(float(row.mean()), *bounds(row))

    def by_emotion(self, priors: str, takes: int, measure: str = HIT) -> dict[str, float]:
        """Emotion → the mean over sentences for the best of so many takes."""
        table = self.cells[priors][MEASURES.index(measure), self.counts.index(takes)]
        return dict(zip(self.emotions, table.mean(axis=1).tolist(), strict=True))

    @property
    def gained(self) -> dict[str, float]:
        """Emotion → the score of few tuned takes less that of as many from the priors before."""
        less = self.by_emotion(self.priors[-2], self.few, SCORE)
        more = self.by_emotion(TUNED, self.few, SCORE)
        return {emotion: more[emotion] - less[emotion] for emotion in self.emotions}

    @property
    def few(self) -> int:
        """The tuned takes that are compared with more: `FEW`, of fewer all."""
        return max(count for count in self.counts if count <= FEW)

    @property
    def equal(self) -> Equal:
        """How many untuned takes do what few tuned ones do, by hits."""
        tuned, literature = (
            [point.mean for point in self.points(priors, HIT)] for priors in (TUNED, LITERATURE)
        )
        reached = tuned[self.counts.index(self.few)]
        below = [i for i, rate in enumerate(literature) if rate <= reached + 1e-9]
        last = below[-1] if below else None
        return Equal(
            takes=self.few,
            tuned=reached,
            untuned=0 if last is None else self.counts[last],
            literature=None if last is None else literature[last],
            most=self.counts[-1],
        )

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **{
                measure: {
                    priors: [vars(point) for point in self.points(priors, measure)]
                    for priors in self.priors
                }
                for measure in MEASURES
            },
            "emotions": {priors: self.by_emotion(priors, self.few) for priors in self.priors},
            "equal": {**vars(self.equal), "in_words": str(self.equal)},
        }


def curves(
    kinds: Sequence[str],
    emotions: Sequence[str],
    counts: Sequence[int],
    table: Sequence[Sequence[Sequence[Sequence[Heard]]]],
) -> dict[str, Curve]:
    """Listener → curve.

    Args:
        kinds: of priors, in the order of the table.
        emotions: canonical ones, likewise.
        counts: takes, likewise.
        table: sentences → emotions → kinds → counts → what was heard.
    """
    found = {}
    for name in table[0][0][0][0]:
        values = np.array([[[[c[name] for c in cell] for cell in e] for e in row] for row in table])
        # From [sentences, emotions, kinds, counts, measures].
        cells = dict(zip(kinds, values.transpose(2, 4, 3, 1, 0), strict=True))
        found[name] = Curve(emotions, counts, cells)
    return found


def losses(curves: Sequence[Curve]) -> dict[str, float]:
    """Emotion → mean gain over the priors that it had, of the emotions where that is below 0."""
    found = [curve.gained for curve in curves]
    gains = {emotion: fmean(one[emotion] for one in found) for emotion in found[0]}
    return {emotion: gain for emotion, gain in gains.items() if gain < 0}


def bounds(row: Array) -> tuple[float, float]:
    """Percentiles of a bootstrap over sentences, of a fixed seed (Efron 1979)."""
    drawn = np.random.default_rng(0).integers(0, row.size, (RESAMPLES, row.size))
    low, high = np.percentile(row[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
