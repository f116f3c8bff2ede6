"""WAV while it comes: a header before the length is known, and the length once it is."""

import struct
from pathlib import Path

# RIFF of PCM: sizes, format 1, mono, rate, bytes a second, bytes a frame, bits a sample.
_HEADER = struct.Struct("<4sI8sIHHIIHH4sI")
_WIDTH = 2
# What players take for a stream of unknown length.
_UNKNOWN = 0xFFFF_FFFF
_RIFF_SIZE_AT, _DATA_SIZE_AT = 4, 40


def header(rate: int) -> bytes:
    """The start of 16-bit mono audio at a rate in Hz."""
    return _HEADER.pack(
        *(b"RIFF", _UNKNOWN, b"WAVEfmt ", 16),
        *(1, 1, rate, rate * _WIDTH, _WIDTH, 8 * _WIDTH),
        *(b"data", _UNKNOWN),
    )


def settle(path: str | Path) -> None:
    """Write the true length into a file that began with `header`."""
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        for at, less in ((_RIFF_SIZE_AT, 8), (_DATA_SIZE_AT, _HEADER.size)):
            file.seek(at)
            file.write(struct.pack("<I", size - less))
