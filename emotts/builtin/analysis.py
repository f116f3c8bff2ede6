"""What several checks need of a clip: its spectra, where it speaks, and the voice's fundamental."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio
from emotts.builtin.f0 import Floats, Pitch, track
from emotts.check import REMEMBERED

Bools = npt.NDArray[np.bool_]

RATE = 16_000
HOP = 160
FRAME_S = HOP / RATE
WINDOW = 640
SIZE = 1_024
# A frame speaks when it is within this of the loudest, dB.
SPEECH_RANGE_DB = 35.0
SMALLEST = 1e-12


@dataclass(frozen=True)
class Analysis:
    """T frames of a clip, one every 10 ms."""

    power: Floats
    """[T, SIZE / 2 + 1] power spectra."""
    energy: Floats
    """[T]."""
    speaks: Bools
    """[T] loud enough for speech; none in silence."""
    pitch: Pitch

    @property
    def voiced(self) -> Bools:
        """[T] voiced speech."""
        return np.asarray(self.pitch.voiced & self.speaks)


@lru_cache(REMEMBERED)
def analysed(clip: Audio) -> Analysis:
    """The frames of a clip at any rate, at 16 kHz."""
    power = _power(clip.resample(RATE).samples)
    energy = power.sum(axis=1)
    speaks = energy >= max(energy.max() * 10 ** (-SPEECH_RANGE_DB / 10), SMALLEST)
    return Analysis(power, energy, speaks, track(power, _window(), RATE))


def decibels(power: npt.ArrayLike) -> Floats:
    """Levels, that of silence kept finite."""
    found: Floats = 10 * np.log10(np.maximum(np.asarray(power, np.float32), SMALLEST))
    return found


def _power(samples: Floats) -> Floats:
    """[T, SIZE / 2 + 1] power spectra, of frames around every tenth millisecond."""
    import scipy.fft  # late: it takes as long as all that listing the plugins needs

    padded = np.pad(samples, WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    spectrum = scipy.fft.rfft(windows * _window(), SIZE, axis=1, overwrite_x=True)
    power: Floats = spectrum.real**2 + spectrum.imag**2
    return power


@cache
def _window() -> Floats:
    """A periodic Hann window, [WINDOW] float32."""
    window: Floats = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    return window
