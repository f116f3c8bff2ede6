"""Checked files: a content that is what was written, and how often it was found."""

import os
import struct
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from emotts.files import replacing

MAGIC = b"emotts-1"
# Before the content: what the file is, how often it was found, and the CRC-32 of the content.
HEAD = struct.Struct("<8sQI")
HITS = struct.Struct("<Q")


def write(path: Path, parts: Sequence[bytes | memoryview]) -> None:
    """Write a content, atomically; `OSError` where that can't be done."""
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    with replacing(path) as file:
        file.write(HEAD.pack(MAGIC, 0, checksum))
        for part in parts:
            file.write(part)


def find(path: Path) -> memoryview:
    """The content of a file, which counts as found.

    Raises:
        OSError: the file can't be read.
        ValueError: it is not what was written.
    """
    data = _content(path)
    content = memoryview(data)[HEAD.size :]
    try:
        magic, hits, checksum = HEAD.unpack_from(data)
    except struct.error:
        magic, hits, checksum = b"", 0, 0
    if magic != MAGIC or zlib.crc32(content) != checksum:
        raise ValueError(f"its {len(data)} bytes are not what was written")
    with suppress(OSError), path.open("r+b") as file:  # it may be read-only
        file.seek(len(MAGIC))
        file.write(HITS.pack(hits + 1))
    return content


def hits(path: Path) -> int:
    """How often a file was found; 0 for one that is gone or damaged."""
    with suppress(OSError, struct.error), path.open("rb") as file:
        _, count, _ = HEAD.unpack(file.read(HEAD.size))
        return int(count)
    return 0


def _content(path: Path) -> bytearray:
    """All of a file, in memory that arrays may be laid over."""
    with path.open("rb", buffering=0) as file:
        data = bytearray(os.fstat(file.fileno()).st_size)
        rest = memoryview(data)
        while rest and (count := file.readinto(rest)):
            rest = rest[count:]
    return data
