"""Sound files: opened as libsndfile should, whatever their names, their headers and its threads."""

import os
import stat
import threading
from pathlib import Path
from typing import BinaryIO

import soundfile

from emotts.errors import reason

Source = str | os.PathLike[str] | BinaryIO
"""A path, or a file that is open already."""

_OPENING = threading.Lock()
"""libsndfile keeps why it can't open a file in one place for all threads, and soundfile
locks it from 0.14 on only."""


def opened(source: Source) -> soundfile.SoundFile:
    """A file to read audio of, whatever its header says."""
    file = _path(source) if isinstance(source, str | os.PathLike) else _Within(source)
    with _OPENING:
        return soundfile.SoundFile(file)


def why(source: Source, error: Exception) -> str:
    """Why audio can't be read: libsndfile calls all that the system refuses a system error."""
    if isinstance(source, str | os.PathLike):
        try:
            if not stat.S_ISFIFO(os.stat(source).st_mode):  # which would be waited for
                Path(source).open("rb").close()
        except OSError as refused:
            return reason(refused)
    return error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)


def _path(source: str | os.PathLike[str]) -> str | bytes:
    """A path as soundfile takes it, whatever its name: it would refuse one that is no UTF-8."""
    return os.fsencode(source) if os.name == "posix" else os.fspath(source)


class _Within:
    """A file that nobody leaves: a spoilt header tells libsndfile to go to before its beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __repr__(self) -> str:
        return "it"  # in messages of libsndfile; an address would be another one every time

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go there, or stay."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return self.tell()

    def tell(self) -> int:
        return self._file.tell()

    def read(self, count: int) -> bytes:
        return self._file.read(count)
