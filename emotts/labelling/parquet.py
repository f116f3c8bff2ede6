"""Parquet: groups of rows, embeddings as lists of one size."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from emotts.labelling.database import duration
from emotts.labelling.rows import Row, Schema
from emotts.labelling.writers import Shards

BATCH = 1_024
NUMBERS = ["embedding.list.element"]
TYPES = {str: pa.string(), float: pa.float64(), bool: pa.bool_()}


def write(rows: Shards, schema: Schema, path: Path) -> list[Path]:
    """All columns, and `embedding`, a list of `schema.size` float32."""
    columns = [(name, TYPES[kind]) for name, kind in schema.columns.items()]
    form = pa.schema([*columns, ("embedding", pa.list_(pa.float32(), schema.size))])
    words = [name for name, kind in schema.columns.items() if kind is str]
    # A dictionary of numbers that hardly ever repeat is longer than they are.
    how = {"compression": "zstd", "use_dictionary": words, "use_byte_stream_split": NUMBERS}
    with pq.ParquetWriter(path, form, **how) as file:
        for group in _groups(rows):
            file.write_batch(_batch(group, schema, form))
    return [path]


def _groups(shards: Iterable[Sequence[Row]]) -> Iterator[list[Row]]:
    """The rows in groups: the file describes each of them at its end, and shards may be small."""
    group: list[Row] = []
    for shard in shards:
        group += shard
        if len(group) >= BATCH:
            yield group
            group = []
    if group:
        yield group


def texts(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a table as a CSV of it would have them: durations as audformat writes them.

    Raises:
        ValueError: it is no Parquet.
    """
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(BATCH):
            columns = [_texts(column) for column in batch.columns]
            for values in zip(*columns, strict=True):
                yield dict(zip(batch.schema.names, values, strict=True))


def _texts(column: pa.Array) -> list[str]:
    """The values of a column; nothing is ""."""
    if pa.types.is_duration(column.type):
        spans = column.cast(pa.duration("us"), safe=False).cast(pa.int64()).to_pylist()
        return ["" if span is None else duration(span / 1e6) for span in spans]
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _batch(rows: Sequence[Row], schema: Schema, form: pa.Schema) -> pa.RecordBatch:
    """The rows of a group."""
    size = schema.size
    values = [schema.values(row) for row in rows]
    columns = [
        pa.array([value[name] for value in values], TYPES[kind])
        for name, kind in schema.columns.items()
    ]
    missing = np.array([row.embedding is None for row in rows], bool)
    nothing = np.zeros(size, np.float32)
    flat = [nothing if row.embedding is None else row.embedding for row in rows]
    embeddings = pa.FixedSizeListArray.from_arrays(
        pa.array(np.concatenate(flat) if size else nothing), type=form.field("embedding").type,
        mask=pa.array(missing),
    ) if size else pa.nulls(len(rows), form.field("embedding").type)  # fmt: skip
    return pa.RecordBatch.from_arrays([*columns, embeddings], schema=form)
