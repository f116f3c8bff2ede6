"""Recitals: a text that is spoken part by part, as one text."""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Unpack

from emotts import arguments
from emotts.background import Line, in_turns, iterate
from emotts.errors import SilentTextError
from emotts.intake import RequestOptions, reader, warnings
from emotts.references import Emotion
from emotts.rounds import Observer
from emotts.spans import Marked
from emotts.speech import Choice, Request
from emotts.text import spoken

if TYPE_CHECKING:
    from emotts.host import Host

Within = Callable[[Iterator[Choice]], Iterator[Choice]]


@dataclass
class _Asked:
    """What parts are spoken as, until something else is asked for."""

    emotion: Emotion | None
    options: RequestOptions
    request: Request | None = None
    """Of the last part; None before the first."""


class Recital:
    """Speaks the parts of a text as they come; open tags, tone and the recording hold for all.

    For apps that hand over a sentence at a time. Those that have a language model's tokens give
    them to `Host.stream` or `Host.astream`, which cut them into sentences.
    """

    def __init__(
        self, host: "Host", emotion: Emotion | None = None, **options: Unpack[RequestOptions]
    ) -> None:
        """Begin; arguments are those of `Host.stream`."""
        self._host = host
        self._reader = reader(options)
        self._tone = options.get("tone")
        self.ask(emotion, **options)

    def ask(self, emotion: Emotion | None = None, **options: Unpack[RequestOptions]) -> None:
        """Ask for something else from the next part on; open tags and the tone stay."""
        self._asked = _Asked(emotion, options)

    def speak(self, part: str, *, observe: Observer | None = None) -> Iterator[Choice]:
        """Speak whole sentences with whole tags; nothing where there is nothing to speak.

        Args:
            part: of the text.
            observe: called with each candidate, in place of the option of that name.

        Raises:
            EmottsError: those of `Host.stream`.
        """
        marked = self._reader.read(arguments.text(part))
        if not any(spoken(span.text) for span in marked.spans):
            return
        asked = self._asked  # until the part is spoken, whatever is asked for meanwhile
        request = asked.request = self._request(asked, part, marked)
        for choice in self._host.speak(
            request,
            begin=asked.options.get("begin"),
            observe=observe or asked.options.get("observe"),
            chosen=asked.options.get("chosen"),
        ):
            self._tone = choice.tone
            asked.request = replace(request, tone=choice.tone, first_takes=None)
            yield choice

    def _request(self, asked: _Asked, part: str, marked: Marked) -> Request:
        """The request of a part."""
        if asked.request is not None:
            left_out = warnings(marked, asked.request.settings, self._host.engine)
            return replace(asked.request, text=part, spans=marked.spans, warnings=left_out)
        options = asked.options.copy()
        if self._tone is not None and options.get("tone") is None:
            options["tone"] = self._tone
        return self._host.marked_request(part, marked, asked.emotion, options)

    async def aspeak(self, part: str) -> AsyncGenerator[Choice, None]:
        """`speak` for an event loop; see `Host.astream`."""

        def make(line: Line) -> Iterator[Choice]:
            watched = line.watched(self._asked.options.get("observe"))
            return in_turns(self._host.turn, line, self.speak(part, observe=watched))

        async with aclosing(iterate(make)) as choices:
            async for choice in choices:
                yield choice

    def speak_all(self, parts: Iterable[str], within: Within = iter) -> Iterator[Choice]:
        """Speak all parts; `TextError` where none of them holds anything to speak.

        Args:
            parts: of the text.
            within: takes the choices of each part and yields them.
        """
        silent = True
        for part in parts:
            for choice in within(self.speak(part)):
                silent = False
                yield choice
        if silent:
            raise SilentTextError
