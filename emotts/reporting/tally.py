"""What a report shows of a table of any length: counts, and few clips of each kind."""

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from emotts.errors import ConfigError
from emotts.reporting.heard import Heard

EXAMPLES = 4
"""Of each emotion."""
UNCERTAIN = 12
MAP = 1_500
"""Clips on the map."""
BINS = 20
"""Of a dimension."""
TRUTHS = 40
"""Known emotions, at most: a column of more names something else."""
SEED = 3

_NUMBER = re.compile(r"\d+(\.\d+)?")


class Best:
    """The clips of the highest ranks, of which there are few."""

    def __init__(self, size: int) -> None:
        """Keep `size` of them."""
        self._size = size
        self._order = count()
        self._heap: list[tuple[float, int, Heard]] = []

    def offer(self, rank: float, clip: Heard) -> None:
        """Keep a clip where it is among the highest; of equals, the first."""
        heapq.heappush(self._heap, (rank, -next(self._order), clip))
        if len(self._heap) > self._size:
            heapq.heappop(self._heap)

    def clips(self) -> list[Heard]:
        """From the highest rank on."""
        return [clip for _, _, clip in sorted(self._heap, key=lambda kept: kept[:2], reverse=True)]


@dataclass
class Tally:
    """What is counted and kept of a table."""

    rows: int = 0
    seconds: float = 0.0
    """Of what was heard."""
    speakers: set[str] = field(default_factory=set)
    classifiers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Name and fingerprint → rows."""
    errors: Counter[str] = field(default_factory=Counter)
    """Reason, with … for its numbers where those differ → rows."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Reason with … for its numbers → as it is counted."""
    tops: Counter[str] = field(default_factory=Counter)
    certain: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Emotion → sum of its probabilities, where it is the most probable one."""
    truths: set[str] = field(default_factory=set)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Known and heard emotion → rows."""
    dimensions: dict[str, list[int]] = field(default_factory=dict)
    """Dimension → rows in each bin from 0 to 1."""
    examples: dict[str, Best] = field(default_factory=dict)
    uncertain: Best = field(default_factory=lambda: Best(UNCERTAIN))
    sample: list[Heard] = field(default_factory=list)
    """Clips with embeddings, drawn evenly from all of them."""

    @property
    def heard(self) -> int:
        """Rows in which something was heard."""
        return self.rows - self.errors.total()

    def form(self) -> dict[str, Any]:
        """The counts as JSON."""
        confusion: dict[str, dict[str, int]] = {}
        for (truth, top), clips in sorted(self.confusion.items()):
            confusion.setdefault(truth, {})[top] = clips
        return {
            "rows": self.rows,
            "errors": self.errors.total(),
            "duration_s": self.seconds,
            "speakers": len(self.speakers),
            "tops": dict(self.tops.most_common()),
            "confusion": confusion,
        }


def tally(clips: Iterable[Heard]) -> Tally:
    """Count a table.

    Raises:
        ConfigError: the column of known emotions has far too many values.
    """
    found, random = Tally(), np.random.default_rng(SEED)
    embedded = 0
    for clip in clips:
        found.rows += 1
        found.classifiers[clip.classifier, clip.fingerprint] += 1
        if clip.error is not None:
            _count_error(found, clip.error.removeprefix(f"{clip.name}: "))
            continue
        found.seconds += max(0.0, (clip.end_s or 0.0) - clip.start_s)
        if clip.speaker is not None:
            found.speakers.add(clip.speaker)
        for name, value in clip.dimensions.items():
            bins = found.dimensions.setdefault(name, [0] * BINS)
            bins[min(BINS - 1, max(0, int(value * BINS)))] += 1
        if clip.scores:
            _count_emotion(found, clip)
        if clip.embedding is not None:
            # Algorithm R (Vitter, 1985): each clip is as likely as any other to stay.
            place = embedded if embedded < MAP else int(random.integers(embedded + 1))
            if place < MAP:
                found.sample[place : place + 1] = [clip]
            embedded += 1
    return found


def _count_error(found: Tally, reason: str) -> None:
    alike = _NUMBER.sub("…", reason)
    shown = found.reasons.setdefault(alike, reason)
    if shown not in (reason, alike):
        found.reasons[alike] = alike
        found.errors[alike] = found.errors.pop(shown)
    found.errors[found.reasons[alike]] += 1


def _count_emotion(found: Tally, clip: Heard) -> None:
    top = clip.top
    found.tops[top] += 1
    found.certain[top] += clip.scores[top]
    found.examples.setdefault(top, Best(EXAMPLES)).offer(clip.scores[top], clip)
    found.uncertain.offer(-clip.margin, clip)
    if clip.truth is not None:
        found.confusion[clip.truth, top] += 1
        found.truths.add(clip.truth)
        if len(found.truths) > TRUTHS:
            raise ConfigError(
                f"the column of known emotions has more than {TRUTHS} values; name one that holds "
                "emotions"
            )
