"""The weights of a CTranslate2 model file.

The layout is that of `ctranslate2.specs.model_spec`, binary version 6: a header, then one record a
variable (name, shape, type, bytes), then aliases.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

VERSION = 6
_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}

Weights = Mapping[str, npt.NDArray[np.generic]]


class _Reader:
    """Takes little-endian values off the front of a buffer."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        part = self.data[self.position : self.position + size]
        self.position += size
        return part

    def number(self, code: str) -> int:
        """The next integer, `code` as in the struct module."""
        return int(struct.unpack("<" + code, self.take(struct.calcsize(code)))[0])

    def string(self) -> str:
        """The next string: its length with the closing zero, then its bytes."""
        return self.take(self.number("H")).rstrip(b"\0").decode()


def read(path: Path) -> Weights:
    """Name → array of every variable in a `model.bin`.

    Raises:
        ValueError: the file is of another version of the format.
    """
    reader = _Reader(path.read_bytes())
    version = reader.number("I")
    if version != VERSION:
        raise ValueError(f"{path}: format {version}; only {VERSION} is understood")
    reader.string()  # the name of the specification
    reader.number("I")  # its revision
    weights = {}
    for _ in range(reader.number("I")):
        name = reader.string()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        dtype = _TYPES[reader.number("B")]
        weights[name] = np.frombuffer(reader.take(reader.number("I")), dtype).reshape(shape)
    return weights
