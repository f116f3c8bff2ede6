"""Figures of a proof: means over sentences with paired bootstrap intervals."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.intervals import bounds
from benchmarks.proof.session import Row

RESAMPLES = 2000
SEED = 0
BINS = 5
CLOSE = 0.65

Array = npt.NDArray[np.float64]
Figure = Mapping[str, float]
"""A figure as mean, low and high."""
HEADROOM = (
    ("tuned", "best of 8", "tuned", "oracle of 8"),
    ("tuned, of 32", "best of 32", "tuned", "oracle of 32"),
    ("literature", "literature, best of 8", "literature", "literature, oracle of 8"),
    ("from the literature", "best of 8", "literature", "oracle of 8"),
)
"""Name, what was chosen, a random take, the oracle."""


class Sample:
    """Rows as a table, a sentence and emotion each, averaged over trials: they share sentences."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Average, and draw the resamples: within each emotion, alike for all figures."""
        cells: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            cells.setdefault((row["emotion"], row["kind"], row["text"]), []).append(row)
        self._rows = list(cells.values())
        rng = np.random.default_rng(SEED)
        emotions = np.array([emotion for emotion, _, _ in cells])
        groups = [np.flatnonzero(emotions == emotion) for emotion in dict.fromkeys(emotions)]
        self._groups = groups
        self._drawn = [rng.choice(group, (RESAMPLES, len(group))) for group in groups]

    def column(self, value: Callable[[Row], float]) -> Array:
        """[cells] a value, averaged over trials."""
        return np.array([np.mean([value(row) for row in rows]) for rows in self._rows])

    def of(self, way: str, key: str) -> Array:
        """[cells] what a way of choosing came to."""
        return self.column(lambda row: row["ways"][way][key])

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


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Hit rates, log-odds, gains and the shares of the oracles' headroom, by way of choosing."""
    every = Sample(rows)
    more = [row for row in rows if "best of 32" in row["ways"]]
    many = Sample(more) if more else every
    ways = dict.fromkeys(way for row in (more or rows) for way in row["ways"])
    of = {way: every if all(way in row["ways"] for row in rows) else many for way in ways}
    chosen = [way for way in ways if "matched" in (more or rows)[0]["ways"][way]]
    hit = {way: sample.of(way, "hit") for way, sample in of.items()}
    best, takes = hit["best of 8"], every.of("adaptive", "takes")
    return {
        "sentences": len({row["text"] for row in rows}),
        "cells": len(rows),
        "cells with many takes": len(more),
        "hit": {way: of[way].figure(hit[way]) for way in ways},
        "odds": {way: of[way].figure(of[way].of(way, "odds")) for way in ways},
        "curve": {way: many.figure(many.of(way, "odds")) for way in ways},
        "own hit": {way: of[way].figure(of[way].of(way, "own hit")) for way in chosen},
        "gain": {
            way: every.figure(best, hit[way], of=np.subtract)
            for way in ("tuned", "literature", "wide", "take 0")
        },
        "headroom": {
            name: {**_headroom(of[oracle], *parts), "random": parts[1], "oracle": oracle}
            for name, *parts in HEADROOM
            if (oracle := parts[2]) in of
        },
        "matched": {way: _matched(of[way], way) for way in chosen},
        "adaptive": {
            "takes": every.figure(takes),
            "of best of 8": every.figure(hit["adaptive"], best, of=_share),
        },
        "reliability": reliability(rows),
    }


def harm(rows: Sequence[Row]) -> dict[str, Any]:
    """What the winners of 8 lost against take 0, and what the floors rejected."""
    similar = [row["similarity"] for row in rows if row["similarity"] is not None]
    planned = sum(row["rejected"]["takes"] for row in rows)
    names = {name for row in rows for name in row["rejected"]} - {"takes"}
    found: dict[str, Any] = {
        "similarity": {
            "winners": len(similar),
            "lowest": min(similar),
            "mean": float(np.mean(similar)),
            "close": float(np.mean([value >= CLOSE for value in similar])),
        },
        "rejected": {
            name: sum(row["rejected"].get(name, 0) for row in rows) / planned
            for name in sorted(names)
        },
    }
    measured = [row for row in rows if row["harm"]]
    if not measured:
        return found
    sample = Sample(measured)
    said, wrong, before, lost = (
        sample.column(lambda row, key=key: row["harm"][key])  # type: ignore[misc]
        for key in ("words", "errors", "plain errors", "DNSMOS loss")
    )
    return found | {
        "winners": len(measured),
        "WER": sample.figure(wrong, said, of=_share),
        "plain WER": sample.figure(before, said, of=_share),
        "more WER": sample.figure(wrong, before, said, of=lambda e, p, w: _share(e - p, w)),
        "DNSMOS": sample.figure(-lost),
        "clipped": float(np.mean([row["harm"]["clipped"] > 0 for row in measured])),
    }


def attacks(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """How often a hacked take won, and the same takes as they were."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["attack"], []).append(row)
    parts = {**found, "all": list(rows)}
    return {name: _attack(part) for name, part in parts.items()}


def _attack(rows: Sequence[Row]) -> dict[str, Any]:
    won = np.array([row["won"] for row in rows], float)
    before = np.array([row["would have won"] for row in rows], float)
    rejected = [name for row in rows for name in row["rejected"]]
    low, high = bounds(won)
    return {
        "sentences": len(rows),
        "won": {"mean": float(won.mean()), "low": low, "high": high},
        "unhacked": float(before.mean()),
        "rejected": {
            name: rejected.count(name) / len(rejected) for name in sorted({*rejected} - {""})
        },
    }


def reliability(rows: Sequence[Row]) -> list[dict[str, float]]:
    """How often the jury hears the target, by how probable the verifier holds it in best of 8."""
    own = np.array([row["ways"]["best of 8"]["own probability"] for row in rows])
    hit = np.array([row["ways"]["best of 8"]["hit"] for row in rows])
    bins = np.minimum((own * BINS).astype(int), BINS - 1)
    return [
        {
            "probability": float(own[bins == index].mean()),
            "hit": float(hit[bins == index].mean()),
            "count": int((bins == index).sum()),
        }
        for index in np.unique(bins)
    ]


def _matched(sample: Sample, way: str) -> dict[str, Figure]:
    """How often a choice claims to have reached its target, and the jury agrees."""
    claimed = sample.of(way, "matched")
    agreed = sample.column(lambda row: row["ways"][way]["matched"] * row["ways"][way]["hit"])
    return {
        "coverage": sample.figure(claimed),
        "agreement": sample.figure(agreed, claimed, of=_share),
    }


def _share(part: Array, whole: Array) -> Array:
    # Of less than a hundredth there is no share worth the name.
    shares: Array = np.divide(part, np.maximum(whole, 0.01))
    return shares


def _headroom(sample: Sample, chose: str, start: str, oracle: str) -> Figure:
    """How much of the way from a random take to the oracle a choice goes."""
    return sample.figure(*(sample.of(w, "hit") for w in (chose, start, oracle)), of=_recovered)


def _recovered(best: Array, start: Array, oracle: Array) -> Array:
    return _share(np.subtract(best, start), np.subtract(oracle, start))
