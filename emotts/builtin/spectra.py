"""What hibari's network says about a sentence: spectra, pitch and timing, before any sound is made.

The network gives, per frame of 12.5 ms, a complex envelope for the harmonics, the level of a
noise, a free-phase part (frication, bursts, most of what is above 5 kHz) and F0. Because the
envelope is apart from F0, a change of F0 keeps the formants by construction. What no take
changes is computed here, once a sentence.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from hibari import dsp

from emotts.builtin import articulation, envelope, source
from emotts.builtin.frames import BINS, Floats, Spectrum, polar, sound, spectra
from emotts.builtin.noise import Noise

# The network's durations run behind its sound by 50 ms: shifted by this, every vowel lies on
# voiced frames; unshifted, 2% of their frames don't.
LAG = 4
NOISE_FRAMES = 128


@dataclass(frozen=True, eq=False)
class Spectra:
    """One chunk of a sentence: F frames of 601 bins."""

    phonemes: str
    """One character a phoneme or mark; ˈ and ˌ stand before the vowel that they stress."""
    starts: npt.NDArray[np.intp]
    """[len(phonemes) + 1] first frame of each, and where the last one ends."""
    f0: Floats
    """[F] Hz; below `VOICED_HZ` where unvoiced."""
    harmonic: Spectrum
    """[F, 601] what a harmonic of unit amplitude becomes."""
    noise: Floats
    """[F, 601] standard deviation of the noise's real and imaginary parts."""
    free: Spectrum
    """[F, 601] added as it is."""
    excitation: Spectrum
    """[F, 601] short-time spectrum of the pulse train at `f0`."""
    regular: Spectrum
    """[F, 601] the plain sound's, without the noise."""

    @property
    def frames(self) -> int:
        """F."""
        return len(self.f0)

    def drawn(self, noise: Noise) -> Spectrum:
        """[F, 601] noise from hibari's generator, in hibari's order."""
        values = noise.take(BINS * 2 * self.frames).view(np.complex64).reshape(BINS, self.frames)
        return np.asarray(values.T * self.noise)

    def prepare(self) -> None:
        """Compute what takes with controls read, before they do."""
        for name in ("aperiodic", "envelope", "contrast"):
            getattr(self, name)

    @cached_property
    def aperiodic(self) -> Spectrum:
        """[F, 601] the free part and a noise that is the same for every sentence.

        The noise is 60 dB below the voice, and drawing it would take longer than a take does.
        """
        repeats = np.arange(self.frames) % NOISE_FRAMES
        return np.asarray(_noise()[repeats] * self.noise + self.free)

    @cached_property
    def envelope(self) -> Spectrum:
        """[F, 601] `harmonic` for any F0, where `harmonic` itself holds for `f0` alone."""
        return envelope.whole(self.f0, self.excitation, self.harmonic)

    @cached_property
    def contrast(self) -> Floats:
        """[F, 601] nepers by which each sound lies above the mean of all; see `articulation`."""
        return articulation.contrast(self.power, self.f0)

    @cached_property
    def power(self) -> Floats:
        """[F, 601] short-time power of the plain sound, without the noise, which is far below.

        Of the sound, not of the spectra that it is made from: those of neighbouring frames
        contradict each other in part, and what contradicts cancels out.
        """
        heard = spectra(sound(self.regular))
        return np.asarray(heard.real**2 + heard.imag**2)


@lru_cache(maxsize=1)
def _noise() -> Spectrum:
    """[NOISE_FRAMES, 601] with real and imaginary parts of variance 1."""
    pairs = np.random.default_rng(0).standard_normal((NOISE_FRAMES, 2 * BINS), dtype=np.float32)
    return pairs.view(np.complex64)


def decode(outputs: Sequence[npt.NDArray[np.float32]], phonemes: str) -> Spectra:
    """`Spectra` from the network's outputs, in two threads.

    Args:
        outputs: log magnitude and phase of the harmonic envelope, log level of the noise, log
            magnitude and phase of the free part (each [1, 601, F]), F0 ([1, F]), and the frames of
            each phoneme with a pad at both ends ([len(phonemes) + 2]).
        phonemes: what was spoken, without the pads.
    """
    f0 = outputs[5][0]
    with ThreadPoolExecutor(1) as beside:
        excited = beside.submit(_excitation, f0)
        parts = [np.ascontiguousarray(part[0].T) for part in outputs[:5]]
        theta = np.tanh(parts[1])
        theta *= np.float32(np.pi)
        harmonic = polar(dsp.ex(parts[0]), theta)
        free = polar(dsp.ex(parts[3]), parts[4])
        noise = np.asarray(dsp.ex(parts[2]))
    excitation = excited.result()
    return Spectra(
        phonemes,
        np.maximum(np.cumsum(outputs[6], dtype=np.intp)[: len(phonemes) + 1] - LAG, 0),
        f0,
        harmonic,
        noise,
        free,
        excitation,
        np.asarray(excitation * harmonic + free),
    )


def _excitation(f0: Floats) -> Spectrum:
    """[F, 601] `Spectra.excitation`."""
    voicing = source.voicing(f0)
    excitation = np.zeros((len(f0), BINS), np.complex64)
    train = voicing.signal(source.pulses(voicing, voicing.angle))
    excitation[voicing.excited] = spectra(train, voicing.excited)
    return excitation
