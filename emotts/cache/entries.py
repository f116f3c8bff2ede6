"""Entries: the takes of a sentence as bytes, and back; JSON and float32 arrays, never pickle.

An entry is the length of its header (4 bytes, little-endian), the header (JSON, filled up to a
multiple of 4 bytes), and the arrays whose lengths the header lists, one after the other.
"""

import json
import struct
from collections.abc import Sequence

import numpy as np
from pydantic import Field, NonNegativeInt

from emotts.audio import Samples
from emotts.cache.kept import Kept
from emotts.effort import Effort
from emotts.isolation.messages import (
    Clip,
    Message,
    PackedPrediction,
    PackedTake,
)
from emotts.records import Candidate, Measurement

LENGTH = struct.Struct("<I")
ITEM = np.dtype("<f4").itemsize


class PackedCandidate(Message):
    """A take with its audio, and what was found in it."""

    take: PackedTake
    audio: Clip
    effective: dict[str, float]
    conditioned: frozenset[str]
    measurements: tuple[Measurement, ...]
    predictions: dict[str, PackedPrediction]
    score: float | None
    rejected: str | None

    @classmethod
    def pack(cls, candidate: Candidate, arrays: list[Samples]) -> "PackedCandidate":
        """Put samples and embeddings among the arrays; of a candidate that has audio."""
        assert candidate.audio is not None
        return cls(
            take=PackedTake.pack(candidate.take, arrays),
            audio=Clip.pack(candidate.audio, arrays),
            effective=dict(candidate.effective),
            conditioned=candidate.conditioned,
            measurements=candidate.measurements,
            predictions={
                name: PackedPrediction.pack(heard, arrays)
                for name, heard in candidate.predictions.items()
            },
            score=None if candidate.score is None else float(candidate.score),
            rejected=candidate.rejected,
        )

    def unpack(self, arrays: Sequence[Samples]) -> Candidate:
        """The candidate."""
        return Candidate(
            take=self.take.unpack(arrays),
            audio=self.audio.unpack(arrays),
            effective=self.effective,
            conditioned=self.conditioned,
            measurements=self.measurements,
            predictions={name: found.unpack(arrays) for name, found in self.predictions.items()},
            score=self.score,
            rejected=self.rejected,
        )


class Entry(Message):
    """What is kept of a sentence."""

    candidates: tuple[PackedCandidate, ...] = Field(min_length=1)
    effort: Effort
    sound: frozenset[int]
    costly: dict[int, tuple[Measurement, ...]]
    arrays: tuple[NonNegativeInt, ...]
    """How long each is."""


def pack(kept: Kept) -> list[bytes | memoryview]:
    """The bytes of an entry, in parts.

    Args:
        kept: every candidate has audio.
    """
    arrays: list[Samples] = []
    candidates = tuple(PackedCandidate.pack(candidate, arrays) for candidate in kept.candidates)
    entry = Entry(
        candidates=candidates,
        effort=kept.effort,
        sound=kept.sound,
        costly=dict(kept.costly),
        arrays=tuple(array.size for array in arrays),
    )
    header = json.dumps(entry.form(), separators=(",", ":")).encode()
    header += b" " * (-len(header) % ITEM)
    return [
        LENGTH.pack(len(header)),
        header,
        *(np.ascontiguousarray(array, "<f4").data.cast("B") for array in arrays),
    ]


def unpack(content: memoryview) -> Kept:
    """What `pack` made the bytes of; arrays lie over them.

    Raises:
        ValueError, IndexError, KeyError, struct.error, AudioError: it made no such bytes.
    """
    (length,) = LENGTH.unpack_from(content)
    start = LENGTH.size + length
    entry = Entry.model_validate(json.loads(bytes(content[LENGTH.size : start])))
    if start + ITEM * sum(entry.arrays) != len(content):
        raise ValueError(f"{len(content) - start} bytes of arrays; its header says otherwise")
    arrays = []
    for size in entry.arrays:
        arrays.append(np.frombuffer(content, "<f4", size, start))
        start += ITEM * size
    return Kept(
        candidates=tuple(candidate.unpack(arrays) for candidate in entry.candidates),
        effort=entry.effort,
        sound=entry.sound,
        costly=entry.costly,
    )
