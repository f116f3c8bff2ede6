"""Voice quality: what the controls do to the spectrum and to the source, apart from prosody."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from emotts.builtin.frames import BINS, HZ_A_BIN, Floats
from emotts.builtin.landmarks import Landmarks

TILT_PIVOT_HZ = 1_000.0
NYQUIST_HZ = (BINS - 1) * HZ_A_BIN
# Effort lifts the harmonics up to here; above is breath and hiss, which it does not lift.
TILT_LOW_HZ, TILT_HIGH_HZ = 200.0, 4_000.0

# Full breathiness: the open quotient raises the first harmonic (Hanson 1997: H1-H2 some 6 dB
# above modal), the upper harmonics give way to aspiration from this frequency on (Klatt & Klatt
# 1990: from F3 downwards), and the source falls off faster.
BREATH_H1_DB = 5.0
BREATH_FROM_HZ, BREATH_TO_HZ = 4_500.0, 1_200.0
BREATH_OCTAVES = 0.6
BREATH_TILT = -1.0
BREATH_FREE_DB = 3.0

# Full tension: a pressed source has a weaker first harmonic and more between 2 and 4 kHz, with
# less noise (Gobl & Ní Chasaide 2003).
TENSE_H1_DB = -5.0
TENSE_PEAK_DB = 5.0
TENSE_HZ = 2_800.0
TENSE_OCTAVES = 0.7
TENSE_FREE_DB = -2.0


@dataclass(frozen=True, eq=False)
class Timbre:
    """The voice quality of a take."""

    harmonic: Floats | None
    """[601] gain of the harmonics; None for 1 throughout."""
    aperiodic: Floats | None
    """[601] gain of everything else in voiced frames; None for 1 throughout."""
    breath: Floats | None
    """[601] gain of pulsed noise through the harmonic envelope; None for no such noise."""
    first_harmonic: float
    """What is added to the unit amplitude of the first harmonic."""
    jitter: float
    """Mean change from one period to the next, relative to the period."""
    articulation: float
    """How much further each sound goes from the mean of all, as a share."""
    formants: float
    """Factor on all formant frequencies."""


@lru_cache(maxsize=2)
def _octaves(highest_hz: float = NYQUIST_HZ) -> Floats:
    """[601] octaves above the pivot, held above a frequency."""
    frequencies = np.clip(np.arange(BINS) * HZ_A_BIN, TILT_LOW_HZ, highest_hz)
    return np.asarray(np.log2(frequencies / TILT_PIVOT_HZ), np.float32)


def colour(marks: Landmarks, values: Mapping[str, float]) -> Timbre:
    """The timbre that the values of all controls ask for, at the level of the plain sentence."""
    breathiness, tension = values["breathiness"], values["tension"]
    tilt = (values["brightness"] + BREATH_TILT * breathiness) * _octaves(TILT_HIGH_HZ)
    peak = TENSE_PEAK_DB * tension * _bell(TENSE_HZ, TENSE_OCTAVES)
    curve = tilt + peak
    free = curve + BREATH_FREE_DB * breathiness + TENSE_FREE_DB * tension
    first = 10 ** ((BREATH_H1_DB * breathiness + TENSE_H1_DB * tension) / 20)
    # The mean power spectrum tells what all this does to the level; take that back.
    after = marks.spectrum + (first**2 - 1) * marks.fundamental
    gains = 10 ** (curve / 10)
    compensation = 10 * np.log10(float(marks.spectrum.sum() / (after * gains).sum()))
    harmonic = _amplitude(curve + compensation)
    share = _breath_share(breathiness)
    plain = not (breathiness or tension or values["brightness"])
    return Timbre(
        None if plain else harmonic * np.sqrt(1 - share),
        None if plain else _amplitude(free + compensation),
        harmonic * np.sqrt(share) if breathiness else None,
        first - 1,
        values["jitter"] / 100,
        values["articulation"],
        values["formants"],
    )


def _breath_share(breathiness: float) -> Floats:
    """[601] the share of the harmonics' power that aspiration replaces."""
    corner = BREATH_FROM_HZ * (BREATH_TO_HZ / BREATH_FROM_HZ) ** breathiness
    distance = (_octaves() - np.float32(np.log2(corner / TILT_PIVOT_HZ))) / BREATH_OCTAVES
    return np.asarray(breathiness / (1 + np.exp(-4 * distance)), np.float32)


def _bell(centre_hz: float, octaves: float) -> Floats:
    """[601] a Gaussian over log frequency, 1 at the centre."""
    distance = (_octaves() - np.float32(np.log2(centre_hz / TILT_PIVOT_HZ))) / octaves
    return np.asarray(np.exp(-(distance**2) / 2), np.float32)


def _amplitude(decibels: Floats) -> Floats:
    """Linear gain."""
    return np.asarray(10 ** (decibels / 20), np.float32)
