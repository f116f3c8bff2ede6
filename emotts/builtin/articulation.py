"""Articulation: how far the sounds of a sentence are from each other.

Who is glad or angry articulates more than in neutral speech (Yildirim et al. 2004), who is sad or
bored less (Kienast & Sendlmeier 2000). In a spectrum that is contrast: the deviation of a voiced
sound from the mean of all voiced sounds, stretched or squeezed. Level and tilt take no part in it;
they have controls of their own, and stretched they would set vowels and fricatives apart.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from emotts.builtin.frames import BINS, HZ_A_BIN, VOICED_HZ, Floats, smooth

BANDS = 18  # over the mel scale: as wide as a formant, wider than the harmonics of most voices
LOWEST_HZ, HIGHEST_HZ = 80.0, 8_000.0
FLOOR_DB = 70.0
# Full contrast from this level on, re the loudest frame; none so far below.
LOUD_DB, FADE_DB = -25.0, 15.0
SMOOTHING = 5  # frames, 60 ms
LIMIT_DB = 12.0
SMALLEST = 1e-12
NEPERS_A_DB = np.float32(np.log(10) / 20)

Indices = npt.NDArray[np.intp]


def contrast(power: Floats, f0: Floats) -> Floats:
    """[F, 601] nepers by which each bin of each frame lies above the mean of the voiced frames.

    Args:
        power: [F, 601] of the plain sound.
        f0: [F] Hz; what is unvoiced keeps its spectrum.
    """
    level = power.sum(axis=1)
    level_db = 10 * np.log10(level / level.max() + SMALLEST)
    weight = np.clip((level_db - LOUD_DB + FADE_DB) / FADE_DB, 0, 1) * (f0 > VOICED_HZ)
    if not weight.any():
        return np.zeros_like(power)
    edges, basis, below, above = _bands()
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1) / np.diff(edges)
    bands = 10 * np.log10(bands + bands.max() * 10 ** (-FLOOR_DB / 10))
    bands -= np.average(bands, axis=0, weights=weight)
    bands -= (bands @ basis.T) @ basis
    bands *= weight[:, None]
    even = np.stack([smooth(band, SMOOTHING) for band in bands.T.astype(np.float32)], axis=1)
    even = np.clip(even, -LIMIT_DB, LIMIT_DB) * NEPERS_A_DB
    deviation = even[:, below]
    deviation += np.diff(even, axis=1)[:, below] * above
    # What is loud gains where it stands out: less the mean by power, the level stays.
    deviation -= (np.einsum("fb,fb->f", power, deviation) / (level + SMALLEST))[:, None]
    return deviation


@cache
def _bands() -> tuple[Indices, npt.NDArray[np.float64], Indices, Floats]:
    """Edges of the bands and their basis; which band is below each bin, and how far it is above.

    The edges are [BANDS + 1] bins; the basis is [2, BANDS], the level and the tilt as unit
    vectors; the others are [601], the distance as a share of that from band to band.
    """
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    hz = 700 * (10 ** (np.linspace(low, high, BANDS + 1) / 2595) - 1)
    edges = np.rint(hz / HZ_A_BIN).astype(np.intp)
    tilt = np.linspace(-1, 1, BANDS)
    basis = np.stack([np.ones(BANDS) / np.sqrt(BANDS), tilt / np.linalg.norm(tilt)])
    middles = (edges[:-1] + edges[1:] - 1) / 2
    place = np.interp(np.arange(BINS), middles, np.arange(BANDS))
    below = np.minimum(place.astype(np.intp), BANDS - 2)
    return edges, basis, below, (place - below).astype(np.float32)
