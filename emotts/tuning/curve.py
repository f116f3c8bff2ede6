"""The curve: what the best of n takes is worth, with the literature's priors and tuned ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emotts.tuning.surface import Array

PRIORS = LITERATURE, TUNED = "literature", "tuned"
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
    """Priors → [measures, counts, emotions, sentences]."""

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

    def hits(self, priors: str, takes: int) -> dict[str, float]:
        """Emotion → hit rate of the best of so many takes."""
        table = self.cells[priors][MEASURES.index(HIT), self.counts.index(takes)]
        return dict(zip(self.emotions, table.mean(axis=1).tolist(), strict=True))

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
            **{m: {p: [vars(x) for x in self.points(p, m)] for p in PRIORS} for m in MEASURES},
            "emotions": {priors: self.hits(priors, self.few) for priors in PRIORS},
            "equal": {**vars(self.equal), "in_words": str(self.equal)},
        }


def bounds(row: Array) -> tuple[float, float]:
    """Percentiles of a bootstrap over sentences, of a fixed seed (Efron 1979)."""
    drawn = np.random.default_rng(0).integers(0, row.size, (RESAMPLES, row.size))
    low, high = np.percentile(row[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
