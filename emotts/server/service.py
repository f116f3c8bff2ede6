"""The service: the host behind the desk, and what is counted of its work."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

from emotts.background import Gone, Line
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

# How often a request that waits for its first answer looks whether its client is still there.
POLL_S = 0.05


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
        """`Host.speak`, given up at the next take once the client is gone.

        Args:
            asked: made by `Host.request`.
            line: to the client.
            heard: called with each candidate.
        """

        def counted(candidate: Candidate) -> None:
            self.metrics.takes.inc()
            if heard is not None:
                heard(candidate)

        with self.host.turn:
            for choice in self.host.speak(asked, observe=line.watched(counted)):
                self.metrics.chosen(choice)
                yield choice

    async def answers(self, request: Request, work: Work) -> AsyncIterator[Any]:
        """What the work sends, in order.

        Raises:
            Failure: the work can't be accepted.
        """
        async with self.desk.accepted(work) as items:
            first = await self._first(request, items)
            self.metrics.started(request.scope["started"])
            yield first
            async for item in items:
                yield item

    async def _first(self, request: Request, items: AsyncIterator[Any]) -> Any:
        """The first answer; `Gone` where the client leaves before it is there.

        Until the response begins, nobody else looks whether the client is still there.
        """
        waiting = asyncio.ensure_future(anext(items))
        try:
            while not (await asyncio.wait([waiting], timeout=POLL_S))[0]:
                if await request.is_disconnected():
                    raise Gone
            return waiting.result()
        finally:
            waiting.cancel()


async def chained(first: T, others: AsyncIterator[T]) -> AsyncIterator[T]:
    """An answer that was waited for, and those after it."""
    yield first
    async for item in others:
        yield item


def service_of(request: Request) -> Service:
    """The service of the app that a request came to."""
    service: Service = request.app.state.service
    return service
