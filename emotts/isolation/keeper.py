"""Keeps a worker process there: starts it, replaces it when it failed, and knows when to give up.

A process that misses a deadline, dies, or sends what is no answer is killed and started again at
once, so that it is there when it is next asked; after three failures in a row it is left alone for
a while.
"""

import contextlib
import logging
import time

from pydantic import ValidationError

from emotts.config import PartConfig
from emotts.errors import ConfigError, EmottsError
from emotts.isolation.breaker import FAILURES, Breaker
from emotts.isolation.frames import Frame, FrameError
from emotts.isolation.process import Process
from emotts.isolation.requests import PROTOCOL, Failure, Kind, Open

logger = logging.getLogger(__name__)

# What speaking with a process raises when it broke, or broke the protocol; TimeoutError is an
# OSError.
BROKEN = (OSError, EOFError, FrameError, ValidationError, IndexError, MemoryError)


class Keeper:
    """The worker process of one part of a host, and its breaker."""

    def __init__(self, kind: Kind, part: PartConfig, *, gone: type[EmottsError]) -> None:
        """Start nothing yet.

        Args:
            kind: of the part.
            part: its configuration.
            gone: to raise when there is no process.
        """
        self.name = str(part)
        self._kind, self._part, self._gone = kind, part, gone
        self._breaker = Breaker(part.cooldown_s)
        self._process: Process | None = None
        self._ready = self._was_ready = self._closed = False

    @property
    def trusted(self) -> bool:
        """Whether its breaker is closed."""
        return self._breaker.closed

    def process(self) -> tuple[Process, float]:
        """The process, ready, and `time.monotonic()` at which its next answer must be there.

        The first start takes what it takes, up to `start_s`; a later one is part of `deadline_s`.
        """
        asked = time.monotonic()
        if self._closed:
            raise self._gone(f"{self.name} is closed")
        if self._process and not self._process.ours:
            self._process, self._was_ready = None, False
        if self._process is None:
            if wait_s := self._breaker.wait_s:
                raise self._gone(
                    f"{self.name} failed {FAILURES} times in a row; "
                    f"it is asked again in {wait_s:.0f} s"
                )
            self._start()
        assert self._process
        if not self._ready:
            self._await(self._process, asked)
        until = (asked if self._was_ready else time.monotonic()) + self._part.deadline_s
        self._was_ready = True
        return self._process, until

    def worked(self) -> None:
        """It did a piece of work: whatever failed before is forgiven."""
        self._breaker.succeeded()

    def misbehaved(self) -> None:
        """It raised what it did not mean; the third time in a row it has to go."""
        self._breaker.failed()
        if not self._breaker.closed and self._process:
            self._process.kill()
            self._process = None

    def broken(self, error: BaseException) -> EmottsError:
        """The process is of no more use: kill it, and start the next; what to raise."""
        assert self._process
        closed = isinstance(error, EOFError | OSError) and not isinstance(error, TimeoutError)
        ended = self._process.kill(ending=closed)
        self._process = None
        gone = self._gone(f"{self.name}: {ended if closed else self._in_words(error)}")
        logger.warning("%s", gone)
        self._breaker.failed()
        if self._breaker.closed:
            self._start()
        return gone

    def close(self) -> None:
        """End the process, for good."""
        self._closed = True
        if self._process:
            self._process.close()
            self._process = None

    def _start(self) -> None:
        """Start a process, and tell it what it is for."""
        part = self._part
        self._ready = False
        try:
            self._process = Process(self.name, part.python)
        except OSError as error:
            python = part.python or "this interpreter"
            raise ConfigError(f"{self.name}: {python} can't be run: {error}") from error
        opening = Open(protocol=PROTOCOL, kind=self._kind, part=part.model_dump(mode="json"))
        with contextlib.suppress(OSError):  # it ended already, as waiting for it will tell
            self._process.send(Frame("open", opening.form()), time.monotonic() + part.start_s)

    def _await(self, process: Process, asked: float) -> None:
        """Wait until a process is ready."""
        limit = process.started + self._part.start_s
        patience = min(limit, asked + self._part.deadline_s) if self._was_ready else limit
        try:
            if not process.readable(patience):
                if time.monotonic() < limit:
                    raise self._gone(f"{self.name} is still starting")
                raise TimeoutError
            frame = process.receive(limit, 0)
        except BROKEN as error:
            raise self.broken(error) from None
        if frame.kind == "error":
            raise self._refused(process, Failure.model_validate(frame.body))
        self._ready = True

    def _refused(self, process: Process, failure: Failure) -> EmottsError:
        """The process can't become what it should; what to raise."""
        process.kill()
        self._process = None
        self._breaker.failed()
        if isinstance(failure.meant, ConfigError):
            return failure.meant
        return self._gone(f"{self.name} can't be started: {failure.message}")

    def _in_words(self, error: BaseException) -> str:
        if isinstance(error, TimeoutError):
            limit_s = self._part.deadline_s if self._ready else self._part.start_s
            return f"no answer within {limit_s:g} s"
        if isinstance(error, MemoryError):
            return f"out of memory; it has {self._part.memory_mb} MB"
        return f"it broke the protocol: {error}"
