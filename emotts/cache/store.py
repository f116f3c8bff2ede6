"""The store: a folder of files, of which those that were not used for the longest go first.

Any number of processes may share it without a lock: an entry is renamed into place when it is
complete, its time of modification says when it was last used, and who finds one damaged drops it.
"""

import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emotts.cache import checked

logger = logging.getLogger(__name__)

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
            return checked.find(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            logger.warning("%s can't be read: %s", path, error)
        except ValueError as error:
            self.drop(key, str(error))
        return None

    def write(self, key: str, parts: Iterable[bytes | memoryview]) -> None:
        """Keep a content; a store that can't be written is no error, and the log says so.

        Args:
            key: hexadecimal digits.
            parts: of the content, in order.
        """
        parts = list(parts)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(checked.HEAD.size + sum(len(part) for part in parts))
            checked.write(self._path(key), parts)
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
            hits=sum(checked.hits(file.path) for file in files),
        )

    def prune(self, max_bytes: int, older_than_s: float | None = None) -> int:
        """Remove entries until the others fit, those first that were not used for the longest.

        What may not be removed stays, and the log says so.

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
                removed += _removed(file.path)
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
        """The entries that are complete; none where there is no folder yet, or one to read."""
        try:
            entries = list(os.scandir(self.folder))
        except FileNotFoundError:
            return
        except OSError as error:
            logger.warning("the cache %s can't be read: %s", self.folder, error)
            return
        for entry in entries:
            if entry.name.endswith(SUFFIX):
                with suppress(FileNotFoundError):
                    found = entry.stat()
                    yield _File(Path(entry.path), found.st_size, found.st_mtime)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{SUFFIX}"


def _removed(path: Path) -> bool:
    """Remove an entry; whether it was there, and went."""
    try:
        path.unlink()
    except FileNotFoundError:  # another process was faster
        return False
    except OSError as error:
        logger.warning("an entry of the cache can't be removed: %s", error)
        return False
    return True
