"""The voice source: the pulse train that the harmonic envelope filters."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft
from hibari import dsp

from emotts.builtin.frames import VOICED_HZ, Floats, Spectrum

HIGHEST_HARMONIC_HZ = 11_000.0

# Noise as strong as the pulse train: unit harmonics every f0 carry a power of 1 / (2 f0) per Hz,
# white noise of variance v carries v / 12,000 per Hz.
ASPIRATION_VARIANCE_HZ = dsp.SR / 4
# It swells once a cycle, with the open phase, or it would be heard as another sound beside the
# voice (Hermes 1991).
ASPIRATION_SWELL = 0.7


@lru_cache(maxsize=1)
def _slopes() -> Floats:
    """[300] where each sample lies between the frame before its own and the one after."""
    return np.asarray(((np.arange(dsp.HOP) + 0.5) / dsp.HOP - 0.5) % 1.0, np.float32)


def to_samples(frames: npt.NDArray[np.floating]) -> Floats:
    """[F] frame values, interpolated linearly between frame centres → [F · 300]."""
    half = dsp.HOP // 2
    u = _slopes()
    v = 1 - u
    padded = np.pad(np.asarray(frames, np.float32), 1, mode="edge")
    samples = np.empty((len(frames), dsp.HOP), np.float32)
    samples[:, :half] = padded[:-2, None] * v[:half] + padded[1:-1, None] * u[:half]
    samples[:, half:] = padded[1:-1, None] * v[half:] + padded[2:, None] * u[half:]
    return samples.reshape(-1)


def phase(f: Floats) -> npt.NDArray[np.float64]:
    """Cycles of the voice up to each sample, from F0 in Hz per sample."""
    cycles = np.cumsum(np.maximum(f, np.float32(VOICED_HZ)), dtype=np.float64)
    cycles /= dsp.SR
    return cycles


def pulses(f: Floats, cycles: npt.NDArray[np.float64]) -> Floats:
    """A band-limited pulse train: every harmonic below 11 kHz at unit amplitude.

    Args:
        f: F0 in Hz per sample; 0 pulses below `VOICED_HZ`.
        cycles: `phase(f)`, perhaps disturbed.

    sum_{h<=H} cos(h t) = sin((H + 1/2) t) / (2 sin(t/2)) - 1/2, as in hibari.dsp.pulses, whose
    output this equals when the phase is undisturbed.
    """
    t = np.modf(cycles)[0]
    t *= 2 * np.pi
    angle = t.astype(np.float32)
    order = np.floor(HIGHEST_HARMONIC_HZ / np.maximum(f, np.float32(VOICED_HZ)))
    order += np.float32(0.5)
    divisor = np.sin(angle * np.float32(0.5))
    divisor *= 2
    pole = np.abs(divisor) <= 2e-3  # where the quotient is 0/0; its limit is `order`
    train = np.sin(order * angle)
    divisor[pole] = 1
    train /= divisor
    train[pole] = order[pole]
    train -= np.float32(0.5)
    train[f <= VOICED_HZ] = 0
    return np.asarray(train, np.float32)


def first_harmonic(f: Floats, cycles: npt.NDArray[np.float64]) -> Floats:
    """The first harmonic of `pulses` alone, at unit amplitude."""
    angle = (2 * np.pi * np.modf(cycles)[0]).astype(np.float32)
    wave = np.cos(angle)
    wave[f <= VOICED_HZ] = 0
    return wave


def jittered(
    cycles: npt.NDArray[np.float64], jitter: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The phase with each pulse moved at random.

    Args:
        cycles: phase in cycles.
        jitter: mean absolute difference of successive periods, relative to the period.
        rng: draws the displacements.
    """
    # Displacements d of deviation s make periods differ by d[i+2] - 2 d[i+1] + d[i], whose mean
    # absolute value is sqrt(6) s sqrt(2 / pi).
    deviation = jitter / (np.sqrt(6) * np.sqrt(2 / np.pi))
    moved = rng.normal(0, deviation, int(cycles[-1]) + 2)
    # A shift may not reverse time: beyond a third of a cycle pulses would meet.
    return cycles + np.interp(cycles, np.arange(len(moved)), np.clip(moved, -1 / 3, 1 / 3))


def aspiration(f: Floats, cycles: npt.NDArray[np.float64], rng: np.random.Generator) -> Floats:
    """Noise that swells once a cycle, of the power that `pulses` has."""
    noise = rng.standard_normal(len(f), dtype=np.float32)
    angle = (2 * np.pi * np.modf(cycles)[0]).astype(np.float32)
    swell = 1 + np.float32(ASPIRATION_SWELL) * np.cos(angle)
    swell *= np.sqrt(ASPIRATION_VARIANCE_HZ / (1 + ASPIRATION_SWELL**2 / 2) / np.maximum(f, 80))
    swell[f <= VOICED_HZ] = 0
    noise *= swell
    return noise


def pulse_train(f0: Floats) -> Floats:
    """[F] Hz → [F · 300] the undisturbed pulse train."""
    f = to_samples(f0)
    return pulses(f, phase(f))


def stft(signal: Floats) -> Spectrum:
    """[F · 300] → [F, 601], scaled so that a unit cosine peaks at 1."""
    padded = np.pad(signal, dsp.N_FFT // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, dsp.N_FFT)[:: dsp.HOP]
    frames = windows[: len(signal) // dsp.HOP] * dsp.WIN_SRC
    return np.asarray(scipy.fft.rfft(frames, axis=1, overwrite_x=True))
