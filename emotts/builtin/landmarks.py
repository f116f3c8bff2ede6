"""Where things are in a sentence: pitch contour, level, stressed syllables, pauses, the nucleus."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from hibari.g2p.lexicon import VOWELS

from emotts.builtin.frames import BINS, HZ_A_BIN, VOICED_HZ, Floats, smooth
from emotts.builtin.spectra import Spectra

PRIMARY_STRESS, SECONDARY_STRESS = "ˈ", "ˌ"
SILENT_MARKS = frozenset(' ;:,.!?—…"()“”')
SETTLED = 0.6  # of the median F0, 9 semitones below: a voice that goes deeper is dying away
QUIET_DB = -35.0  # below the sentence's loudest frame; in pauses the network is far quieter
SMOOTHING = 13  # frames of the Hann window that takes microprosody out: 80 ms at half height
SHORTEST_ENDING = 24  # frames, 0.3 s: a final movement that a listener can follow
SYLLABLE = 21  # frames of the window that leaves one level a syllable: 130 ms wide

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Landmarks:
    """A sentence of F frames, all of its chunks after each other."""

    lengths: tuple[int, ...]
    """Frames of each chunk; they add up to F."""
    contour: Floats
    """[F] F0 in semitones (12 log2 Hz), smooth, drawn on through unvoiced stretches."""
    voiced: Mask
    """[F] frames of settled voicing."""
    median: float
    """Median of the contour over the voiced frames, semitones."""
    level: Floats
    """[F] dB of each frame, smoothed to one value a syllable."""
    speech: slice
    """From the first audible frame to the last."""
    vowel: Mask
    """[F]"""
    pause: Mask
    """[F] quiet frames between words, within the speech."""
    stressed: tuple[slice, ...]
    """The stressed vowels, in order."""
    ending: slice
    """From the last stressed vowel, or earlier, to the last voiced frame."""
    spectrum: Floats
    """[601] mean power over the speech."""
    fundamental: Floats
    """[601] the part of it that is in the first harmonic."""

    @property
    def frames(self) -> int:
        """F."""
        return len(self.contour)

    @cached_property
    def along(self) -> Floats:
        """[F] 0 at the first audible frame, 1 at the last, in a straight line between."""
        return _ramp(self.frames, self.speech.start, self.speech.stop - 1)

    @cached_property
    def final(self) -> Floats:
        """[F] 0 up to the ending, 1 from its last voiced frame on, in a straight line between."""
        return _ramp(self.frames, self.ending.start, self.ending.stop)

    @cached_property
    def prominence(self) -> Floats:
        """[F] 1 on stressed vowels, falling to 0 within a syllable on both sides."""
        bumps = np.zeros(self.frames, np.float32)
        for span in self.stressed:
            bumps[span] = 1
        return smooth(bumps, SYLLABLE)


def find(chunks: Sequence[Spectra]) -> Landmarks:
    """The landmarks of a sentence."""
    power = np.concatenate([chunk.power for chunk in chunks])
    level = 10 * np.log10(power.sum(axis=1) + 1e-10)
    level -= level.max()
    audible = np.flatnonzero(level > QUIET_DB)
    speech = slice(int(audible[0]), int(audible[-1]) + 1)
    f0 = np.concatenate([chunk.f0 for chunk in chunks])
    contour, voiced = _contour(f0)
    vowel, quiet, stressed = _marks(chunks)
    vowel[: speech.start] = vowel[speech.stop :] = False
    pause = quiet & (level < QUIET_DB)
    pause[: speech.start] = pause[speech.stop :] = False
    return Landmarks(
        tuple(chunk.frames for chunk in chunks),
        contour,
        voiced,
        float(np.median(contour[voiced])) if voiced.any() else float(contour[0]),
        smooth(np.maximum(level, QUIET_DB), SYLLABLE),
        speech,
        vowel,
        pause,
        stressed,
        _ending(voiced, stressed, speech),
        power[speech].mean(axis=0),
        (power * _first_harmonic(f0))[speech].mean(axis=0),
    )


def _ramp(frames: int, start: int, end: int) -> Floats:
    """[frames] 0 up to `start`, 1 from `end` on, in a straight line between."""
    along = (np.arange(frames) - start) / max(end - start, 1)
    return np.asarray(np.clip(along, 0, 1), np.float32)


def _ending(voiced: Mask, stressed: tuple[slice, ...], speech: slice) -> slice:
    """Where a final movement of pitch takes place."""
    end = int(np.flatnonzero(voiced)[-1]) + 1 if voiced.any() else speech.stop
    start = stressed[-1].start if stressed else speech.start
    return slice(max(min(start, end - SHORTEST_ENDING), 0), end)


def _first_harmonic(f0: Floats) -> Mask:
    """[F, 601] the bins nearer to F0 than to its other multiples."""
    frequency = np.arange(BINS, dtype=np.float32) * np.float32(HZ_A_BIN)
    near = np.abs(frequency - f0[:, None]) < f0[:, None] / 2
    return np.asarray(near & (f0[:, None] > VOICED_HZ))


def _contour(f0: Floats) -> tuple[Floats, Mask]:
    """The smooth contour in semitones, and where it rests on settled voicing.

    The network lets F0 glide to 0 over a few frames where voicing ends; those say nothing about
    the melody.
    """
    voiced = f0 > VOICED_HZ
    if voiced.any():
        voiced &= f0 > SETTLED * np.median(f0[voiced])
    if not voiced.any():
        return np.full(len(f0), 12 * np.log2(200), np.float32), voiced
    where = np.flatnonzero(voiced)
    semitones = np.interp(np.arange(len(f0)), where, 12 * np.log2(f0[where]))
    return smooth(semitones.astype(np.float32), SMOOTHING), voiced


def _marks(chunks: Sequence[Spectra]) -> tuple[Mask, Mask, tuple[slice, ...]]:
    """Frames of vowels, frames of marks that are silent, and the stressed vowels."""
    total = sum(chunk.frames for chunk in chunks)
    vowel, quiet = np.zeros(total, np.bool_), np.zeros(total, np.bool_)
    stressed: list[slice] = []
    offset = 0
    for chunk in chunks:
        starts = chunk.starts + offset
        stress: int | None = None
        for index, mark in enumerate(chunk.phonemes):
            span = slice(int(starts[index]), int(starts[index + 1]))
            if mark == PRIMARY_STRESS:
                stress = span.start  # the network gives the mark a part of its vowel's time
            elif mark in VOWELS:
                vowel[span if stress is None else slice(stress, span.stop)] = True
                if stress is not None:
                    stressed.append(slice(stress, span.stop))
                stress = None
            elif mark in SILENT_MARKS:
                quiet[span] = True
        offset += chunk.frames
    return vowel, quiet, tuple(stressed)
