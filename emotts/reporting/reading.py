"""Readers of tables as `emotts label` writes them, row by row: they may be larger than memory."""

import csv
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from emotts.documents import from_json, vector
from emotts.errors import ConfigError, UnknownNameError, reason
from emotts.reporting.heard import Columns, Heard

Reader = Callable[[Path, str | None], Iterator[Heard]]
"""From a table, and its column of known emotions."""

PARQUET = ".parquet"


def read(labels: Path, truth: str | None) -> Iterator[Heard]:
    """The clips of a table.

    Args:
        labels: a `.parquet`, `.csv` or `.jsonl` file of `emotts label`.
        truth: its column that names the emotion known from elsewhere.

    Raises:
        UnknownNameError: of another kind, or without such a column.
        ConfigError: it can't be read, or what reads it is not installed.
    """
    kinds: dict[str, Reader] = {".csv": read_csv, ".jsonl": read_json_lines}
    if labels.suffix == PARQUET:
        if find_spec("pyarrow") is None:
            raise ConfigError("Parquet needs pyarrow: pip install 'emotts[label]'")
        kinds[PARQUET] = import_module("emotts.reporting.parquet").read
    if labels.suffix not in kinds:
        raise UnknownNameError("kind of labels", labels.name, (PARQUET, *kinds))
    try:
        yield from kinds[labels.suffix](labels, truth)
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise ConfigError(
            f"{labels}: can't be read as labels that emotts wrote: {reason(error)}"
        ) from error


def read_csv(labels: Path, truth: str | None) -> Iterator[Heard]:
    """Without embeddings, which a CSV has none of."""
    with labels.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        columns = Columns.of(rows.fieldnames or (), truth)
        for row in rows:
            yield columns.heard(row, None)


def read_json_lines(labels: Path, truth: str | None) -> Iterator[Heard]:
    """An object a line, all with the columns of the first."""
    columns = None
    with labels.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            row = _object(line, number)
            columns = columns or Columns.of(tuple(row), truth)
            numbers = row.get("embedding")
            embedding = None if numbers is None else vector(numbers)
            yield columns.heard(row, embedding)


def _object(line: str, number: int) -> dict[str, object]:
    try:
        row = from_json(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"line {number} is no object")
    return row
