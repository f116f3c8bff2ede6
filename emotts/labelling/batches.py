"""What is heard in clips: batches of like lengths, in which a bad clip spoils no other."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from emotts.classifier import Classifier
from emotts.errors import ClassifierError, ClassifierGoneError
from emotts.labelling import rows
from emotts.labelling.reading import Clip
from emotts.labelling.rows import Row
from emotts.listener import Listener
from emotts.records import Prediction, Profile


class Batches:
    """Hears clips, each relative to its speaker where that one has a profile."""

    def __init__(self, classifier: Classifier, profiles: Mapping[str, Profile]) -> None:
        """Keep who hears.

        Args:
            classifier: hears.
            profiles: speaker → profile; others are heard as they are.
        """
        self._classifier, self._profiles = classifier, profiles
        self.size = classifier.bulk or classifier.batch

    def score(self, clips: Sequence[Clip]) -> list[Row]:
        """Rows of clips, heard in batches of like lengths."""
        found: list[Row] = []
        ordered = sorted(clips, key=lambda clip: (self._speaker(clip), -clip.duration_s))
        for speaker, group in groupby(ordered, key=self._speaker):
            alike, profile = list(group), self._profiles.get(speaker)
            for start in range(0, len(alike), self.size):
                batch = alike[start : start + self.size]
                found += map(_row, batch, self._attempt(batch, profile))
        return found

    def _speaker(self, clip: Clip) -> str:
        return clip.item.speaker or "" if self._profiles else ""

    def _attempt(
        self, clips: Sequence[Clip], profile: Profile | None
    ) -> list[Prediction | ClassifierError]:
        """What is heard in each clip, or why nothing can be."""
        try:
            listener = Listener(self._classifier, profile)
            return list(listener.heard([clip.audio for clip in clips]))
        except ClassifierGoneError:  # no fault of the clips: they are to be heard later
            raise
        except ClassifierError as error:
            if len(clips) == 1:
                return [error]
            return [self._attempt([clip], profile)[0] for clip in clips]


def _row(clip: Clip, heard: Prediction | ClassifierError) -> Row:
    end_s = clip.start_s + clip.duration_s
    if isinstance(heard, ClassifierError):
        return rows.failed(clip.number, clip.item, str(heard), clip.start_s, end_s)
    return rows.heard(clip.number, clip.item, clip.start_s, end_s, heard)
