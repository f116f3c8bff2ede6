"""The desk: takes requests in, up to a limit, and has them done one after the other.

A host is used from one thread at a time, so one thread works. Who comes when the queue is full is
told when to come back; who leaves has the work dropped at the next take.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from emotts.background import Line
from emotts.server.failures import Failure

# How much the last request counts in the estimate of how long one takes.
SMOOTHING = 0.2


Work = Callable[[Line], None]


class Desk:
    """A bounded queue before one worker."""

    def __init__(self, limit: int) -> None:
        """Open.

        Args:
            limit: at most so many requests wait or are worked on at once.
        """
        self.limit = limit
        self.draining = False
        self._places: set[object] = set()
        self._seconds = 1.0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="emotts")

    @property
    def taken(self) -> int:
        """Requests that wait or are worked on."""
        return len(self._places)

    @asynccontextmanager
    async def accepted(self, work: Work) -> AsyncIterator[AsyncIterator[Any]]:
        """Take a request in; what it sends comes out in order.

        Its place is free before the end comes out: who has the whole answer may ask again. Leaving
        the context before drops the work at its next take, and its place is free then.

        Raises:
            Failure: the queue is full, or the server is about to stop.
        """
        if self.draining:
            raise Failure(503, "the server is stopping", code="draining", headers=_back(5))
        if self.taken >= self.limit:
            raise Failure(
                429,
                f"{self.taken} requests are waiting already",
                code="queue_full",
                headers=_back(self._seconds * self.taken),
            )
        line = Line(asyncio.get_running_loop())
        place = object()
        self._places.add(place)
        job = self._worker.submit(self._do, work, line)
        asyncio.wrap_future(job).add_done_callback(lambda _: self._places.discard(place))
        try:
            yield self._items(line, place)
        finally:
            line.gone.set()
            job.cancel()  # where it was not begun: its place in the queue is free at once

    async def drain(self, deadline: float) -> None:
        """Accept nothing more, and wait for what was accepted, until then in the loop's time."""
        self.draining = True
        clock = asyncio.get_running_loop().time
        while self.taken and clock() < deadline:
            await asyncio.sleep(0.02)

    def close(self) -> None:
        """Let the worker go."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _do(self, work: Work, line: Line) -> None:
        start = time.monotonic()
        line.do(work)
        if not line.gone.is_set():
            self._seconds += SMOOTHING * (time.monotonic() - start - self._seconds)

    async def _items(self, line: Line, place: object) -> AsyncIterator[Any]:
        """What is sent; the place is given up when the work has ended, well or not."""
        try:
            async for item in line.items():
                yield item
        except Exception:
            self._places.discard(place)
            raise
        self._places.discard(place)


def _back(seconds: float) -> dict[str, str]:
    """The header that says when to come back."""
    return {"Retry-After": str(math.ceil(seconds))}
