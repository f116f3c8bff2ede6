"""The check `likeness`: a take is take 0's sentence, said otherwise and as cleanly.

An emotion may move pitch, pace and colour of a voice; it puts in no other words, says nothing
twice, and adds no clicks and nothing around the speech. A classifier of emotions hears none of
that, and would choose it. No model: a few milliseconds a clip. The limits leave room around takes
of the built-in engine with every control anywhere in its range. One that take 0 itself is beyond
gives way to take 0.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

from pydantic import Field

from emotts.audio import Audio
from emotts.builtin.alignment import distance
from emotts.builtin.limits import at_most
from emotts.builtin.traces import Trace, trace
from emotts.check import REMEMBERED, Check
from emotts.options import Options
from emotts.records import Measurement, Voice


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

    def prepare(self, clip: Audio) -> None:
        """Listen to a clip that may be asked about."""
        self._trace(clip)

    def _compare(self, take: Trace, zero: Trace) -> list[Measurement]:
        limits = self.options
        gain = take.level_db - zero.level_db
        before, after = take.before_s - zero.before_s, take.after_s - zero.after_s
        again, click = max(limits.again, zero.again), max(limits.click, zero.click)
        sounds = distance(take.cepstra, zero.cepstra)
        return [
            at_most("sounds", sounds, limits.sounds, "sounds {:.1f} dB from take 0's"),
            at_most("level", -gain, limits.softer_db, "{:.1f} dB softer than take 0"),
            at_most("level", gain, limits.louder_db, "{:.1f} dB louder than take 0"),
            at_most("margin", before, limits.around_s, "begins {:.2f} s later than take 0"),
            at_most("margin", after, limits.around_s, "goes on {:.2f} s longer than take 0"),
            at_most("repetition", take.again, again, "0.3 s come again at a correlation of {:.2f}"),
            at_most("click", take.click, click, "an edge {:.1f} times as sharp as those beside it"),
        ]
