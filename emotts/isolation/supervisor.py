"""Asks a worker process, and reads its answers: each within a deadline."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from emotts.audio import Samples
from emotts.config import PartConfig
from emotts.errors import EmottsError
from emotts.isolation.frames import Frame, FrameError
from emotts.isolation.keeper import BROKEN, Keeper
from emotts.isolation.messages import Message
from emotts.isolation.process import Process
from emotts.isolation.requests import Failure, Kind

T = TypeVar("T")

MAX_SAMPLES = 2**25
"""Of one answer: almost three minutes at 192 kHz."""


class Answers(Generic[T]):
    """The answers to one request, read as they are asked for."""

    def __init__(
        self, process: Process, read: Callable[[Frame], T], until: float, *, work: bool
    ) -> None:
        """Nothing has come yet.

        Args:
            process: that answers.
            read: makes sense of an answer.
            until: `time.monotonic()` at which the first must be there.
            work: whether their end shows that the part works.
        """
        self.process, self.read, self.work = process, read, work
        self.until: float | None = until
        self.waiting: deque[T] = deque()
        self.wanted = True
        self.ended = False
        self.error: EmottsError | None = None


class Supervisor:
    """A worker process for one part of a host. Threads may share it: requests wait in turn."""

    def __init__(
        self, kind: Kind, part: PartConfig, *, failed: type[EmottsError], gone: type[EmottsError]
    ) -> None:
        """Start nothing yet.

        Args:
            kind: of the part.
            part: its configuration.
            failed: to raise when the plugin raised what it did not mean.
            gone: to raise when there is no process to answer.
        """
        self._keeper = Keeper(kind, part, gone=gone)
        self._deadline_s, self._failed = part.deadline_s, failed
        self._lock = Lock()
        self._current: Answers[Any] | None = None

    def ask(self, kind: str, read: Callable[[Frame], T]) -> T:
        """The answer to a question about facts."""
        with self._lock:
            answers = self._request(Frame(kind), read, work=False)
            self._finish()
        if answers.error or not answers.waiting:
            raise answers.error or self._failed(f"{self._keeper.name} did not answer {kind!r}")
        return answers.waiting.popleft()

    def stream(
        self, kind: str, body: Message, arrays: Sequence[Samples], read: Callable[[Frame], T]
    ) -> Iterator[T]:
        """The answers to a piece of work, each as soon as it is there."""
        with self._lock:
            answers = self._request(Frame(kind, body.form(), arrays), read, work=True)
        try:
            while True:
                with self._lock:
                    while not (answers.waiting or answers.ended or answers.error):
                        self._receive(answers)
                if not answers.waiting:
                    break
                yield answers.waiting.popleft()
        finally:
            # No lock: a generator may be closed anywhere, even by the collector.
            answers.wanted = False
        if answers.error:
            raise answers.error

    @property
    def trusted(self) -> bool:
        """Whether the breaker of its process is closed."""
        return self._keeper.trusted

    def close(self) -> None:
        """End the process; whoever asks from now on gets an error."""
        with self._lock:
            self._keeper.close()
            self._end(self._failed(f"{self._keeper.name} is closed"))

    def _request(self, frame: Frame, read: Callable[[Frame], T], *, work: bool) -> Answers[T]:
        """Send a request to a process that is ready, and idle."""
        self._finish()
        process, until = self._keeper.process()
        try:
            process.send(frame, until)
        except BROKEN as error:
            raise self._keeper.broken(error) from None
        answers = self._current = Answers(process, read, until, work=work)
        return answers

    def _finish(self) -> None:
        """Read the rest of the last request's answers; cancel it where nobody wants them."""
        current = self._current
        if current and not current.process.ours:  # asked before a fork, and not by this process
            current = self._current = None
        if current and not current.ended and not current.wanted:
            try:
                current.process.send(Frame("cancel"), time.monotonic() + self._deadline_s)
            except BROKEN as error:
                self._end(self._keeper.broken(error))
        while current and not current.ended:
            self._receive(current)

    def _receive(self, answers: Answers[Any]) -> None:
        """Read one answer, or why there is none."""
        try:
            until, answers.until = answers.until, None
            frame = answers.process.receive(
                until or time.monotonic() + self._deadline_s, MAX_SAMPLES
            )
            if frame.kind == "error":
                self._refused(answers, Failure.model_validate(frame.body))
            elif frame.kind == "end":
                answers.ended = True
                if answers.work:
                    self._keeper.worked()
            elif frame.kind != "item":
                raise FrameError(f"{frame.kind!r} is no answer")
            elif answers.wanted:
                answers.waiting.append(answers.read(frame))
        except EmottsError as error:  # it could be read, and is nothing that the host can use
            answers.error, answers.wanted = error, False
        except BROKEN as error:
            self._end(self._keeper.broken(error))

    def _refused(self, answers: Answers[Any], failure: Failure) -> None:
        """The plugin raised something."""
        if failure.type == MemoryError.__name__:
            raise MemoryError(failure.message)
        words = f"{self._keeper.name} failed: {failure.type}: {failure.message}"
        answers.error, answers.ended = failure.meant or self._failed(words), True
        if failure.meant is None:
            self._keeper.misbehaved()

    def _end(self, error: EmottsError) -> None:
        """There will be no further answer to the last request."""
        if self._current and not self._current.ended:
            self._current.error, self._current.ended = error, True
