"""A classifier in its role: who listens to a voice, calibrated on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from emotts import scoring
from emotts.audio import Audio
from emotts.classifier import Classifier
from emotts.errors import ClassifierError, ClassifierGoneError, failing_as
from emotts.records import Candidate, Prediction, Profile


@dataclass(frozen=True)
class Listener:
    """A classifier in its role."""

    classifier: Classifier
    profile: Profile | None
    """Of the voice that speaks."""
    finalists: int | None = None
    """Hears only so many of the best; None: hears all."""

    @property
    def name(self) -> str:
        """The classifier's name."""
        return self.classifier.name

    @cached_property
    def fingerprint(self) -> str:
        """The classifier's; asked once, since that may read files or ask a process."""
        return self.classifier.fingerprint

    def load(self) -> None:
        """Load what the first clip needs.

        Raises:
            ClassifierError: the model can't be loaded.
        """
        with failing_as(ClassifierError, self.name):
            self.classifier.load()

    def heard(self, clips: Sequence[Audio]) -> list[Prediction]:
        """What is heard in each clip, relative to the voice where there is a profile.

        Raises:
            ClassifierError: one of the clips can't be heard.
        """
        heard = self.classifier.hear(clips, profile=self.profile)
        if self.profile is None or self.classifier.centres:
            return heard
        return [scoring.relative(prediction, self.profile) for prediction in heard]

    def hear(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with what is heard in them, or rejected where nothing can be.

        Those that are rejected are passed on; but take 0, the baseline of the others, is heard
        whatever its checks say.
        """
        audible = [c for c in candidates if c.audible]
        clips = [c.audio for c in audible if c.audio is not None]
        heard = zip(audible, self._attempt(clips), strict=True) if clips else ()
        found = {c.take.index: self._with(c, heard) for c, heard in heard}
        return [found.get(c.take.index, c) for c in candidates]

    def _with(self, candidate: Candidate, heard: Prediction | ClassifierError) -> Candidate:
        if isinstance(heard, ClassifierError):
            why = f"{self.name}: {heard}"
            known = candidate.rejected  # by a check: take 0 is heard all the same
            return replace(candidate, rejected=f"{known}; {why}" if known else why)
        return replace(candidate, predictions={**candidate.predictions, self.name: heard})

    def _attempt(self, clips: Sequence[Audio]) -> list[Prediction | ClassifierError]:
        """What is heard in each clip, or why nothing can be."""
        try:
            return list(self.heard(clips))
        except ClassifierError as error:
            if len(clips) == 1 or isinstance(error, ClassifierGoneError):
                return [error] * len(clips)
            # Only one by one the clips can tell which of them it was.
            return [self._attempt([clip])[0] for clip in clips]
