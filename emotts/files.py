"""Files: atomic replacement, where things are kept, and what can be written."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO


def cache_dir() -> Path:
    """Where things that can be made again are kept: EMOTTS_CACHE, else the user's cache folder."""
    return _folder("EMOTTS_CACHE", "XDG_CACHE_HOME", ".cache")


def data_dir() -> Path:
    """Where what a user has made is kept: EMOTTS_DATA, else the user's data folder."""
    return _folder("EMOTTS_DATA", "XDG_DATA_HOME", ".local/share")


def _folder(own: str, base: str, default: str) -> Path:
    """The folder that the first of two variables names, or Windows' own for such things."""
    if named := os.environ.get(own):
        return Path(named)
    found = os.environ.get(base) or os.environ.get("LOCALAPPDATA")
    return (Path(found) if found else Path.home() / default) / "emotts"


def lacks_folder(file: str | os.PathLike[str]) -> str | None:
    """Why a file can't be written that has no folder to be in; None where it has one."""
    folder = Path(file).resolve().parent
    if folder.is_dir():
        return None
    return f"{os.fspath(file)}: can't be written: there is no folder {folder}"


def write_all(file: FileIO, data: bytes) -> None:
    """Write to a file without a buffer, at once where there is room: processes may share it.

    Raises:
        OSError: it can't be written, or not all of it.
    """
    while data:  # where there is no room for all of it, only the next write says so
        data = data[file.write(data) :]


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `target` only when it is complete.

    A target that exists and is no regular file (`/dev/null`, a pipe) is written in place: a
    rename over it would destroy it.
    """
    target = target.resolve()
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        with target.open("wb") as file:
            yield file
        return
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        # mkstemp makes the file private; a written file has the modes of any other.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
