"""How the voice is made, frame by frame: periodic or breathy, pressed or slack."""

from functools import cache

import numpy as np
import numpy.typing as npt
import scipy.fft

from emotts.builtin.f0 import BAND_HZ, HIGHEST_HZ, LOWEST_HZ

Floats = npt.NDArray[np.float32]

# A correlation of 1 would be a ratio without bounds; frames of real speech stay within 30 dB.
_PERIODIC = (0.01, 0.999)


def harmonicity(correlation: Floats) -> Floats:
    """[T] harmonics-to-noise ratio, dB, from the autocorrelation at the period (Boersma, 1993)."""
    kept = np.clip(correlation, *_PERIODIC)
    ratio: Floats = 10 * np.log10(kept / (1 - kept))
    return ratio


def first_harmonic(power: Floats, hz: Floats, smallest: float, rate: int) -> Floats:
    """[T] level of the first harmonic above the second, dB: high in a breathy, slack voice.

    Args:
        power: [T, bins] power spectra from 0 Hz to half the rate.
        hz: [T] fundamental.
        smallest: power that counts as none.
        rate: Hz.
    """
    frames, bins_a_hz = np.arange(len(power)), 2 * (power.shape[1] - 1) / rate
    first, second = (
        np.maximum(power[frames, np.rint(k * hz * bins_a_hz).astype(np.intp)], smallest)
        for k in (1, 2)
    )
    difference: Floats = 10 * np.log10(first / second)
    return difference


def cepstral_peak(power: Floats, smallest: float, rate: int) -> Floats:
    """[T] prominence of the cepstrum's peak among the periods of a voice, dB.

    Hillenbrand et al., "Acoustic correlates of breathy vocal quality" (1994): how far the peak
    stands above the straight line through the cepstrum. Below 4 kHz only, as for the fundamental.
    """
    size = 2 * (power.shape[1] - 1)
    kept = round(BAND_HZ * size / rate)
    decibels = 10 * np.log10(np.maximum(power[:, : kept + 1], smallest))
    periods, projection = _line()
    cepstrum = scipy.fft.irfft(decibels, axis=1, overwrite_x=True)[:, periods]
    at = cepstrum.argmax(axis=1)
    # einsum, because a product by BLAS of this size would start threads.
    offset, slope = np.einsum("tp,kp->kt", cepstrum, projection)
    prominence: Floats = cepstrum[np.arange(len(at)), at] - offset - slope * (at / periods.size)
    return prominence


@cache
def _line() -> tuple[npt.NDArray[np.intp], Floats]:
    """The periods of a voice in samples of the band, and what fits a line to values at them.

    Returns:
        [P] periods; [2, P] rows whose products with values are offset and slope, the periods
        counted from 0 to 1.
    """
    periods = np.arange(int(2 * BAND_HZ / HIGHEST_HZ), int(2 * BAND_HZ / LOWEST_HZ) + 1)
    places = np.arange(periods.size) / periods.size
    fit = np.linalg.pinv(np.stack([np.ones(periods.size), places], axis=1))
    return periods, fit.astype(np.float32)
