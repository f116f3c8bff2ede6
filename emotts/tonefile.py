"""Tone files: what `emotts say --json` printed about a speech, to go on in its tone."""

import math
from pathlib import Path

from emotts.documents import from_json, vector
from emotts.emotions import target
from emotts.errors import ConfigError, EmottsError, reason
from emotts.speech import Tone


def read(path: str | Path) -> Tone:
    """The tone of what was spoken last, from what `emotts say --json` printed about it.

    Raises:
        ConfigError: the file can't be read, or holds something else.
    """
    try:
        form = from_json(Path(path).read_text(encoding="utf-8"))
        last = form["sentences"][-1]
        spoken = last["candidates"][last["chosen"]]["effective"]
        asked = target(last["target"], last["intensity"])
        controls = {name: _finite(value) for name, value in spoken.items()}
        if "embedding" not in form:
            return Tone(asked, controls)
        return Tone(asked, controls, vector(form["embedding"]), str(form["fingerprint"]))
    except (EmottsError, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise ConfigError(
            f"{path}: can't be read as what `emotts say --json` prints: {reason(error)}"
        ) from error


def _finite(value: float) -> float:
    """A number; `ValueError` for what is none."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return float(value)
