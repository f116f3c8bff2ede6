"""What the attributes of a plugin's class must be: a slip is named where it was made."""

import inspect
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from emotts.check import Check
from emotts.classifier import Classifier
from emotts.controls import Control
from emotts.emotions import EMOTIONS
from emotts.engine import Engine
from emotts.options import Options

# The kinds of attributes, and of what they hold, as far as the host relies on them.
KINDS: Mapping[type, Mapping[str, type]] = {
    Engine: {
        "license": str,
        "controls": Mapping,
        "uses_seed": bool,
        "accepts": Set,
        "tuned": Path,
    },
    Classifier: {
        "license": str,
        "rate": int,
        "labels": tuple,
        "dimensions": tuple,
        "centres": bool,
        "exclusive": bool,
        "batch": int,
    },
    Check: {"costly": bool},
}
NEEDED = ("rate", "labels")
"""Of a classifier, which has them in the class or of its constructor."""


def slips(component: type) -> Iterator[str]:
    """What is wrong with what a plugin's class declares, in words.

    What it tells by properties is theirs: asking may load a model.
    """
    options = getattr(component, "Options", Options)
    if not (isinstance(options, type) and issubclass(options, Options)):
        yield "derive its Options from emotts.options.Options"
    for name, kind in _kinds(component).items():
        value = inspect.getattr_static(component, name, None)
        if value is not None and not hasattr(value, "__get__") and not isinstance(value, kind):
            yield f"`{name}` must be {kind.__name__}, not {type(value).__name__}"
    if isinstance(controls := inspect.getattr_static(component, "controls", None), Mapping):
        yield from _slips_of_controls(controls)
    labels = inspect.getattr_static(component, "labels", None)
    if isinstance(labels, tuple) and (unknown := [one for one in labels if one not in EMOTIONS]):
        yield f"`labels` holds {unknown}; the canonical emotions are {', '.join(EMOTIONS)}"


def missing(part: Any) -> Sequence[str]:
    """The attributes that a classifier must have and lacks."""
    names = NEEDED if isinstance(part, Classifier) else ()
    return [name for name in names if inspect.getattr_static(part, name, None) is None]


def _kinds(component: type) -> Mapping[str, type]:
    found: dict[str, type] = {}
    for base, kinds in KINDS.items():
        if issubclass(component, base):
            found |= kinds
    return found


def _slips_of_controls(controls: Mapping[Any, Any]) -> Iterator[str]:
    for name, control in controls.items():
        if not isinstance(control, Control):
            yield f"`controls` has a {type(control).__name__} as {name!r}, not an emotts.Control"
