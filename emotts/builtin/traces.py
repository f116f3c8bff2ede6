"""What of a clip tells whether it is the same sentence, as clean: sounds, level, margins, edges."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio
from emotts.builtin.analysis import (
    FRAME_S,
    RATE,
    SIZE,
    SMALLEST,
    Analysis,
    analysed,
    decibels,
)
from emotts.builtin.f0 import Floats

# Sounds are told apart by mel cepstra without level, on every third frame; a sound of a take is
# compared with what take 0 says at the same place, wherever its pace has moved that to.
STEP = 3
BANDS, LOWEST_HZ, HIGHEST_HZ = 26, 150.0, 7_000.0
CEPSTRA = slice(1, 14)
DEPTH_DB = 60.0
# Frames at once: for a larger product BLAS would start threads, and wait for them.
BLOCK = 8
# What is said twice is the same wave again; the lowest 2 kHz are enough to tell.
SLOW_RATE = 4_000
PART = round(0.3 * SLOW_RATE)
# At once: all parts of a take that ran away for minutes would fill gigabytes.
PARTS = 16
QUIET = 0.05
# A click stands out of its 20 ms, in the second difference, even beside the pulses of a voice.
CLICK_FRAME_S = 0.02
PULSES = 12


@dataclass(frozen=True)
class Trace:
    """What of a clip is compared."""

    cepstra: Floats
    """[n, 13] of the part that speaks, in dB, their mean taken off."""
    level_db: float
    """Of the frames that speak."""
    before_s: float
    """Until the first voiced sound."""
    after_s: float
    """From the last voiced sound on."""
    again: float
    click: float


def trace(clip: Audio) -> Trace:
    """Measure a clip at any rate; in silence there is nothing to compare."""
    found = analysed(clip)
    spoken, voiced = np.flatnonzero(found.speaks), np.flatnonzero(found.voiced)
    margins = voiced if voiced.size else spoken if spoken.size else np.array([0])
    return Trace(
        cepstra=_cepstra(found, spoken),
        level_db=float(decibels(found.energy[spoken].mean())) if spoken.size else 0.0,
        before_s=float(margins[0] * FRAME_S),
        after_s=float((found.energy.size - 1 - margins[-1]) * FRAME_S),
        again=_again(clip.resample(SLOW_RATE).samples),
        click=_click(clip),
    )


def _cepstra(found: Analysis, spoken: npt.NDArray[np.intp]) -> Floats:
    import scipy.fft  # late: it takes as long as all that listing the plugins needs

    if not spoken.size:
        return np.zeros((0, CEPSTRA.stop - CEPSTRA.start), np.float32)
    power = found.power[spoken[0] : spoken[-1] + 1 : STEP]
    blocks = (power[start : start + BLOCK] for start in range(0, len(power), BLOCK))
    frames = np.concatenate([block @ _filters() for block in blocks])
    floor = found.energy.max() * 10 ** (-DEPTH_DB / 10)
    cepstra = scipy.fft.dct(decibels(frames + floor), axis=1, norm="ortho")[:, CEPSTRA]
    return np.asarray(cepstra - cepstra.mean(axis=0), np.float32)


def _again(samples: Floats) -> float:
    """How much the most repeated of the loud parts is like another: their largest correlation."""
    import scipy.fft  # late: it takes as long as all that listing the plugins needs

    if samples.size < 2 * PART:
        return 0.0
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    energy = np.maximum(energy[PART:] - energy[:-PART], 0.0)
    starts = np.arange(0, energy.size, PART)
    loud = max(QUIET * energy.max(), SMALLEST)
    starts = starts[energy[starts] > loud]
    if not starts.size:
        return 0.0
    size = scipy.fft.next_fast_len(samples.size + PART, real=True)
    whole = scipy.fft.rfft(samples, size)
    weights = (1 / np.sqrt(np.maximum(energy, loud))).astype(np.float32)
    most = []
    for some in np.split(starts, range(PARTS, starts.size, PARTS)):
        parts = np.stack([samples[start : start + PART] for start in some])
        spectra = whole * np.conj(scipy.fft.rfft(parts, size, axis=1))
        alike = scipy.fft.irfft(spectra, size, axis=1)[:, : energy.size]
        alike *= weights
        for row, start in zip(alike, some, strict=True):
            # A part is like itself, and a vowel like the rest of it.
            row[max(0, start - PART + 1) : start + PART] = 0.0
        most.append((alike.max(axis=1) / np.sqrt(energy[some])).max())
    return float(max(most))


def _click(clip: Audio) -> float:
    """How much the sharpest edge stands out of its frame."""
    size = round(CLICK_FRAME_S * clip.rate)
    if clip.samples.size < size + 2:
        return 1.0
    edges = np.abs(np.diff(clip.samples, 2))
    frames = edges[: edges.size // size * size].reshape(-1, size)
    pulses = min(PULSES, size - 1)
    sorted_frames = np.partition(frames, size - 1 - pulses, axis=1)
    beside = sorted_frames[:, size - 1 - pulses] + 0.01 * clip.peak
    return float((frames.max(axis=1) / np.maximum(beside, 1e-9)).max())


@cache
def _filters() -> Floats:
    """[SIZE / 2 + 1, BANDS] triangles, evenly on the mel scale of O'Shaughnessy (1987)."""
    hertz = np.linspace(0, RATE / 2, SIZE // 2 + 1)
    ends = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    edges = 700 * (10 ** (np.linspace(ends[0], ends[1], BANDS + 2) / 2595) - 1)[:, None]
    rise = (hertz - edges[:-2]) / np.diff(edges, axis=0)[:-1]
    fall = (edges[2:] - hertz) / np.diff(edges, axis=0)[1:]
    return np.ascontiguousarray(np.maximum(0, np.minimum(rise, fall)).T, np.float32)
