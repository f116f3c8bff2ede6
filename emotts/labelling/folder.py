"""The folder of a job, beside its result, and the lock that dies with its process."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from emotts.errors import ConfigError
from emotts.files import lacks_folder
from emotts.labelling.parts import DiskError
from emotts.labelling.plan import read

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PLAN = "job.json"
LOCK = "lock"
JOB = ".job"
"""What the name of a job's folder ends with."""


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
        if lacking := lacks_folder(file):
            raise ConfigError(lacking)
        if os.path.abspath(file) in labelled:
            raise ConfigError(f"{file} is to be labelled; name another output")


def check_unused(files: Iterable[Path]) -> None:
    """Refuse to write over what is there.

    Raises:
        ConfigError: a file is.
    """
    for file in files:
        if file.exists():
            raise ConfigError(
                f"{file} is there already, and this job did not write it; name another output, or "
                "move it away"
            )


def check_unclaimed(files: Iterable[str], own: Path) -> None:
    """Refuse to write what another job has yet to write, of those that lie beside the files.

    Args:
        files: absolute paths of what is to be written.
        own: the folder of the job that is to write them.

    Raises:
        ConfigError: there is such a job.
    """
    wanted = set(files)
    for parent in sorted(set(map(os.path.dirname, wanted))):
        for plan in sorted(Path(parent).glob(f"*{JOB}/{PLAN}")):
            claimed = wanted.intersection(_unwritten(plan))
            if claimed and not plan.parent.samefile(own):
                raise ConfigError(
                    f"{', '.join(sorted(claimed))} is yet to be written by the unfinished job "
                    f"{plan.parent}; name another output, finish that job, or remove its folder"
                )


def _unwritten(plan: Path) -> Sequence[str]:
    """The absolute paths of the files that a job has yet to write; none where it can't be read."""
    try:
        form = read(plan)
    except ConfigError:
        return ()
    return () if form is None or form.get("finished") else form["files"]


@contextmanager
def job_folder(target: Path) -> Iterator[Path]:
    """The folder of a job, `<target>.job`, held against other processes.

    Raises:
        ConfigError: another process works on the job.
        DiskError: the folder can't be written.
    """
    folder = target.with_name(f"{target.name}{JOB}")
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
        except (BlockingIOError, PermissionError) as error:  # as Linux says it, and Windows
            raise ConfigError(f"{file.parent}: another process works on this job") from error
        except OSError as error:
            raise DiskError(file, error) from error
        yield
