"""audformat's databases: a header, `db.yaml`, and tables of files or of segments of files.

The layout is that of https://audeering.github.io/audformat, read and written without its package,
which needs pandas.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from emotts.documents import from_yaml
from emotts.errors import ConfigError, UnknownNameError
from emotts.labelling import manifests
from emotts.labelling.arrow import PARQUET, parquet
from emotts.labelling.items import Item

HEADER = "db.yaml"
# As pandas writes a timedelta.
_DURATION = re.compile(
    r"(?:(?P<days>\d{1,6}) days? ?)?"
    r"(?:(?P<h>\d{1,6}):(?P<m>\d{1,6}):(?P<s>\d{1,6}(?:\.\d*)?))?"
)


def items(header: Path, table: str | None) -> Iterator[Item]:
    """The clips of a table of a database.

    Args:
        header: its `db.yaml`.
        table: a name; the first table of files or segments unless given.

    Raises:
        ConfigError: the database can't be read, its table is not there as Parquet or CSV, or what
            reads it is not installed.
        UnknownNameError: it has no such table.
    """
    try:
        content: Any = from_yaml(header.read_text(encoding="utf-8"))
        tables: dict[str, Any] = dict(content.get("tables") or {})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{header}: can't be read as an audformat database: {error}") from error
    if not tables:
        raise ConfigError(f"{header}: the database has no tables of files")
    if table is not None and table not in tables:
        raise UnknownNameError("table", table, tables)
    name = table or next(iter(tables))
    for suffix, cells in ((PARQUET, _parquet), (".csv", _csv)):  # the order of audformat
        file = header.parent / f"db.{name}{suffix}"
        if file.parent == header.parent and manifests.is_file(file):
            return _rows(file, cells(file))
    raise ConfigError(f"{header}: there is no db.{name}.parquet or db.{name}.csv beside it")


def _rows(file: Path, rows: Iterator[dict[str, str]]) -> Iterator[Item]:
    """The clips of a table, from its columns as text."""
    place = manifests.place(file.parent)
    try:
        for row in rows:
            start, end = (seconds(row.pop(name, "")) for name in ("start", "end"))
            item = manifests.named(place, row, "file")
            yield replace(item, start_s=start or None, end_s=end)
    except (OSError, ValueError, csv.Error, KeyError) as error:
        raise ConfigError(f"{file}: can't be read as an audformat table: {error!r}") from error


def _csv(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, restval=""):
            row.pop(None, None)  # values beyond the last column
            yield row


def _parquet(file: Path) -> Iterator[dict[str, str]]:
    rows: Iterator[dict[str, str]] = parquet().texts(file)
    return rows


def seconds(text: str) -> float | None:
    """A duration as audformat writes it, "0 days 00:00:01.5"; None for none ("NaT").

    Raises:
        ConfigError: it is no duration.
    """
    if text in ("", "NaT"):
        return None
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text!r} is no duration; write it as 0 days 00:00:01.5")
    days, h, m, s = (float(part or 0) for part in match.group("days", "h", "m", "s"))
    return ((days * 24 + h) * 60 + m) * 60 + s


def duration(seconds: float) -> str:
    """Seconds as audformat writes them."""
    whole, part = divmod(round(seconds * 1e6), 1_000_000)
    days, whole = divmod(whole, 86_400)
    return f"{days} days {whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{part:06}"
