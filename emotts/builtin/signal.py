"""The signal check: silence, clipping, truncation and duration, measured on the samples alone."""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np

from emotts.audio import Audio
from emotts.builtin.limits import at_least, at_most
from emotts.check import Check
from emotts.options import Options
from emotts.records import Measurement, Voice

FRAME_S = 0.02
# A frame speaks when it is within this of the clip's loudest, dB: quiet consonants are 30 to 40
# below the loudest vowel.
SPEECH_RANGE_DB = 45.0
FULL_SCALE = 0.999
# The last frame of a clip that was cut off in a sound is about as loud as that sound.
TAIL_S = 0.01
LEVEL_FLOOR = 1e-8


class SignalOptions(Options):
    """Floors of the signal check."""

    level_db: float = -50.0
    """Level of the frames that speak, dB re full scale, at least."""
    speech: float = 0.2
    """Share of the clip that speaks, at least."""
    clipped: float = 0.001
    """Share of samples at full scale, at most."""
    tail_db: float = -12.0
    """Level of the last 10 ms re the frames that speak, at most: above, the clip was cut off."""
    shorter: float = 0.5
    """Spoken duration re take 0, at least."""
    longer: float = 2.0
    """Spoken duration re take 0, at most."""


class SignalCheck(Check):
    """Drops takes that are silent, clipped, cut off, or far from the duration of take 0."""

    name = "signal"
    Options: ClassVar[type[SignalOptions]] = SignalOptions
    options: SignalOptions

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure level, speech, clipping, tail and duration of each clip."""
        reference = _speech(baseline).seconds
        return [self._measure(clip, reference) for clip in batch]

    def _measure(self, clip: Audio, reference: float) -> list[Measurement]:
        floors = self.options
        speech = _speech(clip)
        clipped = float((np.abs(clip.samples) >= FULL_SCALE).mean())
        duration = speech.seconds / max(reference, FRAME_S)
        return [
            at_least("silence", speech.level_db, floors.level_db, "level {:.1f} dB"),
            at_least("pauses", speech.share, floors.speech, "speech in {:.0%} of the clip"),
            at_most("clipping", clipped, floors.clipped, "{:.2%} of the samples at full scale"),
            at_most("truncation", speech.tail_db, floors.tail_db, "ends {:.1f} dB re speech"),
            at_least("duration", duration, floors.shorter, "{:.2f} times take 0"),
            at_most("duration", duration, floors.longer, "{:.2f} times take 0"),
        ]


class _Speech:
    """Where a clip speaks, by the energy of its frames."""

    def __init__(self, clip: Audio) -> None:
        size = max(1, round(FRAME_S * clip.rate))
        padded = np.pad(clip.samples, (0, -clip.samples.size % size))
        frames = padded.reshape(-1, size)
        power = np.einsum("fs,fs->f", frames, frames).astype(np.float64) / size
        speaks = power > max(power.max() * 10 ** (-SPEECH_RANGE_DB / 10), LEVEL_FLOOR**2)
        self.share = float(speaks.mean())
        self.seconds = float(speaks.sum()) * FRAME_S
        speech_power = float(power[speaks].mean()) if speaks.any() else 0.0
        self.level_db = _db(speech_power)
        tail = clip.samples[-max(1, round(TAIL_S * clip.rate)) :]
        self.tail_db = _db(float(np.square(tail, dtype=np.float64).mean())) - self.level_db


@lru_cache(maxsize=4)
def _speech(clip: Audio) -> _Speech:
    """Kept for the last clips: every take of a sentence is compared with the same take 0."""
    return _Speech(clip)


def _db(power: float) -> float:
    return 10 * float(np.log10(max(power, LEVEL_FLOOR**2)))
