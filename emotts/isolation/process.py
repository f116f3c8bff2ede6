"""One worker process: started in a session of its own, spoken to in frames, and ended for sure."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import weakref

from emotts.isolation import frames
from emotts.isolation.frames import Frame
from emotts.isolation.output import Output

GRACE_S = 0.5
"""How long a process that is no longer needed may take to end by itself."""
ENDING_S = 0.05
"""How long a process that closed its connection may take to end."""
LAST_WORDS_S = 0.1

AHEAD = 2**20
"""Bytes that a worker may send before they are read: some takes, so that it need not wait."""

# Where another interpreter would look for modules that belong to this one.
OWN = ("PYTHONPATH", "PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__")


class Process:
    """A running worker.

    It ends when this object is dropped, when the host ends, and when the host is killed: it
    watches its standard input, whose other end only the host holds.
    """

    def __init__(self, name: str, python: str | None) -> None:
        """Start it; it is ready some time later.

        Args:
            name: of the plugin it is for, for the log.
            python: another interpreter to run; None: this one.

        Raises:
            OSError: the interpreter can't be run.
        """
        self.started = time.monotonic()
        self._owner = os.getpid()
        interpreter = python or sys.executable
        self._connection, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD)
        ours, output = socket.socketpair()
        with theirs, output:
            try:
                self._popen = subprocess.Popen(
                    # -P: the current folder is no place to import from.
                    [interpreter, "-P", "-m", "emotts.isolation", str(theirs.fileno())],
                    stdin=subprocess.PIPE,
                    stdout=output.fileno(),
                    stderr=output.fileno(),
                    pass_fds=(theirs.fileno(),),
                    env=_environment(keep=python is None),
                    start_new_session=True,
                )
            except OSError:
                self._connection.close()
                ours.close()
                raise
        self._output = Output(name, ours)
        self._end = weakref.finalize(self, _end, self._owner, self._popen, self._connection, ours)

    @property
    def ours(self) -> bool:
        """Whether this very process started it, not one that this was forked from."""
        return self._owner == os.getpid()

    def send(self, frame: Frame, until: float) -> None:
        """Send a frame; errors are those of `frames.send`."""
        frames.send(self._connection, frame, until=until)

    def receive(self, until: float, max_samples: int) -> Frame:
        """Receive a frame; errors are those of `frames.receive`."""
        return frames.receive(self._connection, until=until, max_samples=max_samples)

    def readable(self, until: float) -> bool:
        """Wait until there is something to receive; whether there is."""
        self._connection.settimeout(max(0.0, until - time.monotonic()) or 1e-6)
        try:
            self._connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        return True  # or the end, which receiving tells

    def close(self) -> None:
        """End it, in peace where it listens."""
        self._end()

    def kill(self, *, ending: bool = False) -> str:
        """End it at once, with everything that it started; how it ended, in words.

        Args:
            ending: it closed the connection; an end of its own may be under way.
        """
        died = _has_ended(self._popen, ENDING_S if ending else 0.0)
        _kill(self._popen)
        self._end()
        if not died:
            return "it was ended"
        words = self._output.last_words(LAST_WORDS_S)
        return _in_words(self._popen.returncode) + (f"; it printed: {words}" if words else "")


def _environment(*, keep: bool) -> dict[str, str]:
    """Of the process; what would lead another interpreter to this one's modules is left out."""
    found = {name: value for name, value in os.environ.items() if keep or name not in OWN}
    return {**found, "PYTHONFAULTHANDLER": "1", "PYTHONUNBUFFERED": "1"}


def _has_ended(popen: "subprocess.Popen[bytes]", patience_s: float) -> bool:
    """Whether it has ended by itself. It is not reaped: its number stays its own."""
    until = time.monotonic() + patience_s
    while not (ended := _ended(popen)) and time.monotonic() < until:
        time.sleep(0.001)
    return ended


def _ended(popen: "subprocess.Popen[bytes]") -> bool:
    if popen.returncode is not None:
        return True
    return os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(popen: "subprocess.Popen[bytes]") -> None:
    """Kill the process and what it started, before it is reaped and its number goes to another."""
    if popen.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(popen.pid, signal.SIGKILL)


def _end(
    owner: int, popen: "subprocess.Popen[bytes]", connection: socket.socket, output: socket.socket
) -> None:
    """Close what the process listens to, wait a moment, kill what is left, and reap it."""
    connection.close()
    if owner != os.getpid():  # forked: it goes on for who started it, and is no child of ours
        output.close()
        popen.returncode = 0
        return
    _has_ended(popen, GRACE_S)
    _kill(popen)
    popen.wait()
    assert popen.stdin
    popen.stdin.close()
    with contextlib.suppress(OSError):  # wakes the reader, should somebody else hold the other end
        output.shutdown(socket.SHUT_RDWR)


def _in_words(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"
