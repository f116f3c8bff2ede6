"""Reads Parquet, a batch of rows after the other."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from emotts.records import Embedding
from emotts.reporting.heard import Columns, Heard

BATCH = 1_024
EMBEDDING = "embedding"


def read(labels: Path, truth: str | None) -> Iterator[Heard]:
    """The clips of a table, with their embeddings where it has any."""
    with pq.ParquetFile(labels) as file:
        names = file.schema_arrow.names
        columns = Columns.of(names, truth)
        wanted = [name for name in names if name != EMBEDDING]
        # Group by group: asked for all of them, Arrow reads far ahead.
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(BATCH, row_groups=[group]):
                embeddings = _embeddings(batch.column(EMBEDDING)) if EMBEDDING in names else None
                for row in batch.select(wanted).to_pylist():
                    yield columns.heard(row, next(embeddings) if embeddings else None)


def _embeddings(column: pa.FixedSizeListArray) -> Iterator[Embedding | None]:
    """The embedding of each row: `flatten` leaves out rows without one."""
    held = column.is_valid().to_numpy(zero_copy_only=False)
    numbers = column.flatten().to_numpy(zero_copy_only=False)
    rows = iter(numbers.reshape(int(held.sum()), -1) if numbers.size else ())
    for there in held:
        # A copy: a row that is kept must not keep the others of its batch.
        yield np.array(next(rows), np.float32) if there and numbers.size else None
