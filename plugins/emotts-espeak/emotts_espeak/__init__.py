"""The engine `espeak`: eSpeak NG, a formant synthesizer of some 130 languages."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from emotts.controls import STANDARD, Control, resolve
from emotts.engine import Engine
from emotts.errors import UnknownNameError
from emotts.hookspecs import hookimpl
from emotts.options import Options
from emotts.records import Rendering, Take, Voice

if TYPE_CHECKING:
    from emotts_espeak.library import Library

CONTROLS: Mapping[str, Control] = {
    name: STANDARD[name].within(low, high)
    for name, low, high in (
        ("rate", 0.5, 2),
        ("pitch", -8, 9),
        ("pitch_range", 0.25, 1.9),
        ("energy", -12, 6),
    )
}

# The parameters of speak_lib.h, with their values for a plain voice.
RATE, PITCH, RANGE = 1, 3, 4
WORDS_A_MINUTE = 175
PLAIN = 50
HIGHEST = 99
# eSpeak's pitch p makes a factor of 2^((p - 50) / 50), but not on the whole contour: the median is
# (factor + 0.234 + 0.126 r) / 1.36 of the plain one, measured at all ends in American English,
# where the range r is a factor on hertz, not on semitones.
FIXED, RANGED = 0.234, 0.126


@hookimpl
def emotts_engines() -> Sequence[type[Engine]]:
    """The engine of eSpeak NG."""
    return [EspeakEngine]


class EspeakEngine(Engine):
    """eSpeak NG in a process of its own, one a take: small, quick, and never at a loss.

    A voice is a language, "de"; with any of eSpeak's variants it is another one, "de.f2".
    """

    name = "espeak"
    license = "GPL-3.0-or-later"
    controls = CONTROLS

    Options: ClassVar[type[Options]] = Options

    @property
    def fingerprint(self) -> str:
        """The version of the library."""
        return f"espeak-ng-{self._library.version}"

    def voices(self) -> Sequence[Voice]:
        """A voice for each language, without variants; American English is the default."""
        return self._library.voices

    def voice(self, name: str | None = None) -> Voice:
        """The voice of that name: the tag of a language, which a dot and a variant may follow.

        Raises:
            UnknownNameError: there is no such language or variant.
        """
        language, dot, variant = (name or "").partition(".")
        found = super().voice(language or name)
        if not dot:
            return found
        if variant not in self._library.variants:
            raise UnknownNameError(f"variant of {language}", variant, self._library.variants)
        return Voice(f"{language}.{variant}", found.language, f"{found.description}, {variant}")

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`."""
        language, _, variant = self.voice(voice).name.partition(".")
        clean = text.replace("\0", " ")
        for take in takes:
            values = resolve(self.controls, take.controls)
            audio = self._library.speak(
                clean, voice=language, variant=variant, settings=_settings(values)
            )
            # eSpeak's own amplitude clips.
            yield Rendering(audio.amplified(values["energy"]), values)

    @cached_property
    def _library(self) -> "Library":
        from emotts_espeak.library import Library

        return Library.found()


def _settings(values: Mapping[str, float]) -> dict[int, int]:
    """The parameters of eSpeak for the values of all controls, so that none moves another's."""
    height = 2 ** (values["pitch"] / 12)
    width = min(height * values["pitch_range"], HIGHEST / PLAIN)
    factor = height * (1 + FIXED + RANGED) - FIXED - RANGED * width
    return {
        RATE: round(WORDS_A_MINUTE * values["rate"]),
        PITCH: min(max(round(PLAIN + PLAIN * math.log2(factor)), 0), HIGHEST),
        RANGE: round(PLAIN * width),
    }
