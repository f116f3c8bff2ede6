"""What a process does beside computing, as the interpreter's audit hooks tell it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Events that open a way out: to another machine, to another program, or to code of a file.
OPENING = frozenset(
    "socket.connect socket.bind socket.sendto socket.getaddrinfo socket.gethostbyname "
    "subprocess.Popen os.system os.exec os.posix_spawn os.fork os.forkpty os.startfile "
    "pickle.find_class urllib.Request ctypes.dlopen".split()
)
_seen: list[tuple[str, str]] | None = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is not None and event in OPENING:
        _seen.append((event, repr(arguments)))


sys.addaudithook(_hear)  # for ever: a hook can't be taken back


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """The openings that are made in the context, as they are made."""
    global _seen
    _seen = found = []
    try:
        yield found
    finally:
        _seen = None
