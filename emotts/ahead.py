"""Run an iterator ahead of its consumer, in a thread of its own."""

from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

# How often a producer that waits for room looks whether its consumer has gone, in seconds.
PATIENCE_S = 0.05


def ahead(
    items: Iterable[T], depth: int, meanwhile: Callable[[], None] | None = None
) -> Generator[T, None, None]:
    """Yield the items in order while a thread makes up to `depth` further ones.

    While the first one is made, this thread does what is to be done `meanwhile`.

    Signal processing and inference release the interpreter lock, so making an item and using the
    last one overlap. An error of the iterator is raised where its item would have come. Closing
    this generator stops the thread at its next item, and waits for it.
    """
    queue: Queue[tuple[T] | BaseException | None] = Queue(depth)
    gone = Event()

    def put(item: tuple[T] | BaseException | None) -> None:
        while not gone.is_set():
            try:
                return queue.put(item, timeout=PATIENCE_S)
            except Full:
                continue

    def produce() -> None:
        try:
            for item in items:
                put((item,))
                if gone.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    producer = Thread(target=produce, name="emotts-ahead", daemon=True)
    producer.start()
    try:
        if meanwhile is not None:
            meanwhile()
        while (got := queue.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]
    finally:
        gone.set()
        with suppress(Empty):  # makes room, so that the producer need not wait out its patience
            while True:
                queue.get_nowait()
        producer.join()
