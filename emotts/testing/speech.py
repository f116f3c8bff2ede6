"""Speech for tests of what listens: takes of the built-in engine."""

from collections.abc import Mapping
from functools import cache

from emotts.audio import Audio
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.records import Take


def spoken(text: str, *controls: Mapping[str, float]) -> list[Audio]:
    """A sentence as the built-in engine speaks it in its default voice.

    Args:
        text: the sentence.
        controls: of each further take; a person would have to be able to sound like that.

    Returns:
        Take 0, which is neutral, and a take for each set of controls.
    """
    takes = [Take(index, 0, values) for index, values in enumerate([{}, *controls])]
    engine = _engine()
    made = engine.renderings(text, voice=engine.voice().name, takes=takes)
    return [rendering.audio for rendering in made]


@cache
def _engine() -> HibariEngine:
    return HibariEngine(HibariOptions())
