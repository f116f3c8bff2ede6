"""From spectra to sound, under a prosody and a timbre.

S = E · H + A, as hibari.dsp.synth does it: E the short-time spectrum of a pulse train, H the
harmonic envelope, A noise and free part. The edits act where they belong: pitch, jitter and the
first harmonic on the pulse train, timing on which frames are read, timbre on gains per bin.
"""

import numpy as np
from hibari import dsp

from emotts.audio import Samples
from emotts.builtin import source
from emotts.builtin.frames import BINS, Floats, Spectrum
from emotts.builtin.prosody import Prosody
from emotts.builtin.spectra import Spectra
from emotts.builtin.timbre import Timbre


def render(spectra: Spectra, prosody: Prosody, timbre: Timbre, *, noise: int, seed: int) -> Samples:
    """The sound of a chunk: [G · 300] float32.

    Args:
        spectra: what the network said.
        prosody: of the same chunk.
        timbre: of the take.
        noise: the seed of the noise branch, which must have been drawn.
        seed: of jitter and aspiration.
    """
    aperiodic = spectra.aperiodic(noise)
    f0 = _pitch(spectra, prosody)
    moved = bool(prosody.semitones.any()) or timbre.formants != 1
    harmonic = spectra.envelope if moved else spectra.harmonic
    if len(f0) != spectra.frames or not np.array_equal(prosody.positions, np.arange(len(f0))):
        nearest = np.rint(prosody.positions).astype(np.intp)
        harmonic, aperiodic = harmonic[nearest], aperiodic[nearest]
    if timbre.formants != 1:
        harmonic, aperiodic = _shifted(harmonic, timbre), _shifted(aperiodic, timbre)
    spectrum = _excite(f0, timbre, seed)
    if prosody.semitones.any():
        # A voice of twice the pitch has half as many harmonics: keep its power.
        spectrum *= (2 ** (prosody.semitones / 24))[:, None]
    spectrum *= harmonic
    if timbre.aperiodic is None:
        spectrum += aperiodic
    else:
        spectrum += aperiodic * timbre.aperiodic
    if prosody.gain_db.any():
        spectrum *= (10 ** (prosody.gain_db / 20))[:, None]
    return np.asarray(dsp.ola(spectrum.T))


def _pitch(spectra: Spectra, prosody: Prosody) -> Floats:
    """[G] F0 in Hz."""
    f0 = np.interp(prosody.positions, np.arange(spectra.frames), spectra.f0).astype(np.float32)
    factor = np.exp2(prosody.semitones / np.float32(12))
    return np.asarray(f0 * factor if prosody.semitones.any() else f0)


def _shifted(spectrum: Spectrum, timbre: Timbre) -> Spectrum:
    """[G, 601] every bin taken from where it was before the formants moved."""
    bins = np.minimum(np.rint(np.arange(BINS) / timbre.formants), BINS - 1).astype(np.intp)
    return np.asarray(np.take(spectrum, bins, axis=1))


def _excite(f0: Floats, timbre: Timbre, seed: int) -> Spectrum:
    """[G, 601] the spectrum of the source."""
    f = source.to_samples(f0)
    cycles = source.phase(f)
    rng = np.random.default_rng(seed)
    if timbre.jitter:
        cycles = source.jittered(cycles, timbre.jitter, rng)
    train = source.pulses(f, cycles)
    if timbre.first_harmonic:
        train += source.first_harmonic(f, cycles) * np.float32(timbre.first_harmonic)
    spectrum = source.stft(train)
    if timbre.harmonic is not None:
        spectrum *= timbre.harmonic
    if timbre.breath is not None:
        spectrum += source.stft(source.aspiration(f, cycles, rng)) * timbre.breath
    return spectrum
