"""Manifests: tables that name audio files, and what is known about them.

With a header that names a column of paths, or without one as LJSpeech's `metadata.csv`,
`id|text|normalised text`. Coqui's formatter `coqui` (`audio_file|text|speaker_name|emotion_name`),
Common Voice's tables and most others have a header.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from emotts.errors import ConfigError, reason
from emotts.labelling.items import Item

SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
PATHS = ("path", "file", "audio_file", "audio_path", "file_name", "filename", "wav", "audio")
SPEAKERS = ("speaker", "speaker_name", "speaker_id", "client_id")
TEXTS = ("text", "sentence", "transcript", "transcription")
# Where data sets keep the clips that their manifests name, and what they leave out.
FOLDERS = ("", "wavs", "wav", "clips", "audio")
ENDINGS = ("", ".wav", ".flac", ".mp3", ".ogg")
DELIMITERS = "|\t;,"
QUOTED = ";,"
"""Where values are in quotation marks that hold it; with others a text may begin with a mark."""


def items(manifest: Path) -> Iterator[Item]:
    """The clips of a manifest, in its order; paths are relative to its folder.

    Raises:
        ConfigError: it can't be read, names no clips, or a row has no path.
    """
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            delimiter = _delimiter(first)
            header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
            column = next((name for name in header if name.casefold() in PATHS), None)
            if column is None:
                file.seek(0)
                yield from _headless(manifest, _rows(file, delimiter, quoted=delimiter in QUOTED))
                return
            _check_names(manifest, header)
            # A program that quotes the names of columns quotes all else.
            rows = _rows(
                file, delimiter, quoted=delimiter in QUOTED or first.startswith('"'), before=1
            )
            place = _Place(manifest.parent)
            for number, row in enumerate(rows, 1):
                if 0 < len(row) <= header.index(column):
                    raise ConfigError(f"{manifest}: row {number} is cut off before its {column}")
                if any(row[len(header) :]):
                    raise ConfigError(
                        f"{manifest}: row {number} has {len(row)} values, and the header "
                        f"{len(header)} columns: a value may hold a {delimiter!r}"
                    )
                if row:
                    cells = zip(header, row, strict=False)
                    yield named(place, {name: value for name, value in cells if name}, column)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{manifest}: can't be read as a manifest: {reason(error)}") from error


def _check_names(manifest: Path, header: Sequence[str]) -> None:
    """Refuse columns of one name, of which all but the last would be lost; none is no name."""
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise ConfigError(f"{manifest}: several columns are named {', '.join(twice)}")


def named(place: "_Place", row: Mapping[str, str], column: str) -> Item:
    """The clip of a row.

    Args:
        place: where the clips are.
        row: column → value.
        column: the one of the path.
    """
    path, name = place.find(row[column])
    speaker, text = (_one_of(row, names) for names in (SPEAKERS, TEXTS))
    used = {column, speaker, text}
    return Item(
        path,
        name,
        speaker=row[speaker] if speaker else None,
        text=row[text] if text else None,
        given={name: value for name, value in row.items() if name not in used},
    )


class _Place:
    """Where the clips of a manifest are: files of one data set lie alike."""

    def __init__(self, root: Path) -> None:
        """Nothing is known yet."""
        self._root = root
        self._last = "", ""

    def find(self, path: str) -> tuple[str, str]:
        """The path of a clip, and its name in the data set; as given where there is none."""
        tried = [self._last, *((f, e) for f in FOLDERS for e in ENDINGS)]
        for folder, ending in tried:
            found = self._root / folder / f"{path}{ending}"
            if is_file(found):
                self._last = folder, ending
                return str(found), _relative(found, self._root)
        missing = self._root / path
        return str(missing), _relative(missing, self._root)


def place(root: Path) -> _Place:
    """Where the clips of a manifest in that folder are."""
    return _Place(root)


def is_file(path: Path) -> bool:
    """Whether there is such a file; there is none under a name that no file can have."""
    try:
        return path.is_file()
    except OSError:
        return False


def _relative(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _headless(manifest: Path, rows: Iterator[list[str]]) -> Iterator[Item]:
    """The clips of a table of identifiers and texts."""
    where = _Place(manifest.parent)
    for number, row in enumerate(rows):
        if not row:
            continue
        path, name = where.find(row[0])
        if number == 0 and not is_file(Path(path)):
            raise ConfigError(
                f"{manifest}: has no header with a column of paths ({', '.join(PATHS)}), and its "
                f"first line names no clip: there is no {path}, nor one in "
                f"{', '.join(filter(None, FOLDERS))}"
            )
        yield Item(path, name, text=row[-1] if len(row) > 1 else None)


def _rows(file: TextIO, delimiter: str, *, quoted: bool, before: int = 0) -> Iterator[list[str]]:
    """The rows of a table.

    Args:
        file: at the first of them.
        delimiter: between values.
        quoted: whether values may be in quotation marks. One that nobody closes would swallow the
            rows up to the next one, so a value ends with its own.
        before: lines.

    Raises:
        csv.Error: names the line.
    """
    rows = csv.reader(
        file,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        yield from rows
    except csv.Error as error:
        raise csv.Error(f"line {before + rows.line_num}: {error}") from error


def _delimiter(line: str) -> str:
    """The first of `DELIMITERS` that the line has: a text holds commas, but hardly a bar."""
    return next((delimiter for delimiter in DELIMITERS if delimiter in line), ",")


def _one_of(row: Mapping[str, str], names: Sequence[str]) -> str | None:
    """The first column of these names."""
    return next((column for column in row if column.casefold() in names), None)
