"""Several processes of this machine label the shards of a job.

Threads would share one interpreter, which lets one of them at a time do all that is not inside the
model: two of them get 1.3 times as far as one, two processes 1.7 times.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import Pipe
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING

from emotts.errors import EmottsError
from emotts.labelling.items import Shard
from emotts.labelling.labeller import Done, Work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


_ERRORS = 2
"""The standard error: what plugins print is no part of what the command says of its progress."""


class WorkerError(EmottsError):
    """A process that can't go on with its shards."""


def labelled(work: Work, shards: Iterable[Shard], count: int) -> Iterator[Done]:
    """Label shards in so many processes, in the order in which they are finished.

    Raises:
        WorkerError: a process said that it can't go on, or died.
    """
    found: SimpleQueue[Done | Exception | None] = SimpleQueue()
    wanted = _Shared(shards)
    workers = [_Worker(work) for _ in range(count)]
    for worker in workers:
        Thread(target=worker.serve, args=(wanted, found), daemon=True).start()
    try:
        left = count
        while left:
            done = found.get()
            if isinstance(done, Exception):
                raise done
            if done is None:
                left -= 1
            else:
                yield done
    finally:
        for worker in workers:
            worker.end()


class _Shared:
    """An iterator that several threads take from."""

    def __init__(self, shards: Iterable[Shard]) -> None:
        self._shards, self._lock = iter(shards), Lock()

    def __iter__(self) -> Iterator[Shard]:
        return self

    def __next__(self) -> Shard:
        with self._lock:
            return next(self._shards)


class _Worker:
    """A process. It ends with its standard input: also when this process is killed."""

    def __init__(self, work: Work) -> None:
        self._connection: Connection[object, Done | str]
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                # -P: the current folder is no place to import from.
                [sys.executable, "-P", "-m", "emotts.labelling.worker", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.PIPE,
                stdout=_ERRORS,
            )
        self._send(work)

    def serve(self, wanted: Iterable[Shard], found: "SimpleQueue[Done | Exception | None]") -> None:
        """Have shards labelled, one after the other, and tell of each, or why there are no more."""
        try:
            for shard in wanted:
                self._send(shard)
                found.put(self._received())
            found.put(None)
        except Exception as error:  # for whoever waits
            found.put(error)

    def _send(self, what: object) -> None:
        with suppress(OSError):  # it has ended, and may have said why: that is received
            self._connection.send(what)

    def _received(self) -> Done:
        try:
            reply = self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerError(
                f"a process that labels ended with code {self._process.wait()}: memory may be "
                "short, or a clip kills whoever hears it. What is done is kept: start the command "
                "again, and it goes on"
            ) from error
        if isinstance(reply, str):
            raise WorkerError(reply)
        return reply

    def end(self) -> None:
        """End it, whatever it does: a part is written at once or not at all."""
        with self._process:
            self._process.kill()
        self._connection.close()
