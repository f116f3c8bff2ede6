"""What an app hands over, where it is of the right kind: Python itself would not tell."""

import os
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, cast

from emotts.audio import Audio
from emotts.errors import AudioError, ConfigError, TextError, UnknownNameError
from emotts.intake import RequestOptions
from emotts.speech import Reference, Tone

# Option → its kinds, and what they are in words.
OPTIONS: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "intensity": ((Real,), "a number"),
    "takes": ((Integral,), "an int"),
    "first_takes": ((Integral,), "an int"),
    "seed": ((Integral,), "an int"),
    "stop": ((str,), "a str"),
    "budget_ms": ((Real,), "a number"),
    "voice": ((str,), "the name of a voice, a str"),
    "like": ((Audio, str, os.PathLike, Reference), "Audio, the path of a recording, or `like`"),
    "like_calibrate": ((Sequence,), "a list of recordings"),
    "tone": ((Tone,), "a Tone, such as Speech.tone"),
    "settings": ((Mapping,), "a mapping from controls to values"),
    "markup": ((bool,), "True or False"),
    "begin": ((Callable,), "a function"),
    "observe": ((Callable,), "a function"),
    "chosen": ((Callable,), "a function"),
}


def options(given: RequestOptions) -> RequestOptions:
    """The options of a request that were given: None says nothing, but of `budget_ms`.

    Raises:
        UnknownNameError: there is no such option.
        ConfigError: one is of another kind than it must be.
    """
    for name, value in given.items():
        if name not in OPTIONS:
            raise UnknownNameError("option of a request", name, OPTIONS)
        kinds, words = OPTIONS[name]
        if value is not None and not isinstance(value, kinds):
            raise ConfigError(f"{name} must be {words}; got {_kind(value)}")
    said = {n: value for n, value in given.items() if value is not None or n == "budget_ms"}
    return cast(RequestOptions, said)


def text(given: Any) -> str:
    """A whole text; `TextError` where it is none."""
    if not isinstance(given, str):
        raise TextError(f"the text must be a str; got {_kind(given)}")
    return given


def clips(given: Any) -> Sequence[Audio]:
    """Recordings; `AudioError` where they are none."""
    if isinstance(given, Audio | str | os.PathLike):
        raise AudioError(f"clips must be in a list; got {_kind(given)}")
    for clip in given:
        if not isinstance(clip, Audio):
            raise AudioError(f"a clip must be Audio, as read(path) gives; got {_kind(clip)}")
    return cast(Sequence[Audio], given)


def _kind(value: object) -> str:
    shown = repr(value)
    return f"{shown if len(shown) <= 60 else shown[:59] + '…'}, a {type(value).__name__}"
