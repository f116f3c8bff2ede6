"""What a worker process prints: kept away from the host's own output, and told to the log."""

import logging
import socket
from collections import deque
from threading import Thread

logger = logging.getLogger(__name__)

CHUNK = 65_536
MAX_LINE = 500
MAX_LINES = 200
REMEMBERED = 3


class Output:
    """Reads what a process prints, for as long as it lives.

    A process that prints without end can neither block nor fill the host: after 200 lines the rest
    is read and dropped.
    """

    def __init__(self, name: str, connection: socket.socket) -> None:
        """Start to read.

        Args:
            name: of who prints, for the log.
            connection: what it prints to; closed at its end.
        """
        self._name = name
        self._lines = 0
        self._last: deque[str] = deque(maxlen=REMEMBERED)
        self._thread = Thread(
            target=self._read, args=(connection,), name="emotts-worker-output", daemon=True
        )
        self._thread.start()

    def last_words(self, patience_s: float) -> str:
        """The last lines, once the process has ended and all is read."""
        self._thread.join(patience_s)
        return " / ".join(tuple(self._last))

    def _read(self, connection: socket.socket) -> None:
        rest = b""
        with connection:
            while chunk := _some(connection):
                # Only the end of a chunk can matter once no line of it is told.
                *lines, rest = ((rest + chunk) if self._lines < MAX_LINES else chunk).split(b"\n")
                rest = rest[-MAX_LINE:]
                for line in lines if self._lines < MAX_LINES else lines[-REMEMBERED:]:
                    self._tell(line)
            self._tell(rest)

    def _tell(self, line: bytes) -> None:
        text = line[:MAX_LINE].decode(errors="replace").rstrip()
        if not text:
            return
        self._last.append(text)
        self._lines += 1
        if self._lines <= MAX_LINES:
            logger.info("%s: %s", self._name, text)
        if self._lines == MAX_LINES:
            logger.warning("%s prints too much: the rest is dropped", self._name)


def _some(connection: socket.socket) -> bytes:
    try:
        return connection.recv(CHUNK)
    except OSError:  # the process took its end down with it
        return b""
