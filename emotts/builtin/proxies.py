"""The check `prosody`: pace, pitch and colour of a take within what human voices do.

Cheap proxies for lost words, a broken voice and another speaker: a few milliseconds a clip and no
model. But for pitch, the defaults let pass 92 to 97% of what actors do in emotion, in three
languages, re their own neutral speech; what they stop of it are screams and studio noise. Actors
raise their voice by more than nine semitones in a quarter to a third of their emotional clips;
a synthetic voice that does is another voice.
A limit that take 0 itself is beyond gives way to take 0: a text or a voice may be out of the
ordinary, and then no take may be further out.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from pydantic import Field

from emotts.audio import Audio
from emotts.builtin.analysis import FRAME_S, RATE, SIZE, analysed, decibels
from emotts.builtin.f0 import Floats
from emotts.builtin.limits import at_least, at_most
from emotts.check import REMEMBERED, Check
from emotts.options import Options
from emotts.records import Measurement, Voice

# Above this from frame to frame a voice did not glide but broke, semitones.
JUMP = 6.0
# Of the spectrum's colour: thirds of octaves, above the fundamental, which has checks of its own.
LOWEST_BAND_HZ, BANDS = 250.0, 15
# What stays below the quietest twentieth of the frames is there all the time.
BACKGROUND_PERCENTILE = 5
# How many sounds a character stands for, next to a letter's one.
DIGIT_SOUNDS = 4.0  # "seven"
SYLLABLE_SOUNDS = 2.5  # of a syllabic or logographic script


class ProsodyOptions(Options):
    """Limits of the check of prosody."""

    slowest: float = Field(4.0, ge=0)
    """Letters a second of speech, pauses left out, at least."""
    fastest: float = Field(30.0, gt=0)
    """Letters a second of speech, at most."""
    lowest_hz: float = Field(65.0, ge=0)
    """Median F0, at least."""
    highest_hz: float = Field(500.0, gt=0)
    """Median F0, at most."""
    higher: float = Field(9.0, ge=0)
    """Median F0 above take 0's, semitones, at most."""
    lower: float = Field(6.0, ge=0)
    """Median F0 below take 0's, semitones, at most."""
    voiced: float = Field(0.5, ge=0, le=1)
    """Voiced share of the speech re take 0's, at least."""
    jumps: float = Field(0.06, ge=0, le=1)
    """Share of the steps between voiced frames that are wider than half an octave, at most."""
    colour_db: float = Field(10.0, ge=0)
    """Distance of the long-term spectrum to take 0's, level aside, root mean square, at most."""
    background_db: float = -20.0
    """Level of what goes on between the words, re the speech, at most."""


@dataclass(frozen=True)
class Sound:
    """What a clip sounds like on the whole."""

    seconds: float
    """Of speech, pauses left out."""
    hz: float
    """Median F0; 0 where nothing is voiced."""
    voiced: float
    """Share of the speech."""
    jumps: float
    """Share of the steps between voiced frames that are jumps."""
    colour: Floats
    """[BANDS] dB, mean 0."""
    background_db: float
    """Re the speech."""


class ProsodyCheck(Check):
    """Drops takes whose pace, pitch, voicing, colour or background no human voice would have."""

    name = "prosody"
    costly = True
    Options: ClassVar[type[ProsodyOptions]] = ProsodyOptions
    options: ProsodyOptions

    def __init__(self, options: ProsodyOptions) -> None:
        """Keep the options."""
        super().__init__(options)
        self._listen = lru_cache(REMEMBERED)(listen)

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure pace, pitch, voicing, jumps, colour and background of each clip."""
        letters = spoken_letters(text)
        return [
            self._compare(self._listen(clip), self._listen(baseline), letters) for clip in batch
        ]

    def prepare(self, clip: Audio) -> None:
        """Listen to a clip that may be asked about."""
        self._listen(clip)

    def _compare(self, take: Sound, zero: Sound, letters: float) -> list[Measurement]:
        limits = self.options
        pace, zero_pace = letters / take.seconds, letters / zero.seconds
        shift = 12 * float(np.log2(take.hz / zero.hz)) if take.hz and zero.hz else 0.0
        voiced = take.voiced / zero.voiced if zero.voiced else 1.0
        distance = float(np.sqrt(np.mean(np.square(take.colour - zero.colour))))
        pace_words, pitch_words = "{:.1f} letters a second", "median F0 {:.0f} Hz"
        jump_words = "{:.1%} of the F0 steps are jumps"
        background_words = "background {:.0f} dB re speech"
        return [
            at_least("pace", pace, min(limits.slowest, zero_pace), pace_words),
            at_most("pace", pace, max(limits.fastest, zero_pace), pace_words),
            at_least("pitch", take.hz, min(limits.lowest_hz, zero.hz), pitch_words),
            at_most("pitch", take.hz, max(limits.highest_hz, zero.hz), pitch_words),
            at_most("shift", shift, limits.higher, "{:.1f} semitones above take 0"),
            at_most("shift", -shift, limits.lower, "{:.1f} semitones below take 0"),
            at_least("voicing", voiced, limits.voiced, "voiced {:.2f} times as much as take 0"),
            at_most("jumps", take.jumps, max(limits.jumps, zero.jumps), jump_words),
            at_most("colour", distance, limits.colour_db, "spectrum {:.1f} dB from take 0"),
            at_most(
                "background",
                take.background_db,
                max(limits.background_db, zero.background_db),
                background_words,
            ),
        ]


def listen(clip: Audio) -> Sound:
    """Measure a clip at any rate; a silent one has 10 ms of unvoiced speech."""
    found = analysed(clip)
    power, energy, speaks, pitch = found.power, found.energy, found.speaks, found.pitch
    if not speaks.any():
        return Sound(FRAME_S, 0.0, 0.0, 0.0, np.zeros(BANDS, np.float32), 0.0)
    voiced = found.voiced
    octaves = np.log2(pitch.hz, where=voiced, out=np.zeros_like(pitch.hz))
    steps = np.abs(np.diff(octaves))[voiced[1:] & voiced[:-1]]
    spectrum = power[speaks].mean(axis=0)
    edges = LOWEST_BAND_HZ * 2 ** (np.arange(BANDS + 1) / 3) * SIZE / RATE
    bands = np.add.reduceat(spectrum[: round(edges[-1])], edges[:-1].round().astype(int))
    colour = decibels(bands)
    quiet = np.percentile(energy, BACKGROUND_PERCENTILE)
    return Sound(
        seconds=float(speaks.sum()) * FRAME_S,
        hz=float(np.median(pitch.hz[voiced])) if voiced.any() else 0.0,
        voiced=float(voiced.sum() / speaks.sum()),
        jumps=float((12 * steps > JUMP).mean()) if steps.size else 0.0,
        colour=colour - colour.mean(),
        background_db=float(decibels(quiet) - decibels(energy[speaks].mean())),
    )


def spoken_letters(text: str) -> float:
    """About how many letters a text has when it is written as it is spoken."""
    return sum(
        DIGIT_SOUNDS
        if character.isdigit()
        else SYLLABLE_SOUNDS
        if unicodedata.east_asian_width(character) == "W"
        else 1.0
        for character in text
        if character.isalnum()
    )
