"""What hibari's network says about a sentence: spectra, pitch and timing, before any sound is made.

The network gives, per frame of 12.5 ms, a complex envelope for the harmonics, the level of a
noise, a free-phase part (frication, bursts, most of what is above 5 kHz) and F0. Because the
envelope is apart from F0, a change of F0 keeps the formants by construction. What no take
changes is computed here, once a sentence, and not before a take needs it.
"""

from collections.abc import Sequence
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
    parts: Sequence[Floats]
    """[601, F] each, as the network puts them out: log magnitude and phase of the harmonic
    envelope, log level of the noise, log magnitude and phase of the free part."""

    @property
    def frames(self) -> int:
        """F."""
        return len(self.f0)

    @cached_property
    def harmonic(self) -> Spectrum:
        """[F, 601] what a harmonic of unit amplitude becomes."""
        theta = np.tanh(self._part(1))
        theta *= np.float32(np.pi)
        return polar(dsp.ex(self._part(0)), theta)

    @cached_property
    def noise(self) -> Floats:
        """[F, 601] standard deviation of the noise's real and imaginary parts."""
        return np.asarray(dsp.ex(self._part(2)))

    @cached_property
    def free(self) -> Spectrum:
        """[F, 601] added as it is."""
        return polar(dsp.ex(self._part(3)), self._part(4))

    def _part(self, index: int) -> Floats:
        return np.ascontiguousarray(self.parts[index].T)

    def drawn(self, noise: Noise) -> Spectrum:
        """[F, 601] noise from hibari's generator, in hibari's order."""
        values = noise.take(BINS * 2 * self.frames).view(np.complex64).reshape(BINS, self.frames)
        return np.asarray(values.T * self.noise)

    @cached_property
    def aperiodic(self) -> Spectrum:
        """[F, 601] the free part and a noise that is the same for every sentence.

        The noise is 60 dB below the voice, and drawing it would take longer than a take does.
        """
        repeats = np.arange(self.frames) % NOISE_FRAMES
        return np.asarray(_noise()[repeats] * self.noise + self.free)

    @cached_property
    def excitation(self) -> Spectrum:
        """[F, 601] short-time spectrum of the pulse train at `f0`."""
        voicing = source.voicing(self.f0)
        excitation = np.zeros((self.frames, BINS), np.complex64)
        train = voicing.signal(source.pulses(voicing, voicing.angle))
        excitation[voicing.excited] = spectra(train, voicing.excited)
        return excitation

    @cached_property
    def regular(self) -> Spectrum:
        """[F, 601] the plain sound's, without the noise."""
        return np.asarray(self.excitation * self.harmonic + self.free)

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
    """`Spectra` from the network's outputs.

    Args:
        outputs: those of `Spectra.parts` (each [1, 601, F]), F0 ([1, F]), and the frames of each
            phoneme with a pad at both ends ([len(phonemes) + 2]).
        phonemes: what was spoken, without the pads.
    """
    return Spectra(
        phonemes,
        np.maximum(np.cumsum(outputs[6], dtype=np.intp)[: len(phonemes) + 1] - LAG, 0),
        outputs[5][0],
        [part[0] for part in outputs[:5]],
    )
