"""Figures of a proof: means over sentences with paired bootstrap intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 0

Array = npt.NDArray[np.float64]
Figure = Mapping[str, float]
"""A figure as mean, low and high."""


@dataclass(frozen=True)
class Row:
    """A sentence spoken with an emotion, before one jury."""

    trial: str
    kind: str
    emotion: str
    text: str
    hit: Mapping[str, float]
    """Way of choosing → whether the jury hears the emotion first, or how often."""
    odds: Mapping[str, float]
    """Way of choosing → log-odds of the emotion, to the jury."""
    own_hit: Mapping[str, float]
    """Way of choosing → whether the verifier hears it first, or how often."""
    matched: bool
    """What the verifier says of its best of 8."""


class Sample:
    """Rows as a table, a sentence and emotion each, averaged over trials: they share sentences."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Average, and draw the resamples: within each emotion, alike for all figures."""
        cells: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            cells.setdefault((row.emotion, row.kind, row.text), []).append(row)
        self._rows = list(cells.values())
        rng = np.random.default_rng(SEED)
        emotions = np.array([emotion for emotion, _, _ in cells])
        groups = [np.flatnonzero(emotions == emotion) for emotion in dict.fromkeys(emotions)]
        self._groups = groups
        self._drawn = [rng.choice(group, (RESAMPLES, len(group))) for group in groups]

    def column(self, value: Callable[[Row], float]) -> Array:
        """[cells] a value, averaged over trials."""
        return np.array([np.mean([value(row) for row in rows]) for rows in self._rows])

    def columns(self, values: Callable[[Row], Mapping[str, float]]) -> dict[str, Array]:
        """A column for each way of choosing."""
        table = [
            {way: np.mean([values(row)[way] for row in rows]) for way in values(rows[0])}
            for rows in self._rows
        ]
        return {way: np.array([cells[way] for cells in table]) for way in table[0]}

    def figure(self, *columns: Array, of: Callable[..., Array] = lambda mean: mean) -> Figure:
        """A function of the means of columns, with its 95% interval.

        Every emotion counts alike in a mean; the columns are resampled together.
        """
        means = [np.mean([column[g].mean() for g in self._groups]) for column in columns]
        resampled = [
            np.mean([column[drawn].mean(axis=1) for drawn in self._drawn], axis=0)
            for column in columns
        ]
        low, high = np.percentile(of(*resampled), [2.5, 97.5])
        return {"mean": float(of(*means)), "low": float(low), "high": float(high)}


def summary(rows: Sequence[Row]) -> dict[str, dict[str, Figure]]:
    """Hit rates, log-odds, gains and the share of the oracle's headroom, by way of choosing."""
    sample = Sample(rows)
    hit = sample.columns(lambda row: row.hit)
    odds = sample.columns(lambda row: row.odds)
    own = sample.columns(lambda row: row.own_hit)
    return {
        "hit": {way: sample.figure(column) for way, column in hit.items()},
        "log-odds": {way: sample.figure(column) for way, column in odds.items()},
        "verifier's own hit": {way: sample.figure(column) for way, column in own.items()},
        "gain": {
            f"best of 8 over {other}": sample.figure(hit["best of 8"], hit[other], of=np.subtract)
            for other in ("tuned", "literature", "wide", "take 0")
        },
        "headroom": {
            name: sample.figure(hit[best], hit[start], hit[oracle], of=_recovered)
            for name, best, start, oracle in (
                ("tuned", "best of 8", "tuned", "oracle of 8"),
                ("literature", "literature, best of 8", "literature", "literature, oracle of 8"),
            )
        },
        "matched": _matched(sample),
    }


def _matched(sample: Sample) -> dict[str, Figure]:
    """How often best of 8 claims to have reached its target, and the jury agrees."""
    claimed = sample.column(lambda row: float(row.matched))
    agreed = sample.column(lambda row: row.matched * row.hit["best of 8"])
    return {
        "coverage": sample.figure(claimed),
        "agreement": sample.figure(agreed, claimed, of=_share),
    }


def _share(part: Array, whole: Array) -> Array:
    # Of less than a hundredth there is no share worth the name.
    shares: Array = np.divide(part, np.maximum(whole, 0.01))
    return shares


def _recovered(best: Array, start: Array, oracle: Array) -> Array:
    return _share(np.subtract(best, start), np.subtract(oracle, start))
