"""Work in a thread, waited for from an event loop; who stops waiting stops the work."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from emotts.turn import Turn

T = TypeVar("T")

# How often a thread that waits for the loop looks whether it is still wanted, in seconds.
PATIENCE_S = 0.05


class Gone(Exception):
    """Nobody waits any more: raised in the work, to end it."""


@dataclass
class Line:
    """From the work, which runs in a thread, to whoever waits for it."""

    loop: asyncio.AbstractEventLoop
    gone: threading.Event = field(default_factory=threading.Event)
    _queue: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)

    def send(self, item: object) -> None:
        """Hand something over; `Gone` where nobody waits any more."""
        self.check()
        self._put(item)

    def check(self) -> None:
        """Raise `Gone` where nobody waits any more."""
        if self.gone.is_set():
            raise Gone

    def watched(self, observe: Callable[[T], None] | None) -> Callable[[T], None]:
        """A callback that hands on what it is called with; `Gone` where nobody waits any more."""

        def call(item: T) -> None:
            self.check()
            if observe is not None:
                observe(item)

        return call

    def do(self, work: Callable[["Line"], None]) -> None:
        """Run the work, in its thread; its error is raised where its items come out."""
        try:
            self.check()
            work(self)
            self._put(_END)
        except Gone:
            return
        except Exception as error:
            self._put(_Failed(error))
        except BaseException as wish:  # sys.exit() ends a thread, never the loop that waits for it
            self._put(_Failed(RuntimeError(f"the work was ended by {wish!r}")))

    async def items(self) -> AsyncIterator[Any]:
        """What is sent, in order, until the work is done."""
        while (item := await self._queue.get()) is not _END:
            if isinstance(item, _Failed):
                raise item.error
            yield item

    def _put(self, item: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._queue.put_nowait, item)


@dataclass(frozen=True)
class _Failed:
    error: Exception


_END = object()


async def iterate(make: Callable[[Line], Iterator[T]]) -> AsyncGenerator[T, None]:
    """The items of an iterator that runs in a thread, ahead of its consumer.

    Args:
        make: makes it; it should call `Line.check` now and then.
    """
    line = Line(asyncio.get_running_loop())

    def work(line: Line) -> None:
        for item in make(line):
            line.send(item)

    # Its own: one that waits for text or for its turn must not keep others from the loop's. Nor is
    # it waited for: who is interrupted must fall silent at once, and a take may be long.
    threading.Thread(target=line.do, args=(work,), name="emotts-stream").start()
    try:
        async for item in line.items():
            yield item
    finally:
        line.gone.set()


@contextmanager
def held(turn: Turn, line: Line) -> Iterator[None]:
    """Hold the turn; `Gone` where nobody waits any more before it comes."""
    place = turn.join()
    try:
        while not place.wait(PATIENCE_S):
            line.check()
        yield
    finally:
        turn.leave(place)


def in_turns(turn: Turn, line: Line, items: Iterator[T]) -> Iterator[T]:
    """The items of an iterator, each made while the turn is held."""
    ended: Any = object()
    while True:
        with held(turn, line):
            item = next(items, ended)
        if item is ended:
            return
        yield item


def drained(items: AsyncIterable[T], line: Line) -> Iterator[T]:
    """The items of an asynchronous iterator, in a thread beside its loop; its errors come through.

    Where it is cancelled, that is `concurrent.futures.CancelledError`.
    """
    iterator = aiter(items)

    async def following() -> tuple[T] | None:
        try:
            return (await anext(iterator),)
        except StopAsyncIteration:
            return None

    while True:
        line.check()
        waiting = asyncio.run_coroutine_threadsafe(following(), line.loop)
        while not wait([waiting], PATIENCE_S).done:
            if line.gone.is_set():
                waiting.cancel()
                raise Gone
        found = waiting.result()
        if found is None:
            return
        yield found[0]
