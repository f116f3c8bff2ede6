"""WebDataset: samples in tar archives, one after the other; files of a sample share a basename.

The layout is that of https://github.com/webdataset/webdataset: what follows the first dot of a
file's name says what it is of the sample.
"""

import logging
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from emotts.documents import from_json
from emotts.errors import ConfigError
from emotts.labelling.items import Item
from emotts.labelling.manifests import SPEAKERS, TEXTS

logger = logging.getLogger(__name__)

LARGEST_NOTE = 1 << 20
_BLOCKS = 1 << 16
_CUT = "it may have been cut off, with clips that are missing now"


def items(archive: Path, audio: frozenset[str]) -> Iterator[Item]:
    """The clips of an archive, in its order; they are read from where they lie in it.

    Args:
        archive: not compressed, so that a clip can be read without those before it.
        audio: what the names of audio files end with.

    Raises:
        ConfigError: it can't be read as an archive, to its end.
    """
    with _reading(archive) as file:
        samples = groupby(_files(file, archive), key=lambda member: _split(member.name)[0])
        for _, members in samples:
            yield from _sample(archive, file, list(members), audio)


def find(archive: Path, name: str) -> Item:
    """The first file of that name in an archive, where it lies.

    Raises:
        ConfigError: there is none, or it can't be read as an archive.
    """
    with _reading(archive) as file:
        for member in _files(file, archive):
            item = _item(archive, member)
            if item.name == name:
                return item
    raise ConfigError(f"{archive}: has no {name}")


@contextmanager
def _reading(archive: Path) -> Iterator[BinaryIO]:
    try:
        with archive.open("rb") as file:
            yield file
    except (OSError, ValueError, tarfile.TarError) as error:  # a NUL in a name
        raise ConfigError(f"{archive}: can't be read as a tar archive: {error}") from error


def _files(file: BinaryIO, archive: Path) -> Iterator[tarfile.TarInfo]:
    """The files of an archive but hidden ones, such as those that macOS puts beside all others.

    An archive ends with zeros, and `cat` puts another one behind them. Where there are none, it was
    either cut off between two files, or whoever wrote it left them out: nothing tells.
    """
    start: int | None = 0
    while start is not None:
        file.seek(start)
        tar = tarfile.open(fileobj=file, mode="r:")
        while (member := tar.next()) is not None:
            # It would keep what it knows of each, and there may be millions.
            tar.members.clear()  # type: ignore[attr-defined]
            if member.isreg() and not member.name.rpartition("/")[2].startswith("."):
                yield member
        file.seek(tar.offset)
        end = file.read(tarfile.BLOCKSIZE)
        # What it can't understand tarfile takes for the end, and all that follows would be missing.
        if end.strip(tarfile.NUL):
            raise tarfile.ReadError(f"it is damaged at byte {tar.offset}")
        if not end:
            logger.warning("%s: lacks the zeros that end an archive: %s", archive, _CUT)
        start = _after_zeros(file)


def _after_zeros(file: BinaryIO) -> int | None:
    """Where the next block begins that holds anything; None where the file ends before."""
    while block := file.read(_BLOCKS):
        if content := block.lstrip(tarfile.NUL):
            found = file.tell() - len(content)
            return found - found % tarfile.BLOCKSIZE
    return None


def _sample(
    archive: Path, file: BinaryIO, members: list[tarfile.TarInfo], audio: frozenset[str]
) -> Iterator[Item]:
    """The clips of a sample, with what its other files say."""
    known: dict[str, str] = {}
    clips = []
    for member in members:
        kind = _split(member.name)[1]
        if f".{kind.rpartition('.')[2]}" in audio:
            if member.issparse():
                raise ConfigError(f"{archive}: {member.name} has holes; pack it without --sparse")
            clips.append(member)
        elif kind in ("json", "txt", "cls") and member.size <= LARGEST_NOTE:
            file.seek(member.offset_data)
            known |= _note(kind, file.read(member.size))
    speaker = _first(known, SPEAKERS)
    text = _first(known, TEXTS)
    for member in clips:
        yield replace(_item(archive, member), speaker=speaker, text=text, given=known)


def _item(archive: Path, member: tarfile.TarInfo) -> Item:
    return Item(str(archive), member.name, member.offset_data, member.size)


def _note(kind: str, content: bytes) -> dict[str, str]:
    """What a file beside the audio says; nothing where it can't be understood."""
    try:
        if kind == "json":
            found: Any = from_json(content)
            plain = found.items() if isinstance(found, dict) else ()
            return {str(k): str(v) for k, v in plain if isinstance(v, str | int | float)}
        return {"text" if kind == "txt" else "cls": content.decode().strip()}
    except ValueError:
        return {}


def _first(known: dict[str, str], names: tuple[str, ...]) -> str | None:
    """Take out the first of these names, and give its value."""
    return next((known.pop(name) for name in names if name in known), None)


def _split(name: str) -> tuple[str, str]:
    """The key of a member's sample, and what it is of it: `a/b.json` → `a/b`, `json`."""
    folder, slash, base = name.rpartition("/")
    stem, _, kind = base.partition(".")
    return f"{folder}{slash}{stem}", kind.lower()
