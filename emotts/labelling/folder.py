"""The folder of a job, beside its result, and the lock that dies with its process."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotts.errors import ConfigError
from emotts.labelling.parts import DiskError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PLAN = "job.json"
LOCK = "lock"


@contextmanager
def job_folder(target: Path, *, restart: bool) -> Iterator[Path]:
    """The folder of a job, `<target>.job`, held against other processes.

    Args:
        target: the result.
        restart: throw away what is there of both.

    Raises:
        ConfigError: the target can't be, or another process works on the job.
        DiskError: the folder can't be written.
    """
    if target.exists() and not target.is_file():
        raise ConfigError(f"{target} is no regular file; name one for the labels")
    if not target.resolve().parent.is_dir():
        raise ConfigError(f"{target}: the folder does not exist")
    folder = target.with_name(f"{target.name}.job")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise DiskError(folder, error) from error
    with _locked(folder / LOCK):
        if restart:
            _throw_away(folder, target)
        yield folder


def _throw_away(folder: Path, target: Path) -> None:
    """Forget what was done."""
    (folder / PLAN).unlink(missing_ok=True)  # first: without it, nothing else counts
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != LOCK:
            entry.unlink()
    target.unlink(missing_ok=True)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock file.

    Raises:
        ConfigError: another process holds it.
    """
    with file.open("ab") as held:
        try:
            if sys.platform == "win32":
                msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"{file.parent}: another process works on this job") from error
        yield
