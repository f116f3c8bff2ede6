"""The fundamental frequency of each frame, from the autocorrelation of its spectrum.

After Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
ratio of a sampled sound" (1993): a frame's autocorrelation is divided by that of its window, its
peaks are candidates, and dynamic programming finds the path through them that jumps least.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

LOWEST_HZ = 60.0
HIGHEST_HZ = 600.0

# Harmonics above this are seldom periodic enough to help, and half the lags cost half the time.
BAND_HZ = 4_000.0

_CANDIDATES = 5
# Costs in units of correlation, per octave where they weigh an interval: those of Boersma (1993),
# for frames of 10 ms.
_OCTAVE_COST = 0.02
_JUMP_COST = 0.35
_VOICING_COST = 0.14
_VOICED = 0.45
# A frame this far below the loudest one is too quiet to be voiced, whatever its periodicity.
_QUIET = 0.03
_TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Pitch:
    """What T frames say of the fundamental."""

    hz: Floats
    """[T] fundamental frequency, 0 where unvoiced."""
    correlation: Floats
    """[T] normalised autocorrelation at the period, 0 where unvoiced; at most 1."""

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """[T]."""
        return self.hz > 0


def track(power: Floats, window: Floats, rate: int) -> Pitch:
    """Follow the fundamental through a clip.

    Args:
        power: [T, n / 2 + 1] power spectra of windowed frames, padded to n samples.
        window: [w] what the frames were multiplied by; w must be so much below n that no lag of
            interest wraps around.
        rate: Hz.
    """
    size = 2 * (power.shape[1] - 1)
    kept = round(BAND_HZ * size / rate)
    lag_rate = 2 * BAND_HZ
    correlation = _correlation(power[:, : kept + 1], _reference(window, size, kept))
    lags = np.arange(int(lag_rate / HIGHEST_HZ), int(np.ceil(lag_rate / LOWEST_HZ)) + 1)
    periods, strengths = _peaks(correlation, lags)
    hz = np.where(strengths > 0, lag_rate / periods, 0).astype(np.float32)
    path = _best_path(hz, strengths, _loudness(power[:, 1 : kept + 1]))
    frames = np.arange(len(path))
    return Pitch(hz[frames, path], np.minimum(strengths[frames, path], 1.0))


def _loudness(power: Floats) -> Floats:
    """[T] amplitude relative to the loudest frame."""
    energy = power.sum(axis=1)
    loudness: Floats = np.sqrt(energy / max(float(energy.max()), _TINY))
    return loudness


def _correlation(power: Floats, reference: Floats) -> Floats:
    """[T, lags] normalised autocorrelation; the offset of a frame takes no part in it."""
    import scipy.fft  # late: it takes as long as all that listing the plugins needs

    power = power.copy()
    power[:, 0] = 0
    found = scipy.fft.irfft(power, axis=1, overwrite_x=True)[:, : reference.size]
    found /= np.maximum(found[:, :1], _TINY) * reference
    correlation: Floats = found
    return correlation


def _reference(window: Floats, size: int, kept: int) -> Floats:
    """[lags] normalised autocorrelation of the window, up to the largest lag of interest."""
    power = np.abs(np.fft.rfft(window, size)[: kept + 1]) ** 2
    found = np.fft.irfft(power)[: int(np.ceil(2 * BAND_HZ / LOWEST_HZ)) + 3]
    reference: Floats = (found / found[0]).astype(np.float32)
    return reference


def _peaks(correlation: Floats, lags: Indices) -> tuple[Floats, Floats]:
    """[T, candidates + 1] periods in lags and heights of the highest peaks, parabolas through them.

    The last column is the candidate "unvoiced", of height 0. So is a candidate without a peak.
    """
    first, last = lags[0], lags[-1] + 1
    before, here, after = (correlation[:, first + step : last + step] for step in (-1, 0, 1))
    peak = (here > before) & (here >= after) & (here > _VOICED / 2)
    # Of two periods that explain a frame equally well the shorter one is right.
    preferred = np.where(peak, here - _OCTAVE_COST * np.log2(lags).astype(np.float32), -np.inf)
    best = np.argpartition(preferred, -_CANDIDATES, axis=1)[:, -_CANDIDATES:]
    real = np.take_along_axis(peak, best, axis=1)
    low, mid, high = (np.take_along_axis(table, best, axis=1) for table in (before, here, after))
    # Where there is no peak the parabola may be a line; any other denominator does.
    bend = np.where(real, low - 2 * mid + high, 1)
    shift = np.where(real, (low - high) / (2 * bend), 0)
    periods = lags[best] + shift
    heights = np.where(real, mid - (low - high) * shift / 4, 0)
    return (
        np.pad(periods, ((0, 0), (0, 1)), constant_values=1).astype(np.float32),
        np.pad(heights, ((0, 0), (0, 1))).astype(np.float32),
    )


def _best_path(hz: Floats, strengths: Floats, loudness: Floats) -> Indices:
    """[T] index of the candidate of each frame: the path of the largest merit less jumps."""
    voiced = hz > 0
    octaves = np.log2(np.where(voiced, hz, LOWEST_HZ) / LOWEST_HZ)
    merit = np.where(voiced, strengths + _OCTAVE_COST * octaves, -np.inf)
    merit[:, -1] = _VOICED + np.maximum(0, 2 - loudness / _QUIET)
    jump = _JUMP_COST * np.abs(octaves[1:, :, None] - octaves[:-1, None, :])
    change = voiced[1:, :, None] != voiced[:-1, None, :]
    cost = np.where(change, _VOICING_COST, jump)
    totals = merit.copy()
    for before, step, total in zip(totals[:-1], cost, totals[1:], strict=True):
        total += np.maximum.reduce(before - step, axis=1)
    origins = (totals[:-1, None, :] - cost).argmax(axis=2).tolist()
    path = [int(totals[-1].argmax())]
    for origin in reversed(origins):
        path.append(origin[path[-1]])
    return np.array(path[::-1])
