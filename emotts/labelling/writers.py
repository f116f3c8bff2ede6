"""Writers of the result: Parquet, CSV, JSON lines, audformat tables.

Each gets the rows by shard and writes them one shard after the other, whole files into a folder
from which they are then moved to where they belong.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import to_json

from emotts.errors import UnknownNameError
from emotts.labelling import arrow, database
from emotts.labelling.arrow import PARQUET
from emotts.labelling.decimals import shortest
from emotts.labelling.items import Item
from emotts.labelling.rows import Row, Schema

Shards = Iterator[Sequence[Row]]

Write = Callable[[Shards, Schema, Path], Sequence[Path]]
"""Writes rows to a path; the files that it wrote, the one of the path last."""

TABLE = "emotion"
"""Of the audformat database."""


@dataclass(frozen=True)
class Writer:
    """How a result is written, and what is known of that before there are rows."""

    write: Write
    beside: tuple[Path, ...] = ()
    """The files that it writes besides the one that was asked for."""
    needs: tuple[str, ...] = ()
    """The columns of the manifests that it can't do without."""
    check: Callable[[Iterable[Item]], None] | None = None
    """Raises a ConfigError where it can't write rows of these clips; None: it can, of all."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """How it writes: a result that was written otherwise is not this one."""


def writer_for(output: Path) -> Writer:
    """The writer that the name of an output asks for.

    Raises:
        UnknownNameError: none does.
        ConfigError: what it needs is not installed.
    """
    if output.name == database.HEADER:
        return Writer(write_database, (_table(output),))
    if output.suffix not in (PARQUET, *WRITERS):
        valid = PARQUET, *WRITERS, database.HEADER
        raise UnknownNameError("kind of output", output.name, valid)
    if output.suffix == PARQUET:
        return Writer(arrow.parquet().write)
    return Writer(WRITERS[output.suffix])


def write_csv(rows: Shards, schema: Schema, path: Path) -> list[Path]:
    """A table with a header, without the embeddings."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(schema.columns))
        table.writeheader()
        for shard in rows:
            table.writerows(schema.values(row) for row in shard)
    return [path]


def write_json_lines(rows: Shards, schema: Schema, path: Path) -> list[Path]:
    """An object a line, embeddings included."""
    with path.open("wb") as file:
        for shard in rows:
            for row in shard:
                embedding = None if row.embedding is None else shortest(row.embedding)
                # Six times as fast with numbers as `json` is.
                file.write(to_json({**schema.values(row), "embedding": embedding}) + b"\n")
    return [path]


def write_database(rows: Shards, schema: Schema, path: Path) -> list[Path]:
    """A table of segments, `emotion`, without the embeddings, and the header that declares it."""
    table = _table(path)
    names = [name for name in schema.columns if name not in ("path", "start_s", "end_s")]
    with table.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["file", "start", "end", *names])
        for shard in rows:
            for row in shard:
                values = schema.values(row)
                end = "" if row.end_s is None else database.duration(row.end_s)
                start = database.duration(row.start_s)
                lines.writerow([schema.located(row), start, end, *map(values.get, names)])
    path.write_text(yaml.safe_dump(_header(schema, names), sort_keys=False), encoding="utf-8")
    return [table, path]


def _table(header: Path) -> Path:
    """The table beside a header."""
    return header.with_name(f"db.{TABLE}.csv")


def _header(schema: Schema, names: Sequence[str]) -> dict[str, object]:
    """What audformat's `db.yaml` says of the table."""
    types = {str: "str", float: "float", bool: "bool"}
    schemes: dict[str, dict[str, object]] = {
        name: {"dtype": types[schema.columns[name]]} for name in names
    }
    if schema.emotions:
        schemes["top"]["labels"] = list(schema.emotions)
    for name in schema.emotions:
        schemes[name] |= {"minimum": 0.0, "maximum": 1.0}
    return {
        "name": TABLE,
        "source": f"emotts, {schema.classifier}",
        "usage": "unrestricted",
        "languages": [],
        "schemes": schemes,
        "tables": {
            TABLE: {
                "type": "segmented",
                "columns": {name: {"scheme_id": name} for name in names},
            }
        },
    }


WRITERS: dict[str, Write] = {
    ".csv": write_csv,
    ".jsonl": write_json_lines,
}
