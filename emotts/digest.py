"""Digests: a hash of records, whatever they are made of."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np


def digest(content: object) -> str:
    """SHA-256 in hexadecimal of anything made of records, mappings, sequences, sets and arrays.

    The order of a mapping counts, that of a set does not. It is the same in every process.

    Raises:
        TypeError: it holds something else.
    """
    return hashlib.sha256(json.dumps(content, default=_plain).encode()).hexdigest()


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file.

    Raises:
        OSError: it can't be read.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> object:
    """What JSON has no word for, in words of JSON."""
    if isinstance(value, np.ndarray):
        return [value.dtype.str, value.shape, hashlib.sha256(value.tobytes()).hexdigest()]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        # Not all that the instance holds: properties that are computed once are kept there.
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no digest")
