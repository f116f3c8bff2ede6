"""The folder of a job, beside its result, and the lock that dies with its process."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
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


def check_outputs(files: Sequence[Path], sources: Iterable[str]) -> None:
    """Refuse at once what could not be written in the end.

    Args:
        files: that are to be written.
        sources: paths of what is to be labelled.

    Raises:
        ConfigError: a file can't be written, is named twice, or is to be labelled.
    """
    if len(set(map(os.path.abspath, files))) < len(files):
        raise ConfigError(f"{', '.join(map(str, files))}: two of these are one file")
    labelled = set(map(os.path.abspath, sources))
    for file in files:
        if file.exists() and not file.is_file():
            raise ConfigError(f"{file} is no regular file; name one for the labels")
        if not file.resolve().parent.is_dir():
            raise ConfigError(f"{file}: the folder does not exist")
        if os.path.abspath(file) in labelled:
            raise ConfigError(f"{file} is to be labelled; name another output")


@contextmanager
def job_folder(target: Path) -> Iterator[Path]:
    """The folder of a job, `<target>.job`, held against other processes.

    Raises:
        ConfigError: another process works on the job.
        DiskError: the folder can't be written.
    """
    folder = target.with_name(f"{target.name}.job")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise DiskError(folder, error) from error
    with _locked(folder / LOCK):
        yield folder


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock file.

    Raises:
        ConfigError: another process holds it.
        DiskError: it can't be opened.
    """
    try:
        held = file.open("ab")
    except OSError as error:
        raise DiskError(file, error) from error
    with held:
        try:
            if sys.platform == "win32":
                msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"{file.parent}: another process works on this job") from error
        yield
