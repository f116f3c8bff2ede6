"""Floors: what the checks of a sentence reject, cheap ones first, costly ones on the winner."""

from collections.abc import Sequence
from dataclasses import replace

from emotts.audio import Audio
from emotts.check import Check
from emotts.records import Candidate, Voice
from emotts.scoring import ranking


class Floors:
    """The checks of one sentence; take 0, the first candidate, is what they compare with."""

    def __init__(self, sentence: str, voice: Voice, checks: Sequence[Check]) -> None:
        """Tell the cheap checks from the costly ones."""
        self._sentence, self._voice = sentence, voice
        self._cheap = [check for check in checks if not check.costly]
        self._costly = [check for check in checks if check.costly]
        self._baseline: Audio | None = None
        self._sound: set[int] = set()

    def check(self, candidate: Candidate) -> Candidate:
        """Measure a candidate, and reject it where it is below a floor."""
        return self._measured(candidate, self._cheap)

    def check_winner(self, candidates: list[Candidate]) -> list[Candidate]:
        """Measure what costs much on the best alone, then on the next best, until one passes.

        What has passed before is not measured again.
        """
        if not self._costly:
            return candidates
        checked = {c.take.index: c for c in candidates}
        for candidate in ranking(candidates):
            index = candidate.take.index
            if index not in self._sound:
                checked[index] = self._measured(candidate, self._costly)
            if checked[index].rejected is None:
                self._sound.add(index)
                break
        return list(checked.values())

    def _measured(self, candidate: Candidate, checks: Sequence[Check]) -> Candidate:
        if candidate.audio is None:
            return candidate
        self._baseline = self._baseline or candidate.audio
        found = tuple(
            measurement
            for check in checks
            for measurement in check.measure(
                [candidate.audio], baseline=self._baseline, text=self._sentence, voice=self._voice
            )[0]
        )
        failed = next((measurement for measurement in found if not measurement.passed), None)
        return replace(
            candidate,
            measurements=candidate.measurements + found,
            score=None if failed else candidate.score,
            rejected=f"{failed.check}: {failed.reason}" if failed else candidate.rejected,
        )
