"""The store: a folder of files, of which those that were not used for the longest go first.

Any number of processes may share it without a lock: an entry is renamed into place when it is
complete, its time of modification says when it was last used, and who finds one damaged drops it.
"""

import logging
import os
import struct
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emotts.files import replacing

logger = logging.getLogger(__name__)

MAGIC = b"emotts-1"
# Before the content: what the file is, how often it was found, and the CRC-32 of the content.
HEAD = struct.Struct("<8sQI")
HITS = struct.Struct("<Q")
SUFFIX = ".sentence"
# The names that `replacing` gives to entries which are not complete; the folder may hold others.
BEGUN = f".*{SUFFIX}.*"

# How much of the limit a process writes before it looks whether entries have to go, and how much is
# then freed beyond that: so that two processes which write at once stay within the limit.
SHARE = 1 / 32
# A file that was begun longer ago than this belongs to a process that was killed, seconds.
ABANDONED_S = 3600.0


@dataclass(frozen=True)
class Usage:
    """What a store holds."""

    entries: int
    """How many sentences."""
    bytes: int
    """Of their files."""
    hits: int
    """How often those that are there were found."""


@dataclass(frozen=True)
class _File:
    path: Path
    bytes: int
    used: float
    """When it was last written or found, seconds since the epoch."""


class Store:
    """Contents by their keys, within a limit."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Keep where it is; nothing is read or made.

        Args:
            folder: of the entries alone; made with the first one, for its owner only.
            max_bytes: of all files together.
        """
        self.folder, self.max_bytes = folder, max_bytes
        # At the first entry a process does not know what others have written.
        self._unseen = float("inf")

    def read(self, key: str) -> memoryview | None:
        """The content under a key, None where there is none; it counts as used.

        What is damaged is dropped, and the log says so.
        """
        path = self._path(key)
        try:
            data = _content(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("%s can't be read: %s", path, error)
            return None
        content = memoryview(data)[HEAD.size :]
        try:
            magic, hits, checksum = HEAD.unpack_from(data)
        except struct.error:
            magic, hits, checksum = b"", 0, 0
        if magic != MAGIC or zlib.crc32(content) != checksum:
            self.drop(key, f"its {len(data)} bytes are not what was written")
            return None
        with suppress(OSError), path.open("r+b") as file:  # a store may be read-only
            file.seek(len(MAGIC))
            file.write(HITS.pack(hits + 1))
        return content

    def write(self, key: str, parts: Iterable[bytes | memoryview]) -> None:
        """Keep a content; a store that can't be written is no error, and the log says so.

        Args:
            key: hexadecimal digits.
            parts: of the content, in order.
        """
        parts = list(parts)
        size = HEAD.size + sum(len(part) for part in parts)
        checksum = 0
        for part in parts:
            checksum = zlib.crc32(part, checksum)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(size)
            with replacing(self._path(key)) as file:
                file.write(HEAD.pack(MAGIC, 0, checksum))
                for part in parts:
                    file.write(part)
        except OSError as error:
            logger.warning("the cache %s can't be written: %s", self.folder, error)

    def drop(self, key: str, why: str) -> None:
        """Remove a damaged entry, and say so in the log."""
        logger.warning("dropped the entry %s of the cache: %s", self._path(key), why)
        with suppress(OSError):
            self._path(key).unlink()

    def usage(self) -> Usage:
        """What there is."""
        files = list(self._files())
        return Usage(
            entries=len(files),
            bytes=sum(file.bytes for file in files),
            hits=sum(_hits(file.path) for file in files),
        )

    def prune(self, max_bytes: int, older_than_s: float | None = None) -> int:
        """Remove entries until the others fit, those first that were not used for the longest.

        Args:
            max_bytes: that the others may have.
            older_than_s: also remove all that were not used for so many seconds.

        Returns:
            How many went.
        """
        files = sorted(self._files(), key=lambda file: file.used, reverse=True)
        since = 0.0 if older_than_s is None else time.time() - older_than_s
        total = removed = 0
        for file in files:
            total += file.bytes
            if total > max_bytes or file.used < since:
                with suppress(FileNotFoundError):  # another process was faster
                    file.path.unlink()
                    removed += 1
        return removed

    def _make_room(self, size: int) -> None:
        """Remove what does not fit beside an entry of that size, now and then."""
        self._unseen += size
        if self._unseen <= SHARE * self.max_bytes:
            return
        self._unseen = 0
        self._remove_abandoned()
        self.prune(int((1 - 2 * SHARE) * self.max_bytes) - size)

    def _remove_abandoned(self) -> None:
        """Remove what processes have begun that were killed."""
        since = time.time() - ABANDONED_S
        for path in self.folder.glob(BEGUN):
            with suppress(OSError):
                if path.stat().st_mtime < since:
                    path.unlink()

    def _files(self) -> Iterator[_File]:
        """The entries that are complete; none where there is no folder yet."""
        with suppress(FileNotFoundError):
            for entry in os.scandir(self.folder):
                if entry.name.endswith(SUFFIX):
                    with suppress(FileNotFoundError):
                        found = entry.stat()
                        yield _File(Path(entry.path), found.st_size, found.st_mtime)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SUFFIX}"


def _content(path: Path) -> bytearray:
    """All of a file, in memory that arrays may be laid over."""
    with path.open("rb", buffering=0) as file:
        data = bytearray(os.fstat(file.fileno()).st_size)
        rest = memoryview(data)
        while rest and (count := file.readinto(rest)):
            rest = rest[count:]
    return data


def _hits(path: Path) -> int:
    """How often an entry was found; 0 for one that is gone or damaged."""
    with suppress(OSError, struct.error), path.open("rb") as file:
        _, hits, _ = HEAD.unpack(file.read(HEAD.size))
        return int(hits)
    return 0
