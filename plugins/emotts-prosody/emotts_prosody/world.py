"""A clip taken apart by WORLD: fundamental, envelope and aperiodicity of frames of 5 ms.

WORLD: Morise, Yokomori & Ozawa (2016); CheapTrick: Morise (2015); D4C: Morise (2016). The
fundamental is emotts' own: Harvest and DIO take a creaky voice for one an octave higher, which
costs 0.3 and 0.4 points of DNSMOS, and Harvest alone takes longer than all the rest.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.signal

from emotts.audio import Audio
from emotts.builtin import f0

with warnings.catch_warnings():
    # pyworld asks setuptools for its own version, which setuptools has announced to give up.
    warnings.simplefilter("ignore")
    import pyworld

Doubles = npt.NDArray[np.float64]

FRAME_S = 0.005
PITCH_FRAME_S = 0.01
PITCH_WINDOW_S = 0.05
# Octave errors last a few frames; a Hann window of 160 ms takes microprosody out.
GLITCH = 9
SMOOTHING = 33


@dataclass(frozen=True, eq=False)
class Analysis:
    """A clip as T frames of 5 ms, with B = n / 2 + 1 bins."""

    rate: int
    """Hz."""
    hz: Doubles
    """[T] fundamental, 0 where unvoiced."""
    envelope: Doubles
    """[T, B] power."""
    aperiodicity: Doubles
    """[T, B] amplitude of noise relative to the envelope, 0 … 1."""

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """[T]."""
        return self.hz > 0

    @property
    def frequencies(self) -> Doubles:
        """[B] Hz."""
        return np.linspace(0, self.rate / 2, self.envelope.shape[1])

    @cached_property
    def contour(self) -> Doubles:
        """[T] 12 log2(Hz), smooth, drawn on through what is unvoiced; something must be voiced."""
        known = np.flatnonzero(self.voiced)
        semitones = np.interp(np.arange(len(self.hz)), known, 12 * np.log2(self.hz[known]))
        window = np.hanning(SMOOTHING + 2)[1:-1]
        steady = np.pad(scipy.signal.medfilt(semitones, GLITCH), SMOOTHING // 2, mode="edge")
        smooth: Doubles = np.convolve(steady, window / window.sum(), mode="valid")
        return smooth


def analyse(clip: Audio) -> Analysis:
    """Take a clip apart."""
    samples = clip.samples.astype(np.float64)
    count = int(samples.size / clip.rate / FRAME_S) + 1
    times = np.arange(count, dtype=np.float64) * np.float64(FRAME_S)
    hz = pyworld.stonemask(samples, _pitch(clip, times), times, clip.rate)
    lowest = min(pyworld.default_f0_floor, hz[hz > 0].min(initial=np.inf))
    size = pyworld.get_cheaptrick_fft_size(clip.rate, lowest)
    envelope = pyworld.cheaptrick(samples, hz, times, clip.rate, fft_size=size)
    return Analysis(
        clip.rate, hz, envelope, pyworld.d4c(samples, hz, times, clip.rate, fft_size=size)
    )


def synthesised(parts: Analysis) -> Doubles:
    """[n] what WORLD makes of the parts; its noise is always the same."""
    made: Doubles = pyworld.synthesize(
        parts.hz, parts.envelope, parts.aperiodicity, parts.rate, FRAME_S * 1000
    )
    return made


def _pitch(clip: Audio, times: Doubles) -> Doubles:
    """[T] Hz at the times, 0 where unvoiced."""
    length, hop = round(PITCH_WINDOW_S * clip.rate), round(PITCH_FRAME_S * clip.rate)
    window = np.hanning(length).astype(np.float32)
    padded = np.pad(clip.samples, (length // 2, length))
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop] * window
    # Twice the window, so that no lag wraps around.
    power = np.abs(np.fft.rfft(frames, 2 * length)).astype(np.float32) ** 2
    hz = f0.track(power, window, clip.rate).hz
    known = np.flatnonzero(hz)
    if not known.size:
        return np.zeros(len(times))
    places = times * clip.rate / hop
    drawn = np.exp(np.interp(places, known, np.log(hz[known])))
    return np.where(hz[np.rint(places).astype(int)] > 0, drawn, 0.0)
