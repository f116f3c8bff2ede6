"""What the controls do to a clip.

Level is a gain and brightness a filter: takes that move nothing else go through no vocoder, and
keep the sound of their engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from emotts.audio import Audio
from emotts_prosody.world import Analysis, Doubles, synthesised

VOCODED = {"rate": 1.0, "pitch": 0.0, "pitch_range": 1.0, "pitch_slope": 0.0, "breathiness": 0.0}

# A change may not push a contour out of what voices do, but never pulls it in either.
LOWEST_HZ, HIGHEST_HZ = 70.0, 520.0

TILT_PIVOT_HZ = 1_000.0
TILT_LOW_HZ, TILT_HIGH_HZ = 200.0, 8_000.0

# Full breathiness: the open quotient raises the first harmonic (Hanson 1997), aspiration replaces
# the upper harmonics from F3 downwards, and the source falls off faster (Klatt & Klatt 1990).
BREATH_H1_DB = 5.0
BREATH_FROM_HZ, BREATH_TO_HZ = 4_500.0, 1_200.0
BREATH_OCTAVES = 0.6
BREATH_TILT = -1.0


def shaped(
    clip: Audio, values: Mapping[str, float], analysis: Callable[[Audio], Analysis]
) -> Audio:
    """A clip under the values of some controls; the clip itself where all are neutral.

    Args:
        clip: what an engine said.
        values: control → value.
        analysis: of a clip; called where the vocoder is needed.
    """
    asked = {**VOCODED, **{name: value for name, value in values.items() if name in VOCODED}}
    if asked != VOCODED:
        made = synthesised(_breathy(_stretched(_pitched(analysis(clip), asked), asked), asked))
        clip = _at_level_of(clip, made)
    if brightness := values.get("brightness", 0.0):
        clip = _tilted(clip, brightness)
    if energy := values.get("energy", 0.0):
        clip = clip.amplified(energy)
    return clip


def _pitched(parts: Analysis, values: Mapping[str, float]) -> Analysis:
    """The parts with another contour; the envelope, and with it the formants, stay."""
    voiced = np.flatnonzero(parts.voiced)
    if not voiced.size:
        return parts
    contour = parts.contour
    along = (np.arange(len(contour)) - voiced[0]) / max(voiced[-1] - voiced[0], 1) - 0.5
    change = (
        values["pitch"]
        + (values["pitch_range"] - 1) * (contour - np.median(contour[voiced]))
        + values["pitch_slope"] * along
    )
    hz = parts.hz * 2 ** (change / 12)
    found = parts.hz[voiced]
    low, high = min(LOWEST_HZ, found.min()), max(HIGHEST_HZ, found.max())
    return replace(parts, hz=np.where(parts.voiced, np.clip(hz, low, high), 0.0))


def _stretched(parts: Analysis, values: Mapping[str, float]) -> Analysis:
    """The parts at another rate: frames drawn between those there are."""
    rate = values["rate"]
    if rate == 1:
        return parts
    count = len(parts.hz)
    places = np.linspace(0, count - 1, max(round(count / rate), 2))
    below = np.minimum(places.astype(int), count - 2)
    share = (places - below)[:, None]

    def drawn(rows: Doubles) -> Doubles:
        between: Doubles = (1 - share) * rows[below] + share * rows[below + 1]
        return between

    known = np.flatnonzero(parts.voiced)
    hz = np.zeros(len(places))
    if known.size:
        heard = parts.voiced[np.rint(places).astype(int)]
        hz = np.where(heard, np.interp(places, known, parts.hz[known]), 0.0)
    return replace(
        parts, hz=hz, envelope=drawn(parts.envelope), aperiodicity=drawn(parts.aperiodicity)
    )


def _breathy(parts: Analysis, values: Mapping[str, float]) -> Analysis:
    """The parts with aspiration in place of upper harmonics."""
    breathiness = values["breathiness"]
    if not breathiness:
        return parts
    octaves = _octaves(parts.frequencies)
    corner = BREATH_FROM_HZ * (BREATH_TO_HZ / BREATH_FROM_HZ) ** breathiness
    distance = (octaves - np.log2(corner / TILT_PIVOT_HZ)) / BREATH_OCTAVES
    share = breathiness / (1 + np.exp(-4 * distance))
    noise = parts.aperiodicity**2
    noise += (1 - noise) * share
    hz = parts.hz[:, None]
    first = np.exp(-2 * ((parts.frequencies - hz) / np.maximum(hz, 1)) ** 2) * (hz > 0)
    gain_db = breathiness * (BREATH_H1_DB * first + BREATH_TILT * octaves)
    return replace(
        parts, envelope=parts.envelope * 10 ** (gain_db / 10), aperiodicity=np.sqrt(noise)
    )


def _tilted(clip: Audio, brightness: float) -> Audio:
    """The clip through a filter of so many decibels an octave, without delay, at its own level."""
    size = clip.samples.size
    padded = size + clip.rate // 10  # what the filter smears must not wrap around
    spectrum = np.fft.rfft(clip.samples, padded)
    octaves = _octaves(np.asarray(np.fft.rfftfreq(padded, 1 / clip.rate), np.float64))
    filtered = np.fft.irfft(spectrum * 10 ** (brightness * octaves / 20), padded)
    return _at_level_of(clip, filtered[:size])


def _octaves(frequencies: Doubles) -> Doubles:
    """Octaves above the pivot, as far as the tilt reaches."""
    octaves: Doubles = np.log2(np.clip(frequencies, TILT_LOW_HZ, TILT_HIGH_HZ) / TILT_PIVOT_HZ)
    return octaves


def _at_level_of(clip: Audio, samples: Doubles) -> Audio:
    """The samples as a clip with the mean power of another."""
    power = float(np.mean(np.square(samples)))
    wanted = float(np.mean(np.square(clip.samples, dtype=np.float64)))
    gain = np.sqrt(wanted / power) if power else 0.0
    return Audio((samples * gain).astype(np.float32), clip.rate)
