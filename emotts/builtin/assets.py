"""Files that come with the package, each held against the hash that is on record for it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from emotts.errors import ClassifierError

SUMS = "SHA256SUMS"


def verified(directory: Path) -> Mapping[str, bytes]:
    """The files that the list of hashes names, each read once.

    Raises:
        ClassifierError: a file is missing, or is not the one whose hash is on record.
    """
    files = {}
    try:
        for name, expected in recorded(directory).items():
            files[name] = (directory / name).read_bytes()
            found = hashlib.sha256(files[name]).hexdigest()
            if found != expected:
                raise ClassifierError(
                    f"{directory / name} is damaged or was replaced: its SHA-256 is {found}, not "
                    f"{expected}; install emotts again"
                )
    except OSError as error:
        raise _unreadable(directory, error) from error
    return files


def recorded(directory: Path) -> Mapping[str, str]:
    """The SHA-256 of each file that the list of hashes names.

    Raises:
        ClassifierError: the list can't be read.
    """
    try:
        lines = [line.split() for line in (directory / SUMS).read_text().splitlines()]
    except OSError as error:
        raise _unreadable(directory, error) from error
    return {name: expected for expected, name in lines}


def fingerprint(directory: Path) -> str:
    """A hash of the hashes of the files: 16 hexadecimal digits.

    Raises:
        ClassifierError: the list of hashes can't be read.
    """
    try:
        return hashlib.sha256((directory / SUMS).read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise _unreadable(directory, error) from error


def record(directory: Path) -> None:
    """Write the list of hashes of the files in a directory, in order of their names."""
    files = sorted(path for path in directory.iterdir() if path.suffix in (".npz", ".onnx"))
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (directory / SUMS).write_text("".join(sums))


def _unreadable(directory: Path, error: OSError) -> ClassifierError:
    return ClassifierError(f"{directory} can't be read: {error}; install emotts again")
