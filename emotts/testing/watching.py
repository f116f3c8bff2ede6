"""What a process does beside computing, as the interpreter's audit hooks tell it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

OPENING = frozenset(
    "socket.connect socket.bind socket.sendto socket.getaddrinfo socket.gethostbyname "
    "subprocess.Popen os.system os.exec os.posix_spawn os.fork os.forkpty".split()
)
"""Events that open a way out: to another machine, or to another program."""

_seen: list[tuple[str, str]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event in OPENING:
        _seen.append((event, repr(arguments)))


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """The openings that any thread makes in the context, with what they open; at its end.

    A hook can't be taken back: the first context sets it up for as long as the process lives.
    """
    if not hasattr(watched, "hooked"):
        sys.addaudithook(_hear)
        vars(watched)["hooked"] = True
    start = len(_seen)
    found: list[tuple[str, str]] = []
    try:
        yield found
    finally:
        found += _seen[start:]
