"""Framed messages between a host and a worker process: JSON and float32 arrays, never pickle.

A frame is the length of its header (4 bytes, big-endian), the header (a JSON object in UTF-8), and
the arrays whose lengths the header lists under "arrays" (float32, little-endian, one after the
other). What a peer declares is checked before anything of that size is read.
"""

import json
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from emotts.audio import Samples

MAX_HEADER = 2**20
MAX_ARRAYS = 4096
PREFIX = struct.Struct(">I")


class FrameError(Exception):
    """A frame that is none, or beyond the limits."""


@dataclass(frozen=True)
class Frame:
    """One message."""

    kind: str
    """What it is: an operation, or the sort of an answer."""
    body: Any = None
    """JSON values."""
    arrays: Sequence[Samples] = ()
    """Each [n] float32; the body refers to them by index."""


def send(connection: socket.socket, frame: Frame, *, until: float | None = None) -> None:
    """Send a frame.

    Args:
        connection: a stream socket.
        frame: to send.
        until: `time.monotonic()` at which to give up; None: never.

    Raises:
        TimeoutError: the peer did not read in time.
        OSError: the peer is gone.
        FrameError: the body is no JSON, or beyond the limits.
    """
    arrays = [np.ascontiguousarray(array, "<f4") for array in frame.arrays]
    fields = {"kind": frame.kind, "body": frame.body, "arrays": [array.size for array in arrays]}
    try:
        header = json.dumps(fields, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FrameError(f"{frame.kind}: can't be sent as JSON: {error}") from error
    if len(header) > MAX_HEADER or len(arrays) > MAX_ARRAYS:
        raise FrameError(
            f"{frame.kind}: {len(header)} bytes and {len(arrays)} arrays; "
            f"at most {MAX_HEADER} and {MAX_ARRAYS}"
        )
    connection.settimeout(_left(until))
    connection.sendall(PREFIX.pack(len(header)) + header)
    for array in arrays:
        connection.settimeout(_left(until))
        connection.sendall(array.data)


def receive(connection: socket.socket, *, max_samples: int, until: float | None = None) -> Frame:
    """Receive a frame.

    Args:
        connection: a stream socket.
        max_samples: the sum of the lengths of its arrays, at most.
        until: `time.monotonic()` at which to give up; None: never.

    Raises:
        TimeoutError: the frame was not there in time.
        EOFError: the peer is gone.
        OSError: the connection broke.
        FrameError: what came is no frame, or beyond the limits.
    """
    (length,) = PREFIX.unpack(_exactly(connection, PREFIX.size, until))
    if length > MAX_HEADER:
        raise FrameError(f"a header of {length} bytes; at most {MAX_HEADER}")
    try:
        header = json.loads(_exactly(connection, length, until), parse_constant=_refuse)
        kind, body, sizes = header["kind"], header["body"], header["arrays"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FrameError(f"a header that can't be read: {error}") from error
    if len(header) != 3 or not isinstance(kind, str) or not _are_sizes(sizes):
        raise FrameError("a header of another form")
    if sum(sizes) > max_samples:
        raise FrameError(f"{sum(sizes)} samples; at most {max_samples}")
    arrays = [np.frombuffer(_exactly(connection, 4 * size, until), "<f4") for size in sizes]
    return Frame(kind, body, arrays)


def _exactly(connection: socket.socket, count: int, until: float | None) -> bytearray:
    """So many bytes."""
    data = bytearray(count)
    rest = memoryview(data)
    while rest:
        connection.settimeout(_left(until))
        got = connection.recv_into(rest)
        if not got:
            raise EOFError("the connection was closed")
        rest = rest[got:]
    return data


def _left(until: float | None) -> float | None:
    """Seconds left; None for no limit."""
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _are_sizes(sizes: object) -> bool:
    return (
        isinstance(sizes, list)
        and len(sizes) <= MAX_ARRAYS
        and all(type(size) is int and size >= 0 for size in sizes)
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
