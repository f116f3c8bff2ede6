"""What plugins give, of the kinds that they promised, in numbers of Python's own.

numpy's may come from any plugin, and JSON has no form for them.
"""

import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Any

import numpy as np

from emotts.audio import Audio
from emotts.records import Measurement, Prediction, Rendering, Voice


def of_kind(value: Any, kind: type, what: str) -> Any:
    """The value, where it is of a kind.

    Args:
        value: that a plugin gave.
        kind: that it promised.
        what: it is, for the message.

    Raises:
        TypeError: it is of another kind.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{what} must be {kind.__name__}, not {type(value).__name__}")
    return value


def floats(values: Mapping[str, float]) -> dict[str, float]:
    """The values as floats."""
    return {name: float(value) for name, value in values.items()}


def finite(values: Mapping[str, float], what: str) -> dict[str, float]:
    """The values as floats; `ValueError` where one is no number that could be meant."""
    found = floats(values)
    if not all(map(math.isfinite, found.values())):
        raise ValueError(f"{what} must be finite numbers, not {found}")
    return found


def voiced(listed: Any) -> list[Voice]:
    """What an engine lists as its voices; `TypeError` where one is none."""
    return [of_kind(voice, Voice, "what voices() lists") for voice in listed]


def rendered(made: Any) -> Rendering:
    """What an engine yields; `TypeError` or `ValueError` where it is no rendering."""
    found: Rendering = of_kind(made, Rendering, "what synthesize() yields")
    of_kind(found.audio, Audio, "the audio of a Rendering")
    of_kind(found.conditioned, Set, "`conditioned` of a Rendering")
    effective = of_kind(found.effective, Mapping, "`effective` of a Rendering")
    return replace(found, effective=finite(effective, "`effective` of a Rendering"))


def predicted(listed: Any) -> Prediction:
    """What a classifier lists; `TypeError` or `ValueError` where it is no prediction."""
    heard: Prediction = of_kind(listed, Prediction, "what classify() lists")
    scores = of_kind(heard.scores, Mapping, "`scores` of a Prediction")
    embedding = of_kind(heard.embedding, np.ndarray, "the embedding of a Prediction")
    return replace(
        heard,
        scores=floats(scores),
        embedding=np.asarray(embedding, np.float32),
        dimensions=heard.dimensions and finite(heard.dimensions, "`dimensions` of a Prediction"),
    )


def measured(found: Any) -> tuple[Measurement, ...]:
    """What a check lists for a clip; `TypeError` or `ValueError` where it is no measurements."""
    listed = of_kind(found, Iterable, "what measure() gives for a clip")
    return tuple(_measurement(one) for one in listed)


def _measurement(listed: Any) -> Measurement:
    one: Measurement = of_kind(listed, Measurement, "what measure() lists for a clip")
    found = finite({"value": one.value, "floor": one.floor}, f"value and floor of {one.check}")
    return Measurement(one.check, found["value"], found["floor"], bool(one.passed), one.reason)
