"""Writers of embeddings alone: numpy's files, Coqui's d-vector files, and a centroid an emotion.

Coqui's form is that of its `EmbeddingManager`: `{"<dataset>#<path without extension>": {"name":
class, "embedding": [numbers]}}`, as JSON or as a torch file of plain lists. `embeddings` in a
configuration of emotts reads the same.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from posixpath import splitext
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic_core import to_json

from emotts.builtin.projection import SIZE, project
from emotts.emotions import canonical
from emotts.errors import ConfigError, UnknownNameError
from emotts.files import replacing
from emotts.labelling.arrow import PARQUET
from emotts.labelling.decimals import shortest
from emotts.labelling.items import Item
from emotts.labelling.npy import table, write_npy
from emotts.labelling.rows import Row, Schema
from emotts.labelling.writers import Shards, Write, Writer, writer_for

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
        beside = [table(output)] if output.suffix == ".npy" else []
        beside += [Path(self.centroids)] if self.centroids else []
        needs = () if self.emotion is None else (self.emotion,)
        write = self._with_centroids(kinds[output.suffix])
        check = self._check_keys if output.suffix in (".json", ".pth") else None
        return Writer(write, tuple(beside), needs, check, self.form())

    def _check_keys(self, items: Iterable[Item]) -> None:
        keys = _Keys(self.dataset)
        for item in items:
            keys.add(item.name)

    def _with_centroids(self, write: Write) -> Write:
        """The writer that writes centroids, too, where they are wanted."""

        def both(rows: Shards, schema: Schema, path: Path) -> Sequence[Path]:
            means: Means = {}
            if self.space == EMOTION:
                rows, schema = _projected(rows), replace(schema, size=schema.size and SIZE)
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
        # In memory first: torch's own errors on a full disk are no OSError.
        content = io.BytesIO()
        save(dict(self._entries(rows)), content)
        path.write_bytes(content.getbuffer())
        return [path]

    def _entries(self, rows: Shards) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Coqui's key and entry of each clip that was heard.

        Raises:
            ConfigError: two clips have one key, or none was heard.
        """
        keys = _Keys(self.dataset)
        for shard in rows:
            for row in shard:
                if row.embedding is None:
                    continue
                key = keys.add(row.name)
                yield key, {"name": self._name(row), "embedding": shortest(row.embedding)}
        if not keys:
            raise ConfigError("no clip could be heard, so there are no embeddings")


class _Keys:
    """Coqui's keys of clips, each of which there is once."""

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self._seen: set[int] = set()
        """Hashes, which are shorter than what they are of."""

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, name: str) -> str:
        """The key of a clip.

        Raises:
            ConfigError: another clip has it.
        """
        key = f"{self._dataset}#{PurePosixPath(splitext(name)[0])}"
        if hash(key) in self._seen:
            raise ConfigError(f"{name} has the key of another clip, {key}: embed them apart")
        self._seen.add(hash(key))
        return key


def _projected(rows: Shards) -> Shards:
    """The rows with their embeddings in the emotion space."""
    for shard in rows:
        yield [
            row
            if row.embedding is None
            else replace(row, embedding=project(row.embedding, centred=row.centred))
            for row in shard
        ]
