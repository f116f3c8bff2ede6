"""Functionals of a clip: one vector of prosody, voice quality and spectrum, each value with a name.

The families follow the Geneva Minimalistic Acoustic Parameter Set (Eyben et al., 2016). The line
that the pitch draws is added, because happiness, surprise and sadness differ more in it than in
averages.
"""

import numpy as np
import numpy.typing as npt
import scipy.signal

from emotts.builtin import contours
from emotts.builtin.descriptors import FRAME_S, Floats, Frames, describe

Mask = npt.NDArray[np.bool_]

_SMOOTH = 5
_COSINES = 5
# A turn of the pitch that a listener notices, semitones; a syllable's crest in the level, dB.
_TURN = 1.0
_CREST_DB = 2.0
# A stretch of voice shorter than this has no slope of its own.
_RUN = 5
_LOUD_CEPSTRA = 4


def functionals(samples: Floats) -> dict[str, float]:
    """Every functional of a clip by name, always the same names in the same order.

    Args:
        samples: [n] float32 at 16 kHz, active speech at one level.
    """
    frames = describe(samples)
    return {
        **_pitch(frames),
        **_level(frames),
        **_quality(frames),
        **_spectrum(frames),
        **_emphasis(frames),
        **_rhythm(frames),
    }


def _pitch(frames: Frames) -> dict[str, float]:
    """Level, range, slopes and line of the pitch, semitones; jitter from frame to frame."""
    voiced, semitones = frames.voiced, frames.semitones
    known = np.flatnonzero(voiced)
    smooth = _smoothed(semitones)
    drawn = smooth[known[0] : known[-1] + 1]
    turns = len(scipy.signal.find_peaks(drawn, prominence=_TURN)[0])
    return {
        **_named("pitch", contours.spread(semitones[voiced])),
        **_named("pitch", contours.motion(smooth, voiced, FRAME_S)),
        **_named("pitch", contours.line(drawn, _COSINES)),
        **_named("pitch.run", _runs(smooth, voiced)),
        "pitch.turns": turns / (len(drawn) * FRAME_S),
        "pitch.jitter": float(contours.roughness(semitones, voiced)),
    }


def _runs(semitones: Floats, voiced: Mask) -> dict[str, float]:
    """How the pitch moves within stretches of voice, and in the last one."""
    starts, ends = contours.runs(voiced)
    long = ends - starts >= _RUN
    if not long.any():
        long = ends - starts == (ends - starts).max()
    starts, ends = starts[long], ends[long]
    lengths = (ends - starts) * FRAME_S
    first, middle, last = semitones[starts], semitones[(starts + ends) // 2], semitones[ends - 1]
    slopes = (last - first) / lengths
    ranges = [np.ptp(semitones[start:end]) for start, end in zip(starts, ends, strict=True)]
    return {
        "slope": float(slopes.mean()),
        "slope_deviation": float(slopes.std()),
        "range": float(np.average(ranges, weights=lengths)),
        "bend": float(np.average(middle - (first + last) / 2, weights=lengths)),
        "final_slope": float(slopes[-1]),
        "final": float(last[-1] - semitones[voiced].mean()),
    }


def _level(frames: Frames) -> dict[str, float]:
    """Range and slopes of the level, dB; shimmer from frame to frame."""
    level = frames.level
    everywhere = np.ones(len(level), bool)
    return {
        **_named("level", contours.spread(level[frames.speech])),
        **_named("level", contours.motion(_smoothed(level), everywhere, FRAME_S)),
        "level.voiced": float(level[frames.voiced].mean() - level[frames.speech].mean()),
        "level.voiced_deviation": float(level[frames.voiced].std()),
        "level.shimmer": float(contours.roughness(level, frames.voiced)),
    }


def _quality(frames: Frames) -> dict[str, float]:
    """Level, width and unrest of each quality in voiced frames, some in unvoiced speech too."""
    whole = np.stack(list(frames.quality.values()))
    statistics = {
        **contours.table(whole[:, frames.voiced]),
        "roughness": contours.roughness(whole, frames.voiced),
    }
    found = {
        f"{quality}.{name}": float(values[index])
        for index, quality in enumerate(frames.quality)
        for name, values in statistics.items()
    }
    unvoiced = frames.speech & ~frames.voiced
    for quality in ("tilt", "hiss", "centroid"):
        outside = frames.quality[quality][unvoiced]
        found[f"{quality}.unvoiced"] = float(outside.mean()) if outside.size else 0.0
    return found


def _spectrum(frames: Frames) -> dict[str, float]:
    """The mean spectrum, how it varies and how fast it changes, in voiced frames."""
    voiced = frames.voiced
    cepstra, formants = frames.cepstra[:, voiced], frames.formants[:, voiced]
    changes = np.diff(frames.cepstra, axis=1)[:, voiced[1:] & voiced[:-1]]
    if not changes.size:
        changes = np.zeros((len(cepstra), 1), np.float32)
    flux = np.sqrt((changes**2).sum(axis=0))
    found = {
        "flux.mean": float(flux.mean()),
        "flux.deviation": float(flux.std()),
        "flux.all": float(np.abs(np.diff(frames.cepstra, axis=1)).mean()),
    }
    for family, table, statistics in (
        ("cepstrum", cepstra, (("mean", cepstra.mean(axis=1)), ("change", changes.std(axis=1)))),
        ("formant", formants, (("mean", formants.mean(axis=1)),)),
    ):
        for name, values in (*statistics, ("deviation", table.std(axis=1))):
            found |= {
                f"{family}{index}.{name}": float(value)
                for index, value in enumerate(values, start=1)
            }
    return found


def _emphasis(frames: Frames) -> dict[str, float]:
    """What the voice does where it is loud: the louder half of voiced frames against the softer."""
    voiced = frames.voiced
    level, semitones = frames.level[voiced], frames.semitones[voiced]
    louder = level >= np.median(level)
    rows = [semitones, *(quality[voiced] for quality in frames.quality.values())]
    rows += list(frames.cepstra[:_LOUD_CEPSTRA, voiced])
    names = ["pitch", *frames.quality, *(f"cepstrum{n + 1}" for n in range(_LOUD_CEPSTRA))]
    table = np.stack(rows)
    softer = table[:, ~louder] if not louder.all() else table
    differences = table[:, louder].mean(axis=1) - softer.mean(axis=1)
    return {
        **{f"{name}.loud": float(value) for name, value in zip(names, differences, strict=True)},
        "pitch.with_level": contours.together(semitones, level),
        "pitch.with_tilt": contours.together(semitones, frames.quality["tilt"][voiced]),
        "tilt.with_level": contours.together(frames.quality["tilt"][voiced], level),
    }


def _rhythm(frames: Frames) -> dict[str, float]:
    """Syllables, stretches of voice and pauses: how many a second, how long, how even."""
    seconds = len(frames.level) * FRAME_S
    crests, found = scipy.signal.find_peaks(_smoothed(frames.level), prominence=_CREST_DB)
    starts, ends = contours.runs(frames.voiced)
    lengths, gaps = (ends - starts) * FRAME_S, (starts[1:] - ends[:-1]) * FRAME_S
    spacing = np.diff(crests) * FRAME_S
    return {
        "rhythm.syllables": len(crests) / seconds,
        "rhythm.depth": float(found["prominences"].mean()) if len(crests) else 0.0,
        "rhythm.uneven": float(spacing.std()) if spacing.size else 0.0,
        "rhythm.voiced": float(frames.voiced.mean()),
        "rhythm.paused": float(1 - frames.speech.mean()),
        "rhythm.runs": len(lengths) / seconds,
        "rhythm.run_mean": float(lengths.mean()),
        "rhythm.run_longest": float(lengths.max()),
        "rhythm.run_deviation": float(lengths.std()),
        "rhythm.gap_mean": float(gaps.mean()) if gaps.size else 0.0,
        "rhythm.gap_deviation": float(gaps.std()) if gaps.size else 0.0,
    }


def _smoothed(contour: Floats) -> Floats:
    """Mean over 50 ms, the ends held."""
    padded = np.pad(contour, _SMOOTH // 2, mode="edge")
    smooth: Floats = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH).mean(axis=1)
    return smooth


def _named(family: str, values: contours.Values) -> dict[str, float]:
    return {f"{family}.{name}": value for name, value in values.items()}
