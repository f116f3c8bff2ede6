"""Writers of embeddings alone: numpy's files, Coqui's d-vector files, and a centroid an emotion.

Coqui's form is that of its `EmbeddingManager`: `{"<dataset>#<path without extension>": {"name":
class, "embedding": [numbers]}}`, as JSON or as a torch file of plain lists. `embeddings` in a
configuration of emotts reads the same.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic_core import to_json

from emotts.builtin.projection import project
from emotts.emotions import canonical
from emotts.errors import ConfigError, UnknownNameError
from emotts.files import replacing
from emotts.labelling.arrow import PARQUET
from emotts.labelling.decimals import shortest
from emotts.labelling.rows import Row, Schema
from emotts.labelling.writers import Shards, Write, Writer, write_csv, writer_for

EMOTION, RAW = SPACES = ("emotion", "raw")

Means = dict[str, tuple[int, npt.NDArray[np.float64]]]
"""Emotion → clips, sum of their embeddings."""


@dataclass(frozen=True)
class Embeddings:
    """How embeddings are written."""

    dataset: str = ""
    """What Coqui calls the data set: its keys begin with it."""
    emotion: str | None = None
    """The column of the manifest that names the emotion; None: what is heard."""
    centroids: str | None = None
    """A JSON file for one embedding an emotion."""
    space: str = RAW
    """`emotion`, where the compact classifier's mean emotion, or `raw`, as the classifier's are."""

    def form(self) -> dict[str, Any]:
        """As JSON; the path is absolute, so that a job may go on from another folder."""
        return {**asdict(self), "centroids": self.centroids and os.path.abspath(self.centroids)}

    def writer(self, output: Path) -> Writer:
        """The writer that the name of an output asks for.

        Raises:
            UnknownNameError: none does.
            ConfigError: what it needs is not installed.
        """
        kinds: dict[str, Write] = {".npy": write_npy, ".json": self._json, ".pth": self._torch}
        if output.suffix == ".pth" and find_spec("torch") is None:
            raise ConfigError("a .pth file needs torch; .json is the same to Coqui")
        if output.suffix == PARQUET:
            kinds[PARQUET] = writer_for(output).write
        if output.suffix not in kinds:
            raise UnknownNameError("kind of output", output.name, (*kinds, PARQUET))
        beside = [_table(output)] if output.suffix == ".npy" else []
        beside += [Path(self.centroids)] if self.centroids else []
        needs = () if self.emotion is None else (self.emotion,)
        write = self._with_centroids(kinds[output.suffix])
        return Writer(write, tuple(beside), needs, self.form())

    def _with_centroids(self, write: Write) -> Write:
        """The writer that writes centroids, too, where they are wanted."""

        def both(rows: Shards, schema: Schema, path: Path) -> Sequence[Path]:
            means: Means = {}
            rows = _projected(rows) if self.space == EMOTION else rows
            made = write(self._summed(rows, means), schema, path)
            if self.centroids is not None:
                self._write_centroids(Path(self.centroids), means)
            return made

        return both

    def _summed(self, rows: Shards, means: Means) -> Shards:
        for shard in rows:
            for row in shard:
                emotion = canonical(self._name(row))
                if row.embedding is not None and emotion:
                    clips, total = means.get(emotion, (0, np.zeros(row.embedding.size)))
                    means[emotion] = clips + 1, total + row.embedding
            yield shard

    def _write_centroids(self, file: Path, means: Means) -> None:
        if not means:
            raise ConfigError(f"{file}: no clip is of a known emotion, so there are no centroids")
        entries = {
            f"{self.dataset}#{emotion}": {
                "name": emotion,
                "embedding": shortest(np.asarray(total / clips, np.float32)),
            }
            for emotion, (clips, total) in sorted(means.items())
        }
        with replacing(file) as out:
            out.write(to_json(entries))

    def _name(self, row: Row) -> str:
        """Of the emotion of a clip, as its manifest or the classifier names it."""
        if self.emotion is None:
            return row.top or ""
        name = row.given.get(self.emotion, "")
        return canonical(name) or name

    def _json(self, rows: Shards, _schema: Schema, path: Path) -> Sequence[Path]:
        """Coqui's d-vector file as JSON, an entry a line."""
        with path.open("wb") as file:
            for count, (key, entry) in enumerate(self._entries(rows)):
                file.write((b",\n" if count else b"{\n") + to_json(key) + b": " + to_json(entry))
            file.write(b"\n}\n")
        return [path]

    def _torch(self, rows: Shards, _schema: Schema, path: Path) -> Sequence[Path]:
        """Coqui's d-vector file as torch writes it, of plain lists."""
        save: Callable[..., None] = import_module("torch").save
        save(dict(self._entries(rows)), path)
        return [path]

    def _entries(self, rows: Shards) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Coqui's key and entry of each clip that was heard.

        Raises:
            ConfigError: two clips have one key, or none was heard.
        """
        seen = set()
        for shard in rows:
            for row in shard:
                if row.embedding is None:
                    continue
                key = f"{self.dataset}#{PurePosixPath(row.name).with_suffix('')}"
                if key in seen:
                    raise ConfigError(f"two clips have the key {key}: embed them apart")
                seen.add(key)
                yield key, {"name": self._name(row), "embedding": shortest(row.embedding)}
        if not seen:
            raise ConfigError("no clip could be heard, so there are no embeddings")


def _projected(rows: Shards) -> Shards:
    """The rows with their embeddings in the emotion space."""
    for shard in rows:
        yield [
            row
            if row.embedding is None
            else replace(row, embedding=project(row.embedding, centred=row.centred))
            for row in shard
        ]


def _table(output: Path) -> Path:
    """The table beside a file of numbers."""
    return output.with_suffix(".csv")


def write_npy(rows: Shards, schema: Schema, path: Path) -> Sequence[Path]:
    """[rows, d] float32, NaN where nothing was heard; and a CSV of what each row is."""
    table, flat = _table(path), path.with_suffix(".f32")
    count = unknown = size = 0

    def passed() -> Shards:
        nonlocal count, unknown, size
        for shard in rows:
            for row in shard:
                count += 1
                if row.embedding is not None and not size:
                    size = row.embedding.size
                    np.full((unknown, size), np.nan, np.float32).tofile(file)
                if size:
                    missing = np.full(size, np.nan, np.float32)
                    (missing if row.embedding is None else row.embedding).tofile(file)
                else:
                    unknown += 1
            yield shard

    with flat.open("wb") as file:
        write_csv(passed(), schema, table)
    header = {"descr": "<f4", "fortran_order": False, "shape": (count, size)}
    with path.open("wb") as out, flat.open("rb") as content:
        np.lib.format.write_array_header_1_0(out, header)
        shutil.copyfileobj(content, out)
    return [table, path]
