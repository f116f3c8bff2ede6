"""What is to be labelled: files, folders, patterns, manifests, archives and databases."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from emotts.errors import ConfigError
from emotts.labelling import database, manifests, tars
from emotts.labelling.items import Item

AUDIO = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".au"})
ARCHIVE = ".tar"
_FOLDERS = 4_096


@dataclass(frozen=True)
class Sources:
    """What is to be labelled, as a user named it."""

    paths: tuple[str, ...]
    """Files, folders, patterns such as `clips/**/*.wav`, manifests, archives, databases."""
    speaker: str | None = None
    """A regular expression; its first group, or all that it matches of a clip's name, names the
    speaker of clips whose manifest does not."""
    table: str | None = None
    """Of an audformat database; its first one unless named."""

    def items(self) -> Iterator[Item]:
        """The clips, in a fixed order, each once.

        Raises:
            ConfigError: there is nothing at a path, a manifest can't be understood, or the
                expression is none.
        """
        pattern = _compiled(self.speaker)
        seen: set[int] = set()
        real = lru_cache(_FOLDERS)(_real)  # `**` follows links, also those that lead in a circle
        for path in self.paths:
            found = False
            for item in _found(path, self.table):
                found = True
                # Only several paths can name a clip twice, those that a pattern matches among them;
                # hashes cost less than the clips.
                if len(self.paths) > 1 or glob.has_magic(path):
                    folder, name = os.path.split(item.path)
                    key = hash((real(folder), name, item.offset, item.start_s, item.end_s))
                    if key in seen:
                        continue
                    seen.add(key)
                yield _with_speaker(item, pattern)
            if not found:
                hint = ". Name the tables and archives in it" if os.path.isdir(path) else ""
                raise ConfigError(f"{path}: holds no audio; known are {_listed(AUDIO)}{hint}")


def _real(folder: str) -> str:
    """Where a folder really is; as it was named where none can have such a name."""
    try:
        return os.path.realpath(folder)
    except ValueError:
        return folder


def _compiled(expression: str | None) -> re.Pattern[str] | None:
    try:
        return None if expression is None else re.compile(expression)
    except re.error as error:
        raise ConfigError(f"{expression!r} is no regular expression: {error}") from error


def _with_speaker(item: Item, pattern: re.Pattern[str] | None) -> Item:
    """The clip with the speaker that its name tells, where its manifest told none."""
    if pattern is None or item.speaker is not None:
        return item
    match = pattern.search(item.name)
    if match is None:
        return item
    return replace(item, speaker=match[1] if pattern.groups else match[0])


def _found(path: str, table: str | None, root: Path | None = None) -> Iterator[Item]:
    """The clips at a path, by what lies there; names in folders are relative to a root."""
    place = Path(path)
    if place.is_dir():
        header = place / database.HEADER
        return database.items(header, table) if header.is_file() else _walk(place, root or place)
    if not place.exists():
        if glob.has_magic(path):
            return _matching(path, table)
        raise ConfigError(f"{path}: there is no such file or folder")
    suffix = place.suffix.lower()
    if place.name == database.HEADER:
        return database.items(place, table)
    if suffix == ARCHIVE:
        return tars.items(place, AUDIO)
    if suffix in manifests.SUFFIXES:
        return manifests.items(place)
    if suffix in AUDIO:
        return iter([Item(path, place.name)])
    known = _listed(AUDIO | manifests.SUFFIXES | {ARCHIVE})
    raise ConfigError(f"{path}: can't be labelled; known are folders, {database.HEADER}, {known}")


def _walk(folder: Path, root: Path) -> Iterator[Item]:
    """The audio files below a folder, by name; hidden ones are left out, links not followed.

    Args:
        folder: to be searched.
        root: what names are relative to.

    Raises:
        ConfigError: a folder can't be read: its clips would be missing, and nobody would know.
    """

    def unread(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # gone meanwhile, and its clips with it
            raise ConfigError(f"{error.filename}: can't be read: {error}") from error

    for parent, folders, files in os.walk(folder, onerror=unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if os.path.splitext(name)[1].lower() in AUDIO and not name.startswith("."):
                path = Path(parent, name)
                yield Item(str(path), path.relative_to(root).as_posix())


def _matching(pattern: str, table: str | None) -> Iterator[Item]:
    """The clips at the paths that a pattern matches; names are relative to its fixed part."""
    fixed = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    root = Path(os.path.dirname(fixed) or ".")
    try:
        paths = sorted(glob.glob(pattern, recursive=True))
    except ValueError as error:  # a NUL, a surrogate
        raise ConfigError(f"{pattern!r} can't be the name of a file: {error}") from error
    # Of a clip that comes twice the first counts, and a manifest says more of it than a folder.
    paths.sort(key=lambda path: Path(path).suffix.lower() not in manifests.SUFFIXES)
    everything = re.search(r"(^|/)\*\*(/\*)?$", pattern.replace(os.sep, "/")) is not None
    for path in paths:
        if os.path.isdir(path):
            if not everything:  # else the pattern names itself what lies in it
                yield from _found(path, table, root)
        elif Path(path).suffix.lower() in AUDIO:
            yield Item(path, Path(path).relative_to(root).as_posix())
        else:
            yield from _found(path, table, root)


def _listed(names: Sequence[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names))
