"""The service: the host behind the desk, and what is counted of its work."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

from emotts.background import Gone, Line, in_turns
from emotts.errors import UnknownNameError
from emotts.host import Host
from emotts.records import Candidate
from emotts.rounds import Observer
from emotts.server.bodies import OPENAI_VOICES
from emotts.server.desk import Desk, Work
from emotts.server.metrics import Metrics
from emotts.speech import Choice
from emotts.speech import Request as Spoken

T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """What the endpoints share."""

    host: Host
    desk: Desk
    metrics: Metrics

    def voice(self, name: str | None) -> str | None:
        """The voice that a client means; None: the default one, as which OpenAI's speak.

        A name of OpenAI's that the engine knows is the engine's.
        """
        if name in OPENAI_VOICES:
            try:
                self.host.voice(name)
            except UnknownNameError:
                return None
        return name

    def speak(self, asked: Spoken, line: Line, heard: Observer | None = None) -> Iterator[Choice]:
        """`Host.speak`, in turns with others; given up at the next take once the client is gone.

        Args:
            asked: made by `Host.request`.
            line: to the client.
            heard: called with each candidate.
        """

        def counted(candidate: Candidate) -> None:
            self.metrics.takes.inc()
            if heard is not None:
                heard(candidate)

        made = self.host.speak(asked, observe=line.watched(counted))
        for choice in in_turns(self.host.turn, line, made):
            self.metrics.chosen(choice)
            yield choice

    async def answers(
        self, request: Request, work: Work, *, whole: bool = False
    ) -> AsyncIterator[Any]:
        """What the work sends, in order.

        Args:
            request: that it answers.
            work: to be done.
            whole: whether the response begins when all of it is there, not with the first.

        Raises:
            Failure: the work can't be accepted.
            Gone: the client leaves before the response begins.
        """
        async with self.desk.accepted(work) as items:
            item = await _next(request, items)
            self.metrics.started(request.scope["started"])
            while item is not _END:
                yield item
                item = await (_next(request, items) if whole else anext(items, _END))


_END = object()


async def _next(request: Request, items: AsyncIterator[Any]) -> Any:
    """The next answer; `Gone` where the client leaves before it is there.

    Until the response begins, nobody else looks whether the client is still there.
    """
    answer = asyncio.ensure_future(anext(items, _END))
    left = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait([answer, left], return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise Gone
        return answer.result()
    finally:
        answer.cancel()
        left.cancel()


async def _left(request: Request) -> None:
    """Return when the client of a request, whose body was read, has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def chained(first: T, others: AsyncIterator[T]) -> AsyncIterator[T]:
    """An answer that was waited for, and those after it."""
    yield first
    async for item in others:
        yield item


def service_of(request: Request) -> Service:
    """The service of the app that a request came to."""
    service: Service = request.app.state.service
    return service
