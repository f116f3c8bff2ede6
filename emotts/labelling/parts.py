"""Part files: the rows of a shard, written at once or not at all.

A part is a `.npz` of two arrays, which numpy checks by their CRC: `rows`, as JSON lines,
and `embeddings` of those that have one, in their order.
"""

import errno
import io
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from emotts.errors import EmottsError
from emotts.files import replacing
from emotts.labelling.rows import Row
from emotts.records import Embedding


class DiskError(EmottsError):
    """Labels that can't be written: nothing that was written before is lost."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Say what can't be written, and that the job can go on."""
        super().__init__(
            f"{path}: can't be written: {error}. What is done is kept: start the command again "
            "when there is room, and it goes on"
        )


class DamagedError(EmottsError):
    """A part that is not what was written."""


def file_name(index: int) -> str:
    """Of the part of a shard."""
    return f"{index:08}.npz"


def finished(folder: Path) -> frozenset[int]:
    """The indices of the shards whose parts are written."""
    names = (name.partition(".npz") for name in os.listdir(folder))
    return frozenset(int(index) for index, _, rest in names if index.isdecimal() and not rest)


def write(folder: Path, index: int, rows: Sequence[Row]) -> None:
    """Write the part of a shard.

    Raises:
        DiskError: it can't be written.
    """
    lines = "".join(row.line() for row in rows)
    embeddings = [row.embedding for row in rows if row.embedding is not None]
    store(folder / file_name(index), lines, embeddings)


def store(file: Path, words: str, embeddings: Sequence[Embedding]) -> None:
    """Write words and embeddings.

    Raises:
        DiskError: they can't be written.
    """
    # In memory first: numpy's own errors on a full disk are many.
    content = io.BytesIO()
    np.savez(
        content,
        rows=np.frombuffer(words.encode(), np.uint8),
        embeddings=np.array(embeddings, np.float32),
    )
    with writing(file) as out:
        out.write(content.getbuffer())


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Write a file that is there when it is complete, and on the disk, not only in its cache.

    Raises:
        DiskError: it can't be written.
    """
    try:
        with replacing(path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DiskError(path, error) from error


def move(file: Path, target: Path) -> None:
    """Put a complete file where it belongs, at once, and on the disk, not only in its cache.

    A link there stays one: what it leads to is written.
    """
    with file.open("rb") as content:
        os.fsync(content.fileno())
        try:
            os.replace(file, target.resolve())
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The folder of the job may be a link to a faster disk.
            with writing(target) as copy:
                shutil.copyfileobj(content, copy)


def read(folder: Path, index: int) -> list[Row]:
    """The rows of a part.

    Raises:
        DamagedError: it can't be read, or is not what was written.
    """
    file = folder / file_name(index)
    words, vectors = stored(file)
    embeddings = iter(vectors)
    try:
        rows = [Row(**json.loads(line)) for line in words.splitlines()]
        return [
            replace(row, embedding=next(embeddings)) if row.error is None else row for row in rows
        ]
    except (ValueError, TypeError, StopIteration) as error:
        raise DamagedError(f"{file} is damaged: {error!r}") from error


def stored(file: Path) -> tuple[bytes, npt.NDArray[np.float32]]:
    """What `store` wrote.

    Raises:
        DamagedError: it can't be read, or is not what was written.
    """
    try:
        with file.open("rb") as content, np.load(content, allow_pickle=False) as arrays:
            return arrays["rows"].tobytes(), arrays["embeddings"]
    except Exception as error:  # whatever zipfile and numpy make of a spoilt byte
        raise DamagedError(f"{file} is damaged: {error!r}") from error


def verified(folder: Path, index: int, numbers: range) -> list[Row]:
    """The rows of a part, each clip of the shard among them and none besides.

    A part that is damaged is thrown away, so that the same command makes it again.

    Args:
        folder: of the parts.
        index: of the shard.
        numbers: of its clips.

    Raises:
        DamagedError: it can't be read, a clip is missing, or another one is there.
    """
    file = folder / file_name(index)
    try:
        rows = read(folder, index)
        if [row.number for row in rows] != sorted(row.number for row in rows):
            raise DamagedError(f"{file} is damaged: its rows are out of order")
        if {row.number for row in rows} != set(numbers):
            raise DamagedError(f"{file} is damaged: it has other clips")
    except DamagedError as error:
        file.unlink(missing_ok=True)
        raise DamagedError(f"{error}; start the command again to make it anew") from error
    return rows
