"""Reading ahead: clips are decoded and resampled in threads while others are scored."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Condition, Event, Lock, Thread

from emotts.audio import Audio
from emotts.errors import AudioError
from emotts.labelling.decoding import pieces
from emotts.labelling.items import Item, Shard

logger = logging.getLogger(__name__)

THREADS = 2
AHEAD_S = 1_200.0
"""Audio that waits to be scored, seconds at the classifier's rate: 77 MB at 16 kHz."""


@dataclass(frozen=True)
class Clip:
    """Something to score."""

    number: int
    """Of the clip in the job."""
    item: Item
    start_s: float
    """In its file, seconds."""
    duration_s: float
    """Seconds, as it was recorded."""
    audio: Audio
    """At the classifier's rate."""


@dataclass(frozen=True)
class Unreadable:
    """A clip, or the rest of one, that can't be read."""

    number: int
    item: Item
    start_s: float
    """Of what can't be read, in its file, seconds."""
    reason: str


@dataclass(frozen=True)
class Read:
    """All of a clip has been read."""

    number: int


Found = Clip | Unreadable | Read


class Reader:
    """Reads the clips of shards in threads; iterate over it for what they find."""

    def __init__(
        self, shards: Iterable[Shard], *, rate: int, window_s: float | None, base: str
    ) -> None:
        """Start to read.

        Args:
            shards: whose clips are wanted, in this order.
            rate: of the classifier, Hz.
            window_s: see `pieces`.
            base: likewise.
        """
        self._wanted = (
            wanted for shard in shards for wanted in zip(shard.numbers, shard.items, strict=True)
        )
        self._rate, self._window_s, self._base = rate, window_s, base
        self._lock, self._stop = Lock(), Event()
        self._found: SimpleQueue[Found | BaseException | None] = SimpleQueue()
        self._room = _Room(AHEAD_S)
        self._threads = [Thread(target=self._read, daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def __iter__(self) -> Iterator[Found]:
        """What is found, as it is found; the clips in no fixed order."""
        ended = 0
        while ended < len(self._threads):
            found = self._found.get()
            if found is None:
                ended += 1
            elif isinstance(found, BaseException):
                raise found
            else:
                if isinstance(found, Clip):
                    self._room.leave(found.audio.duration_s)
                yield found

    def close(self) -> None:
        """Stop reading, and wait for the threads."""
        self._stop.set()
        self._room.open()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    wanted = next(self._wanted, None)
                if wanted is None:
                    break
                self._read_item(*wanted)
        except BaseException as error:  # for whoever iterates
            self._found.put(error)
        self._found.put(None)

    def _read_item(self, number: int, item: Item) -> None:
        end_s = item.start_s or 0.0
        try:
            for piece in pieces(item, self._window_s, base=self._base):
                audio = piece.audio.resample(self._rate)
                self._room.enter(audio.duration_s)
                if self._stop.is_set():
                    return
                length = piece.audio.duration_s
                end_s = piece.start_s + length
                self._found.put(Clip(number, item, piece.start_s, length, audio))
        except AudioError as error:
            self._found.put(Unreadable(number, item, end_s, str(error)))
        self._found.put(Read(number))


class _Room:
    """Room for so many seconds of audio, or for one clip that is longer."""

    def __init__(self, seconds: float) -> None:
        self._free = self._all = seconds
        self._changed = Condition()

    def enter(self, seconds: float) -> None:
        """Wait until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._free >= seconds or self._free >= self._all)
            self._free -= seconds

    def leave(self, seconds: float) -> None:
        """Make room."""
        with self._changed:
            self._free += seconds
            self._changed.notify_all()

    def open(self) -> None:
        """Let everybody in."""
        with self._changed:
            self._free = self._all = float("inf")
            self._changed.notify_all()
