"""From spectra to sound, under a prosody and a timbre.

S = E · H + A, as hibari.dsp.synth does it: E the short-time spectrum of a pulse train, H the
harmonic envelope, A noise and free part. The edits act where they belong: pitch, jitter and the
first harmonic on the pulse train, timing on which frames are read, timbre on gains per bin.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from emotts.audio import Samples
from emotts.builtin import source
from emotts.builtin.frames import BINS, Floats, Spectrum, scaled, sound, spectra, stretches
from emotts.builtin.noise import Noise
from emotts.builtin.prosody import Prosody
from emotts.builtin.source import Voicing
from emotts.builtin.spectra import Spectra
from emotts.builtin.timbre import Timbre

Number = TypeVar("Number", np.float32, np.complex64)


def plain(chunk: Spectra, noise: Noise) -> Samples:
    """The sound of a chunk as hibari makes it: [F · 300] float32."""
    return sound(chunk.regular + chunk.drawn(noise))


def render(chunk: Spectra, prosody: Prosody, timbre: Timbre, *, seed: int) -> Samples:
    """The sound of a chunk: [G · 300] float32.

    Args:
        chunk: what the network said.
        prosody: of the same chunk.
        timbre: of the take.
        seed: of jitter and aspiration.
    """
    places = np.rint(prosody.positions).astype(np.intp)
    spectrum = _shifted(chunk.aperiodic[places], timbre.formants)
    voicing = source.voicing(_pitch(chunk, prosody))
    if voicing.rows.size:
        if timbre.aperiodic is not None:
            # What the larynx does is heard where it sounds; fricatives are made elsewhere.
            for _, rows in stretches(voicing.rows):
                scaled(spectrum[rows], timbre.aperiodic)
        voice = _voice(chunk, prosody, voicing, timbre, seed)
        contrast = None
        if timbre.articulation:
            contrast = _shifted(chunk.contrast[places[voicing.excited]], timbre.formants)
            contrast *= np.float32(timbre.articulation)
            np.exp(contrast, out=contrast)
        for part, rows in stretches(voicing.excited):
            spectrum[rows] += voice[part]
            if contrast is not None:
                spectrum[rows] *= contrast[part]
    if prosody.gain_db.any():
        scaled(spectrum, 10 ** (prosody.gain_db[:, None] / np.float32(20)))
    return sound(spectrum)


def _voice(
    chunk: Spectra, prosody: Prosody, voicing: Voicing, timbre: Timbre, seed: int
) -> Spectrum:
    """[E, 601] the harmonics in the excited frames."""
    places = np.rint(prosody.positions[voicing.excited]).astype(np.intp)
    semitones = prosody.semitones[voicing.excited]
    moved = bool(semitones.any()) or timbre.formants != 1
    envelope = chunk.envelope if moved else chunk.harmonic
    voice = _shifted(envelope[places], timbre.formants)
    voice *= _excite(voicing, timbre, np.random.default_rng(seed))
    # A voice of twice the pitch has half as many harmonics: keep its power.
    scaled(voice, np.exp2(semitones[:, None] / np.float32(24)))
    return voice


def _pitch(chunk: Spectra, prosody: Prosody) -> Floats:
    """[G] F0 in Hz."""
    f0 = np.interp(prosody.positions, np.arange(chunk.frames), chunk.f0).astype(np.float32)
    return np.asarray(f0 * np.exp2(prosody.semitones / np.float32(12)))


def _shifted(spectrum: npt.NDArray[Number], formants: float) -> npt.NDArray[Number]:
    """[G, 601] every bin taken from where it was before the formants moved by a factor."""
    if formants == 1:
        return spectrum
    bins = np.minimum(np.rint(np.arange(BINS) / formants), BINS - 1).astype(np.intp)
    moved: npt.NDArray[Number] = np.take(spectrum, bins, axis=1, mode="clip")
    return moved


def _excite(voicing: Voicing, timbre: Timbre, rng: np.random.Generator) -> Spectrum:
    """[E, 601] the spectrum of the source in the excited frames."""
    angle = source.jittered(voicing, timbre.jitter, rng) if timbre.jitter else voicing.angle
    train = source.pulses(voicing, angle)
    if timbre.first_harmonic:
        train += np.cos(angle) * np.float32(timbre.first_harmonic)
    spectrum = spectra(voicing.signal(train), voicing.excited)
    if timbre.harmonic is not None:
        scaled(spectrum, timbre.harmonic)
    if timbre.breath is not None:
        breath = spectra(voicing.signal(source.aspiration(voicing, rng)), voicing.excited)
        scaled(breath, timbre.breath)
        spectrum += breath
    return spectrum
