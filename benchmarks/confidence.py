"""Whether those who choose are as sure as they should be, of synthetic speech; see listeners.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from benchmarks.disjoint import Trial, mean
from emotts.records import Candidate
from training.prose import table

# The likeliest of eight emotions is no less likely than the first.
BINS = (0.125, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


@dataclass(frozen=True)
class Belief:
    """What a listener hears first in a take, and how sure it is."""

    family: int
    sure: float
    agreed: bool
    """Whether the jury hears the same first."""


def beliefs(trial: Trial, candidates: Sequence[Candidate]) -> list[Belief]:
    """Of each listener in each take."""
    found = []
    for clip in (c.audio for c in candidates if c.audio):
        jury = mean([listener.heard([clip])[0].scores for listener in trial.jury])
        first = max(jury, key=lambda emotion: jury[emotion])
        for family, listener in enumerate(trial.verifier):
            heard = listener.heard([clip])[0]
            found.append(Belief(family, heard.scores[heard.top], heard.top == first))
    return found


def calibration(found: Sequence[Belief]) -> list[str]:
    """Its expected calibration error, and how often the jury agrees, by confidence."""
    gap, shares = 0.0, []
    for low, high in pairwise(BINS):
        within = [belief for belief in found if low <= belief.sure < high]
        agreed = fmean(belief.agreed for belief in within)
        sure = fmean(belief.sure for belief in within)
        gap += abs(agreed - sure) * len(within) / len(found)
        shares.append(f"{agreed:.2f} of {len(within)}")
    return [f"{100 * gap:.1f}", *shares]


def section(families: Sequence[str], found: Sequence[Belief]) -> str:
    """What is believed by each family, as Markdown."""
    head = ["listener", "error", *(f"{low:g}–{high:g}" for low, high in pairwise(BINS))]
    lines = [
        [name, *calibration([belief for belief in found if belief.family == family])]
        for family, name in enumerate(families)
    ]
    return (
        "\n## How sure they are\n\n"
        "How often the jury hears the same emotion first, by how likely the listener says that it\n"
        "is, over all takes; *error*: expected calibration error in points, over these bins.\n\n"
        + table(head, lines)
    )
