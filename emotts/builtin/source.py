"""The voice source: the pulse train that the harmonic envelope filters."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from hibari import dsp

from emotts.builtin.frames import HOP, HOPS, VOICED_HZ, Floats

HIGHEST_HARMONIC_HZ = 11_000.0

# Noise as strong as the pulse train: unit harmonics every f0 carry a power of 1 / (2 f0) per Hz,
# white noise of variance v carries v / 12,000 per Hz.
ASPIRATION_VARIANCE_HZ = dsp.SR / 4
# It swells once a cycle, with the open phase, or it would be heard as another sound beside the
# voice (Hermes 1991).
ASPIRATION_SWELL = 0.7
# Five seconds of noise for all takes, each of which starts somewhere else in it.
HISS_SAMPLES = 2**17

Indices = npt.NDArray[np.intp]
Cycles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Voicing:
    """The voiced stretches of F frames, sample by sample."""

    frames: int
    """F."""
    rows: Indices
    """[V] the frames that are voiced somewhere."""
    f0: Floats
    """[V, 300] Hz, not below `VOICED_HZ`."""
    voiced: Floats
    """[V, 300] 1 where there is a voice, 0 where there is none."""
    cycles: Cycles
    """[V, 300] cycles of the voice since the first frame."""

    @cached_property
    def excited(self) -> Indices:
        """[E] the frames whose windows see any of it."""
        seen = np.zeros(self.frames + HOPS, np.bool_)
        for hop in range(HOPS):
            seen[self.rows + hop] = True
        # A window is centred on the start of its frame: on two hops before and two from there.
        return np.flatnonzero(seen[HOPS // 2 - 1 :][: self.frames])

    @cached_property
    def angle(self) -> Floats:
        """[V, 300] phase in its cycle, 0…2π."""
        angle = np.floor(self.cycles)
        np.subtract(self.cycles, angle, out=angle)
        angle *= 2 * np.pi
        return angle.astype(np.float32)

    def signal(self, samples: Floats) -> Floats:
        """[V, 300] → [F · 300] with silence where there is no voice."""
        signal = np.zeros((self.frames, HOP), np.float32)
        np.multiply(samples, self.voiced, out=samples)
        signal[self.rows] = samples
        return signal.reshape(-1)


def voicing(f0: Floats) -> Voicing:
    """Where and how F frames of `f0` (Hz) are voiced; linear between the frames' centres."""
    padded = np.concatenate([f0[:1], f0, f0[-1:]])
    around = np.stack([padded[:-2], f0, padded[2:]])
    rows = np.flatnonzero((around > VOICED_HZ).any(axis=0))
    before, here, after = around[:, rows, None]
    half = HOP // 2
    slope = _slope()
    f = np.empty((len(rows), HOP), np.float32)
    f[:, :half] = before * (1 - slope[:half]) + here * slope[:half]
    f[:, half:] = here * (1 - slope[half:]) + after * slope[half:]
    voiced = (f > VOICED_HZ).astype(np.float32)
    np.maximum(f, np.float32(VOICED_HZ), out=f)
    # Where there is no voice its phase runs on at the lowest pitch, as in hibari.dsp.pulses.
    cycles = np.cumsum(f.astype(np.float64)).reshape(f.shape)  # a cast within takes twice as long
    cycles += (VOICED_HZ * HOP * (rows - np.arange(len(rows))))[:, None]
    cycles /= dsp.SR
    return Voicing(len(f0), rows, f, voiced, cycles)


@lru_cache(maxsize=1)
def _slope() -> Floats:
    """[300] where each sample lies between the centre before it and the one after."""
    return np.asarray(((np.arange(HOP) + 0.5) / HOP - 0.5) % 1.0, np.float32)


def pulses(voicing: Voicing, angle: Floats) -> Floats:
    """[V, 300] a band-limited pulse train: every harmonic below 11 kHz at unit amplitude.

    sum_{h<=H} cos(h t) = sin((H + 1/2) t) / (2 sin(t/2)) - 1/2, as in hibari.dsp.pulses, whose
    output this equals at the undisturbed angle.
    """
    order = np.floor(HIGHEST_HARMONIC_HZ / voicing.f0)
    order += np.float32(0.5)
    divisor = np.sin(angle * np.float32(0.5))
    divisor *= 2
    pole = np.abs(divisor) <= 2e-3  # where the quotient is 0/0; its limit is `order`
    np.copyto(divisor, 1, where=pole)
    train = np.sin(order * angle)
    train /= divisor
    np.copyto(train, order, where=pole)
    train -= np.float32(0.5)
    return np.asarray(train)


def jittered(voicing: Voicing, jitter: float, rng: np.random.Generator) -> Floats:
    """[V, 300] the angle with each pulse moved at random.

    Args:
        voicing: undisturbed.
        jitter: mean absolute difference of successive periods, relative to the period.
        rng: draws the displacements.
    """
    # Displacements d of deviation s make periods differ by d[i+2] - 2 d[i+1] + d[i], whose mean
    # absolute value is sqrt(6) s sqrt(2 / pi).
    deviation = jitter / (np.sqrt(6) * np.sqrt(2 / np.pi))
    cycle = voicing.cycles.astype(np.intp)
    # A shift may not reverse time: beyond a third of a cycle pulses would meet.
    moved = np.clip(rng.normal(0, deviation, int(cycle[-1, -1]) + 2), -1 / 3, 1 / 3)
    shift = (2 * np.pi * moved).astype(np.float32)
    change = np.diff(shift) / np.float32(2 * np.pi)
    return np.asarray(voicing.angle + shift[cycle] + change[cycle] * voicing.angle)


def aspiration(voicing: Voicing, rng: np.random.Generator) -> Floats:
    """[V, 300] noise that swells once a cycle, of the power that `pulses` has."""
    start = int(rng.integers(HISS_SAMPLES))
    places = np.arange(start, start + voicing.f0.size)
    noise = _hiss().take(places, mode="wrap").reshape(voicing.f0.shape)
    swell = np.cos(voicing.angle)
    swell *= np.float32(ASPIRATION_SWELL)
    swell += 1
    variance = np.float32(ASPIRATION_VARIANCE_HZ / (1 + ASPIRATION_SWELL**2 / 2))
    swell *= np.sqrt(variance / np.maximum(voicing.f0, np.float32(80)))
    noise *= swell
    return noise


@lru_cache(maxsize=1)
def _hiss() -> Floats:
    """White noise of variance 1."""
    return np.random.default_rng(0).standard_normal(HISS_SAMPLES, dtype=np.float32)
