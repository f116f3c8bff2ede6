"""Prosody: where each frame of a take comes from, its pitch and its loudness.

All shapes are smooth over a syllable or more, and act on what the network meant: on its contour,
its stressed vowels, its pauses. Nothing here touches spectra.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotts.builtin.frames import FRAME_S, Floats, smooth
from emotts.builtin.landmarks import Landmarks

# How much of a change of rate falls on vowels, pauses and the rest, relative to each other:
# speakers stretch and squeeze vowels and pauses more than consonants (Gay 1981; Crystal & House
# 1982), and squeezed bursts are what costs words.
ELASTICITY_VOWEL = 1.15
ELASTICITY_PAUSE = 1.3
ELASTICITY_OTHER = 0.8

# A semitone of emphasis also lends a stressed vowel this much level and length: prominence is
# pitch, loudness and duration together (Fry 1958; Terken & Hermes 2000).
EMPHASIS_DB = 0.7
EMPHASIS_STRETCH = 0.04

DYNAMICS_LIMIT_DB = 8.0
TREMOR_HZ = 5.5  # between the 4–8 Hz of pathological and sung vibrato
TREMOR_DB = 1.5  # of level modulation a semitone of tremor
LOWEST_SEMITONE, HIGHEST_SEMITONE = 12 * np.log2(70), 12 * np.log2(520)


@dataclass(frozen=True, eq=False)
class Prosody:
    """A chunk of a take, G frames long."""

    positions: npt.NDArray[np.float64]
    """[G] the frame of the chunk's spectra that each comes from, fractional, ascending."""
    semitones: Floats
    """[G] change of F0."""
    gain_db: Floats
    """[G] change of level."""


def shape(marks: Landmarks, values: Mapping[str, float]) -> list[Prosody]:
    """The prosody of each chunk of a sentence under the values of all controls."""
    semitones = pitch(marks, values)
    gain_db = level(marks, values)
    durations = stretch(marks, values)
    shaped = []
    start = 0
    elapsed = 0.0
    for length in marks.lengths:
        chunk = slice(start, start + length)
        positions = resample(durations[chunk])
        time = elapsed + np.arange(len(positions)) * FRAME_S
        wave = np.sin(2 * np.pi * TREMOR_HZ * time).astype(np.float32) * values["tremor"]
        frames = np.arange(length)
        shaped.append(
            Prosody(
                positions,
                (np.interp(positions, frames, semitones[chunk]) + wave).astype(np.float32),
                (np.interp(positions, frames, gain_db[chunk]) + TREMOR_DB * wave).astype(
                    np.float32
                ),
            )
        )
        start += length
        elapsed += len(positions) * FRAME_S
    return shaped


def pitch(marks: Landmarks, values: Mapping[str, float]) -> Floats:
    """[F] change of F0 in semitones, kept within what a human voice does."""
    contour = marks.contour
    target = (
        contour
        + values["pitch"]
        + (values["pitch_range"] - 1) * (contour - marks.median)
        + values["pitch_slope"] * (marks.along - 0.5)
        + values["final_rise"] * smooth(marks.final, 9)
        + values["emphasis"] * _centred(marks.prominence, marks)
    )
    # A change may not push a contour out of the human range, but never pulls it in either.
    low, high = min(LOWEST_SEMITONE, contour.min()), max(HIGHEST_SEMITONE, contour.max())
    return np.asarray(np.clip(target, low, high) - contour, np.float32)


def level(marks: Landmarks, values: Mapping[str, float]) -> Floats:
    """[F] change of level in dB, at most one move a syllable; only `energy` changes the whole."""
    middle = float(np.median(marks.level[marks.speech]))
    # Pauses and the quiet edges of words stay as they are: raising them would sound as pumping.
    deviation = np.maximum(marks.level - middle, -12.0)
    change = np.clip((values["dynamics"] - 1) * deviation, -DYNAMICS_LIMIT_DB, DYNAMICS_LIMIT_DB)
    change += EMPHASIS_DB * values["emphasis"] * marks.prominence
    power = 10 ** (marks.level / 10)
    louder = 10 * np.log10(float((power * 10 ** (change / 10)).sum() / power.sum()))
    return np.asarray(change - louder + values["energy"], np.float32)


def stretch(marks: Landmarks, values: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """[F] duration of each frame, in frames."""
    elasticity = np.full(marks.frames, ELASTICITY_OTHER)
    elasticity[marks.vowel] = ELASTICITY_VOWEL
    elasticity[marks.pause] = ELASTICITY_PAUSE
    durations = values["rate"] ** -elasticity
    durations[marks.vowel] *= values["vowel_length"]
    durations *= marks.frames / values["rate"] / durations.sum()
    for span in marks.stressed:
        durations[span] *= 1 + EMPHASIS_STRETCH * values["emphasis"]
    durations[marks.pause] *= values["pauses"]
    durations *= values["final_length"] ** marks.final
    return smooth(durations.astype(np.float32), 5).astype(np.float64)


def resample(durations: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where each frame of a stretched chunk comes from, given the new duration of each frame."""
    if (durations == 1).all():
        return np.arange(len(durations), dtype=np.float64)
    ends = np.cumsum(durations)
    middles = ends - durations / 2
    frames = np.arange(max(round(ends[-1]), 1)) + 0.5
    return np.interp(frames, middles, np.arange(len(durations)))


def _centred(values: Floats, marks: Landmarks) -> Floats:
    """The values less their mean over voiced frames, so that emphasis moves no average."""
    return values - (values[marks.voiced].mean() if marks.voiced.any() else 0)
