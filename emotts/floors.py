"""Floors: what the checks of a sentence reject, cheap ones first, costly ones on the winner."""

from collections.abc import Sequence
from dataclasses import replace

from emotts.audio import Audio
from emotts.cache.kept import Kept
from emotts.check import Check
from emotts.errors import CheckError, failing_as
from emotts.records import Candidate, Measurement, Voice
from emotts.scoring import ranking


class Floors:
    """The checks of one sentence; take 0, the first candidate, is what they compare with."""

    def __init__(self, sentence: str, voice: Voice, checks: Sequence[Check]) -> None:
        """Tell the cheap checks from the costly ones."""
        self._sentence, self._voice = sentence, voice
        self._cheap = [check for check in checks if not check.costly]
        self._costly = [check for check in checks if check.costly]
        self._baseline: Audio | None = None
        self.sound: set[int] = set()
        """Indexes of candidates that have passed the costly checks."""
        self.costly: dict[int, tuple[Measurement, ...]] = {}
        """Index → what the costly checks have found, of those that they were asked about."""

    def resume(self, kept: Kept) -> None:
        """Go on where those were that checked the candidates before."""
        self._baseline = kept.candidates[0].audio
        self.sound, self.costly = set(kept.sound), dict(kept.costly)

    def check(self, candidate: Candidate) -> Candidate:
        """Measure a candidate, and reject it where it is below a floor."""
        if candidate.audio is None:
            return candidate
        return _judged(candidate, self._found(candidate.audio, self._cheap))

    def prepare(self, candidate: Candidate) -> None:
        """Get the costly checks ready for a candidate: take 0, or one that may win."""
        if candidate.audio is not None:
            for check in self._costly:
                with failing_as(CheckError, check.name):
                    check.prepare(candidate.audio)

    def check_winner(self, candidates: list[Candidate]) -> list[Candidate]:
        """Measure what costs much on the best alone, then on the next best, until one passes.

        What has passed before is not measured again.
        """
        if not self._costly:
            return candidates
        checked = {c.take.index: c for c in candidates}
        for candidate in ranking(candidates):
            index = candidate.take.index
            if index not in self.sound:
                checked[index] = self._checked(candidate)
            if checked[index].rejected is None:
                self.sound.add(index)
                break
        return list(checked.values())

    def _checked(self, candidate: Candidate) -> Candidate:
        """Measure what costs much, where it was not."""
        index = candidate.take.index
        if index not in self.costly:
            assert candidate.audio is not None  # it was heard and scored
            self.costly[index] = self._found(candidate.audio, self._costly)
        return _judged(candidate, self.costly[index])

    def _found(self, audio: Audio, checks: Sequence[Check]) -> tuple[Measurement, ...]:
        self._baseline = self._baseline or audio
        return tuple(
            measurement
            for check in checks
            for measurement in check.measurements(
                [audio], baseline=self._baseline, text=self._sentence, voice=self._voice
            )[0]
        )


def _judged(candidate: Candidate, found: tuple[Measurement, ...]) -> Candidate:
    """The candidate with what was measured; rejected where it is below a floor."""
    failed = next((measurement for measurement in found if not measurement.passed), None)
    return replace(
        candidate,
        measurements=candidate.measurements + found,
        score=None if failed else candidate.score,
        rejected=f"{failed.check}: {failed.reason}" if failed else candidate.rejected,
    )
