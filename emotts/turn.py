"""The turn: a lock that is first come, first served."""

from collections import deque
from threading import Event, Lock


class Turn:
    """Held by one thread at a time, in the order in which they came.

    It is used as `threading.Lock` is, which hands itself to anybody: who lets it go and wants it
    again at once mostly gets it, however long others have waited.
    """

    def __init__(self) -> None:
        """Nobody holds it."""
        self._guard = Lock()
        self._line: deque[Event] = deque()
        """The places of those who came; the first one holds the turn."""

    def join(self) -> Event:
        """Take a place at the end of the line: set as soon as it holds the turn.

        Whoever takes a place has to `leave` it, whether its turn came or not.
        """
        place = Event()
        with self._guard:
            self._line.append(place)
            self._line[0].set()
        return place

    def leave(self, place: Event) -> None:
        """Leave a place in the line; where it is the first, the next one holds the turn."""
        with self._guard:
            self._line.remove(place)
            if self._line:
                self._line[0].set()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Wait for the turn, as `threading.Lock.acquire` does; whether it came."""
        place = self.join()
        came = False
        try:
            patience_s = None if timeout < 0 else timeout
            came = place.wait(patience_s if blocking else 0)
        finally:
            if not came:
                self.leave(place)
        return came

    def release(self) -> None:
        """Let the turn go.

        Raises:
            RuntimeError: nobody holds it.
        """
        if not self._line:
            raise RuntimeError("nobody holds the turn")
        self.leave(self._line[0])

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return bool(self._line)

    def __enter__(self) -> "Turn":
        """Wait for the turn."""
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self.release()
