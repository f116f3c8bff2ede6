"""The clock of a stage: how far it is, and how long it will take."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    stage: str
    """`learn`, then `measure`."""
    done: int
    """Parts of this stage, those of earlier runs included: sentences to learn from, searches to
    measure."""
    total: int
    """Parts of this stage."""
    earlier: int
    """Of those done, how many an earlier run had done."""
    elapsed_s: float
    """Since this run began with the stage."""
    left_s: float | None
    """Until its end; None where nothing is known yet."""


class Clock:
    """Measures how long the parts of a stage take."""

    def __init__(self, stage: str, total: int, most_s: float | None) -> None:
        """Start it.

        Args:
            stage: its name.
            total: how many parts it has.
            most_s: how long it may take; None: as long as it takes.
        """
        self._stage, self._total, self._most_s = stage, total, most_s
        self._began = monotonic()
        self._done = 0
        self.earlier = 0
        """Parts that an earlier run had done."""

    @property
    def late(self) -> bool:
        """Whether its time is spent."""
        return self._most_s is not None and self._elapsed_s >= self._most_s

    def tick(self) -> Progress:
        """A part is done."""
        self._done += 1
        elapsed_s = self._elapsed_s
        return Progress(
            self._stage, self._done, self._total, self.earlier, elapsed_s, self._left_s(elapsed_s)
        )

    @property
    def _elapsed_s(self) -> float:
        return monotonic() - self._began

    def _left_s(self, elapsed_s: float) -> float | None:
        made = self._done - self.earlier
        needs = elapsed_s / made * (self._total - self._done) if made else None
        if self._most_s is None:
            return needs
        left = max(self._most_s - elapsed_s, 0.0)
        return left if needs is None else min(needs, left)
