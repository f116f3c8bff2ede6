"""Documents that others wrote, as JSON or YAML: whatever is wrong with one is the same error."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

# What the parser of YAML lets through from the types that it makes of values: a month 13, a
# number without digits, a truth that is none.
_NO_VALUE = (AttributeError, LookupError, OverflowError, TypeError)


def from_json(text: str | bytes) -> Any:
    """The values of a JSON document.

    Raises:
        ValueError: it is none, or nests too deep.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it nests too deep") from None


def from_yaml(text: str) -> Any:
    """The values of a YAML document; tags that would make objects are refused.

    Raises:
        ValueError: it is none, nests too deep, or holds a value that is none of its type.
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    except _NO_VALUE as error:
        raise ValueError(f"a value is none of its type: {error!r}") from error
    except RecursionError:
        raise ValueError("it nests too deep") from None


def vector(numbers: object) -> npt.NDArray[np.float32]:
    """[n] float32: an embedding, as a document lists it.

    Raises:
        ValueError, TypeError: it is no list of numbers that float32 can hold.
    """
    with np.errstate(over="ignore"):
        found = np.asarray(numbers, np.float32)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise ValueError("an embedding must be a list of finite numbers")
    return found
