"""What is kept of a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from emotts.effort import Effort
from emotts.records import Candidate, Measurement


@dataclass(frozen=True)
class Kept:
    """The takes of a sentence as they were when all of them had been heard."""

    candidates: tuple[Candidate, ...]
    """In order of their takes, scored."""
    effort: Effort
    """What they took."""
    sound: frozenset[int]
    """Indexes of those that had passed the costly checks by then."""
    costly: Mapping[int, tuple[Measurement, ...]]
    """Index → what the costly checks have found, of those that they were asked about, also
    later, when a take was about to be chosen."""
