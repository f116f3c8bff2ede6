"""hibari's frames: 12.5 ms apart, 50 ms wide, 601 bins; sound to spectra and back."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.fft
from hibari import dsp

Floats = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]

HOP = dsp.HOP
BINS = dsp.N_FFT // 2 + 1
HZ_A_BIN = dsp.SR / dsp.N_FFT
FRAME_S = HOP / dsp.SR
HOPS = dsp.N_FFT // HOP  # that one frame covers
VOICED_HZ = 40.0  # below this a frame has no harmonics

# Overlapped squares of the Hann window add up to this; the synthesis window takes it back.
_OVERLAP = 1.5
_SYNTHESIS = dsp.WIN / np.float32(_OVERLAP)
_SQUARES = (dsp.WIN**2).reshape(HOPS, HOP)


def polar(magnitude: Floats, phase: Floats) -> Spectrum:
    """Complex values from magnitude and phase, in single precision throughout."""
    result = np.empty(magnitude.shape, np.complex64)
    # Written in place they would be strided, for which sine and cosine take five times as long.
    result.real = np.cos(phase) * magnitude
    result.imag = np.sin(phase) * magnitude
    return result


def scaled(spectrum: Spectrum, gains: Floats) -> None:
    """Multiply spectra in place by real gains, one a bin ([601]) or one a frame ([F, 1])."""
    pairs = spectrum.view(np.float32)
    pairs *= gains if gains.ndim == 2 else np.repeat(gains, 2)


def stretches(rows: npt.NDArray[np.intp]) -> Iterator[tuple[slice, slice]]:
    """Where ascending rows follow each other: the slice of the rows, and that of the table.

    Slices of a table are worked on in place, where a choice of rows is copied twice.
    """
    ends = np.flatnonzero(np.diff(rows) > 1) + 1
    bounds = [0, *ends.tolist(), len(rows)]
    for start, end in pairwise(bounds):
        yield slice(start, end), slice(int(rows[start]), int(rows[end - 1]) + 1)


def spectra(signal: Floats, frames: npt.NDArray[np.intp] | None = None) -> Spectrum:
    """Short-time spectra, scaled so that a unit cosine peaks at 1.

    Args:
        signal: [F · 300].
        frames: [n] which of the F frames; all by default.

    Returns:
        [n, 601]
    """
    silence = np.zeros(dsp.N_FFT // 2, np.float32)
    padded = np.concatenate([silence, signal, silence])
    windows = np.lib.stride_tricks.sliding_window_view(padded, dsp.N_FFT)[::HOP]
    chosen = windows[: len(signal) // HOP].copy() if frames is None else windows[frames]
    chosen *= dsp.WIN_SRC
    return np.asarray(scipy.fft.rfft(chosen, axis=1, overwrite_x=True))


def sound(spectrum: Spectrum) -> Floats:
    """[F, 601] → [F · 300] the signal whose spectra are nearest, as hibari.dsp.ola has it."""
    count = len(spectrum)
    parts = scipy.fft.irfft(spectrum, dsp.N_FFT, axis=1)
    parts *= _SYNTHESIS
    parts = parts.reshape(count, HOPS, HOP)
    added = np.zeros((count + HOPS - 1, HOP), np.float32)
    for hop in range(HOPS):
        added[hop : hop + count] += parts[:, hop]
    first = HOPS // 2
    for row in {first, count, count + 1}:  # the ends, where fewer windows overlap
        squares = sum(_SQUARES[hop] for hop in range(HOPS) if 0 <= row - hop < count)
        added[row] *= _OVERLAP / squares
    return added[first : first + count].reshape(-1)


def smooth(values: Floats, width: int) -> Floats:
    """The values under a moving Hann window of `width` frames (odd), the ends held."""
    ends = (np.full(width // 2, value, np.float32) for value in (values[0], values[-1]))
    padded = np.concatenate([next(ends), values, next(ends)])
    return np.convolve(padded, _hann(width), mode="valid")


@cache
def _hann(width: int) -> Floats:
    """[width] a window whose sum is 1."""
    window = np.hanning(width + 2)[1:-1]
    return np.asarray(window / window.sum(), np.float32)
