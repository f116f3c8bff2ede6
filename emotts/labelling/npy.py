"""A numpy file of embeddings, and the table of what its rows are."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emotts.labelling.rows import Schema
from emotts.labelling.writers import Shards, write_csv


def table(output: Path) -> Path:
    """The table beside a file of numbers."""
    return output.with_suffix(".csv")


def write_npy(rows: Shards, schema: Schema, path: Path) -> Sequence[Path]:
    """[rows, d] float32, NaN where nothing was heard; and a CSV of what each row is."""
    names, flat = table(path), path.with_suffix(".f32")
    count = 0
    missing = np.full(schema.size, np.nan, np.float32)

    def passed() -> Shards:
        nonlocal count
        for shard in rows:
            for row in shard:
                count += 1
                (missing if row.embedding is None else row.embedding).tofile(file)
            yield shard

    with flat.open("wb") as file:
        write_csv(passed(), schema, names)
    header = {"descr": "<f4", "fortran_order": False, "shape": (count, schema.size)}
    with path.open("wb") as out, flat.open("rb") as content:
        np.lib.format.write_array_header_1_0(out, header)
        shutil.copyfileobj(content, out)
    return [names, path]
