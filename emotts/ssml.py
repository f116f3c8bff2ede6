"""SSML: what the attributes of its tags ask for, in the units of emotts.

Names and steps are those of SSML 1.1 (W3C, 2010) and of the dialects of the large speech
services; what a label such as "slow" stands for is theirs, too.
"""

import math
import re
from collections.abc import Callable, Mapping

MAX_PAUSE_S = 60.0
MAX_DEGREE = 2.0

# As many digits as a number needs that means something here: more would not be finite.
_NUMBER = r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))"
_PERCENT = re.compile(rf"{_NUMBER}%")
_FACTOR = re.compile(_NUMBER)
_SEMITONES = re.compile(rf"{_NUMBER}st")
_DECIBELS = re.compile(rf"{_NUMBER}db")
_TIME = re.compile(rf"{_NUMBER}(ms|s)")

_RATES = {"x-slow": 0.5, "slow": 0.64, "medium": 1.0, "fast": 1.55, "x-fast": 2.0, "default": 1.0}
_PITCHES = {"x-low": 0.55, "low": 0.8, "medium": 1.0, "high": 1.2, "x-high": 1.45, "default": 1.0}
_VOLUMES = {"x-soft": 1 / 3, "soft": 2 / 3, "medium": 1.0, "loud": 4 / 3, "x-loud": 5 / 3}
_PAUSES_S = {
    "none": 0.0,
    "x-weak": 0.25,
    "weak": 0.5,
    "medium": 0.75,
    "strong": 1.0,
    "x-strong": 1.25,
}


def pause(attributes: Mapping[str, str]) -> float:
    """Seconds of a `break`: its time, else its strength, else medium; at most a minute.

    Raises:
        ValueError: in words, what can't be read.
    """
    if (time := attributes.get("time")) is not None:
        if not (found := _TIME.fullmatch(time.strip().casefold())):
            raise ValueError(f"time {time!r} is no time such as 500ms or 1.5s")
        seconds = float(found[1]) / (1000 if found[2] == "ms" else 1)
        if not 0 <= seconds <= MAX_PAUSE_S:
            raise ValueError(f"time {time!r} is not from 0s to {MAX_PAUSE_S:g}s")
        return seconds
    strength = attributes.get("strength", "medium").strip().casefold()
    if strength not in _PAUSES_S:
        raise ValueError(f"strength {strength!r} is none of {', '.join(_PAUSES_S)}")
    return _PAUSES_S[strength]


def degree(attributes: Mapping[str, str]) -> float:
    """The `styledegree` of an `express-as`, from above 0 to 2; 1 where there is none.

    Raises:
        ValueError: in words, what can't be read.
    """
    text = attributes.get("styledegree", "1").strip()
    if not _FACTOR.fullmatch(text) or not 0 < float(text) <= MAX_DEGREE:
        raise ValueError(f"styledegree {text!r} is no number from 0.01 to {MAX_DEGREE:g}")
    return float(text)


def prosody(attributes: Mapping[str, str]) -> tuple[dict[str, float], list[str]]:
    """What a `prosody` asks of the controls, and what of it can't be read.

    Returns:
        Control → value (rate as a factor, pitch in semitones, energy in dB); and the problems,
        in words.
    """
    controls: dict[str, float] = {}
    problems = []
    for attribute, value in attributes.items():
        if attribute not in _PROSODY:
            problems.append(f"{attribute} is not supported")
            continue
        control, read = _PROSODY[attribute]
        if (found := read(value.strip().casefold())) is None:
            problems.append(f"{attribute} {value!r} can't be read")
        else:
            controls[control] = found
    return controls, problems


def _rate(value: str) -> float | None:
    """A factor: by label, "120%", "+20%" or "1.2"."""
    return _RATES.get(value) or _relative(value) or _positive(_FACTOR.fullmatch(value))


def _pitch(value: str) -> float | None:
    """Semitones: by label, "+2st" or "+10%"; absolute heights in Hz are the voice's own affair."""
    if found := _SEMITONES.fullmatch(value):
        return float(found[1])
    factor = _PITCHES.get(value) or _relative(value)
    return None if factor is None else 12 * math.log2(factor)


def _energy(value: str) -> float | None:
    """Decibels: by label, "+6dB" or "-20%"."""
    if found := _DECIBELS.fullmatch(value):
        return float(found[1])
    factor = _VOLUMES.get(value) or _relative(value)
    return None if factor is None else 20 * math.log10(factor)


def _relative(value: str) -> float | None:
    """A factor from a percentage: signed ones are a change, unsigned ones the whole."""
    if not (found := _PERCENT.fullmatch(value)):
        return None
    share = float(found[1]) / 100
    factor = 1 + share if found[1][0] in "+-" else share
    return factor if factor > 0 else None


def _positive(found: re.Match[str] | None) -> float | None:
    return float(found[1]) if found and float(found[1]) > 0 else None


# Attribute → the control that it moves, and how it is read.
_PROSODY: Mapping[str, tuple[str, Callable[[str], float | None]]] = {
    "rate": ("rate", _rate),
    "pitch": ("pitch", _pitch),
    "volume": ("energy", _energy),
}
