"""The check `likeness`: a take is take 0's sentence, said otherwise and as cleanly.

An emotion may move pitch, pace and colour of a voice; it puts in no other words, says nothing
twice, and adds no clicks and nothing around the speech. A classifier of emotions hears none of
that, and would choose it. No model: a few milliseconds a clip. The limits leave room around takes
of the built-in engine with every control anywhere in its range. One that take 0 itself is beyond
gives way to take 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from emotts.audio import Audio
from emotts.builtin.analysis import FRAME_S, RATE, REMEMBERED, SIZE, Analysis, analysed, decibels
from emotts.builtin.f0 import Floats
from emotts.check import Check
from emotts.options import Options
from emotts.records import Measurement, Voice

if TYPE_CHECKING:
    import scipy.sparse

# Sounds are told apart by mel cepstra without level, on every third frame; a sound of a take is
# compared with what take 0 says at the same place, wherever its pace has moved that to.
STEP = 3
BANDS, LOWEST_HZ, HIGHEST_HZ = 26, 150.0, 7_000.0
CEPSTRA = slice(1, 14)
DEPTH_DB = 60.0
# What is said twice is the same wave again; the lowest 2 kHz are enough to tell.
SLOW_RATE = 4_000
PART = round(0.3 * SLOW_RATE)
QUIET = 0.05
# A click stands out of its 20 ms, in the second difference, even beside the pulses of a voice.
CLICK_FRAME_S = 0.02
PULSES = 12


class LikenessOptions(Options):
    """Limits of the check of likeness."""

    sounds: float = Field(28.0, ge=0)
    """Distance of the sounds from take 0's, of mel cepstra in dB, at most. Takes of the built-in
    engine lie at 11 to 19, and other words in its voice from 30 on; actors who say a sentence anew
    in an emotion lie at 19 to 34."""
    softer_db: float = Field(9.5, ge=0)
    """Level of the speech below take 0's, at most."""
    louder_db: float = Field(6.5, ge=0)
    """Level of the speech above take 0's, at most."""
    around_s: float = Field(0.5, ge=0)
    """Before the first voiced sound, or after the last, longer than in take 0, at most."""
    again: float = Field(0.95, ge=0, le=1)
    """Correlation of 0.3 s of the take with another part of it, at most."""
    click: float = Field(12.0, ge=1)
    """Sharpest edge within 20 ms re those beside it, at most."""


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


class LikenessCheck(Check):
    """Drops takes with other sounds than take 0's, another level, clicks, repetition or padding."""

    name = "likeness"
    costly = True
    Options: ClassVar[type[LikenessOptions]] = LikenessOptions
    options: LikenessOptions

    def __init__(self, options: LikenessOptions) -> None:
        """Keep the options."""
        super().__init__(options)
        self._trace = lru_cache(REMEMBERED)(trace)

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure sounds, level, margins, repetition and clicks of each clip."""
        return [self._compare(self._trace(clip), self._trace(baseline)) for clip in batch]

    def _compare(self, take: Trace, zero: Trace) -> list[Measurement]:
        limits = self.options
        gain = take.level_db - zero.level_db
        before, after = take.before_s - zero.before_s, take.after_s - zero.after_s
        again, click = max(limits.again, zero.again), max(limits.click, zero.click)
        sounds = distance(take.cepstra, zero.cepstra)
        return [
            _at_most("sounds", sounds, limits.sounds, "sounds {:.1f} dB from take 0's"),
            _at_most("level", -gain, limits.softer_db, "{:.1f} dB softer than take 0"),
            _at_most("level", gain, limits.louder_db, "{:.1f} dB louder than take 0"),
            _at_most("margin", before, limits.around_s, "begins {:.2f} s later than take 0"),
            _at_most("margin", after, limits.around_s, "goes on {:.2f} s longer than take 0"),
            _at_most(
                "repetition", take.again, again, "0.3 s come again at a correlation of {:.2f}"
            ),
            _at_most(
                "click", take.click, click, "an edge {:.1f} times as sharp as those beside it"
            ),
        ]


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


def distance(one: Floats, other: Floats) -> float:
    """Mean distance of two sequences of vectors along the path that aligns them best.

    Dynamic time warping after Sakoe & Chiba (1978), symmetric: a step in both counts twice.
    """
    if not (len(one) and len(other)):
        return 0.0
    from scipy.spatial.distance import cdist  # late, likewise

    between = cdist(one, other)
    costs = np.full((len(one) + 1, len(other) + 1), np.inf)
    costs[0, 0] = 0.0
    # Along a diagonal from lower left to upper right no cell depends on another.
    for total in range(2, len(one) + len(other) + 1):
        row = np.arange(max(1, total - len(other)), min(len(one), total - 1) + 1)
        column = total - row
        step = between[row - 1, column - 1]
        aside = np.minimum(costs[row - 1, column], costs[row, column - 1])
        costs[row, column] = np.minimum(aside + step, costs[row - 1, column - 1] + 2 * step)
    return float(costs[-1, -1] / (len(one) + len(other)))


def _cepstra(found: Analysis, spoken: npt.NDArray[np.intp]) -> Floats:
    import scipy.fft  # late: it takes as long as all that listing the plugins needs

    if not spoken.size:
        return np.zeros((0, CEPSTRA.stop - CEPSTRA.start), np.float32)
    frames = (_filters() @ found.power[spoken[0] : spoken[-1] + 1 : STEP].T).T
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
    loud = QUIET * energy.max()
    starts = starts[energy[starts] > loud]
    if not starts.size:
        return 0.0
    size = scipy.fft.next_fast_len(samples.size + PART, real=True)
    parts = np.stack([samples[start : start + PART] for start in starts])
    spectra = scipy.fft.rfft(samples, size) * np.conj(scipy.fft.rfft(parts, size, axis=1))
    alike = scipy.fft.irfft(spectra, size, axis=1)[:, : energy.size]
    alike /= np.sqrt(energy[starts][:, None] * np.maximum(energy, loud))
    # A part is like itself, and a vowel like the rest of it.
    lag = np.abs(np.arange(energy.size) - starts[:, None])
    return float(np.where(lag >= PART, alike, 0.0).max())


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
def _filters() -> "scipy.sparse.csr_array":
    """[BANDS, SIZE / 2 + 1] triangles, evenly on the mel scale of O'Shaughnessy (1987).

    Sparse, because a dense product would start threads, and wait for them while others listen.
    """
    import scipy.sparse  # late: it takes as long as all that listing the plugins needs

    hertz = np.linspace(0, RATE / 2, SIZE // 2 + 1)
    ends = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    edges = 700 * (10 ** (np.linspace(ends[0], ends[1], BANDS + 2) / 2595) - 1)[:, None]
    rise = (hertz - edges[:-2]) / np.diff(edges, axis=0)[:-1]
    fall = (edges[2:] - hertz) / np.diff(edges, axis=0)[1:]
    triangles = np.maximum(0, np.minimum(rise, fall))
    return scipy.sparse.csr_array(triangles.astype(np.float32))


def _at_most(check: str, value: float, limit: float, words: str) -> Measurement:
    return Measurement(
        check, value, limit, value <= limit, f"{words.format(value)}; at most {limit:.3g}"
    )
