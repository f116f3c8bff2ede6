"""Passages: a request cut into sentences, each with what its part of the text asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from emotts.errors import SilentTextError
from emotts.spans import Span, nested
from emotts.speech import Request
from emotts.ssml import MAX_PAUSE_S
from emotts.text import check_length, spoken


@dataclass(frozen=True)
class Passage:
    """A sentence."""

    text: str
    """As it is given to the engine."""
    request: Request
    """For this sentence: its target, and the settings of its controls."""
    pause_s: float
    """Silence before it, at most a minute."""


def passages(request: Request) -> list[Passage]:
    """The sentences of a request; where a span ends, a sentence does.

    Raises:
        TextError: nothing in the text can be spoken, or it has more than 4,096 characters.
    """
    check_length(request.text)
    found = list(_passages(request))
    if not found:
        raise SilentTextError
    if request.first_takes is not None:
        takes = min(request.first_takes, request.takes)
        found[0] = replace(found[0], request=replace(found[0].request, takes=takes))
    return found


def _passages(request: Request) -> Iterator[Passage]:
    pause_s = 0.0
    for span in request.spans or (Span(request.text),):
        pause_s = min(pause_s + span.pause_s, MAX_PAUSE_S)
        asked = replace(request, settings=nested([request.settings, span.controls]))
        if span.target is not None:
            # The recording goes on saying how, no longer what.
            like = asked.like and replace(asked.like, named=True)
            asked = replace(asked, target=span.target, like=like)
        for text in spoken(span.text):
            yield Passage(text, asked, pause_s)
            pause_s = 0.0
