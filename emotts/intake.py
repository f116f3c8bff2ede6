"""Intake: what an app asks for, checked and completed from the configuration, as a request."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from emotts import references, tone
from emotts.classifier import Classifier
from emotts.config import MAX_TAKES, Config
from emotts.effort import Stop, checked_budget, checked_stop
from emotts.engine import Engine
from emotts.errors import ConfigError, EngineError
from emotts.markup import Reader
from emotts.records import Voice
from emotts.references import Emotion, Like, Recording
from emotts.rounds import Observer
from emotts.spans import Marked, Plain
from emotts.speech import Choice, Request, Tone

Begin = Callable[[str], None]
Chosen = Callable[[Choice], None]


class RequestOptions(TypedDict, total=False):
    """What a request may say beside its text and emotion; None stands for what it does not say."""

    intensity: float
    """0 (none of the emotion) … 1 (full, the default)."""
    takes: int
    """Takes a sentence, the neutral one included; the config's unless given."""
    first_takes: int
    """Takes of the first sentence, so that it is there soon; as many as of any unless given."""
    seed: int
    """The same seed makes the same takes; the config's unless given."""
    stop: Stop
    """"adaptive": as soon as a take reaches the target, "never"; the config's unless given."""
    budget_ms: float | None
    """No take of a sentence is begun later than this, but take 0; None: there is time; the
    config's unless given."""
    voice: str
    """The config's unless given."""
    like: Like
    """A recording to sound like. With an emotion it says how; without one also what."""
    like_calibrate: Sequence[Recording]
    """Others of its speaker, in varied moods: it is heard relative to them."""
    tone: Tone
    """Of what was spoken before, to go on like that: `Speech.tone`."""
    settings: Mapping[str, float]
    """Control → value that every take starts from, whatever the emotion: {"rate": 1.2}."""
    markup: bool
    """Whether tags in the text are markup (the default); see `emotts.markup`."""
    begin: Begin
    """Called with each sentence before its first take is made."""
    observe: Observer
    """Called with each candidate as soon as those who hear every take are done with it."""
    chosen: Chosen
    """Called with each choice as it is made."""


def reader(options: RequestOptions) -> Reader | Plain:
    """What reads the parts of a text: with their markup, unless the options say that it is none."""
    return Plain() if options.get("markup") is False else Reader()


def make(
    text: str,
    marked: Marked,
    emotion: Emotion | None,
    options: RequestOptions,
    *,
    config: Config,
    engine: Engine,
    voice: Voice,
    classifiers: Sequence[Classifier],
) -> Request:
    """What is asked for, checked; see `Host.stream` for the errors.

    Args:
        text: as it was given.
        marked: the same without its markup.
        emotion: None: what a recording or the markup say.
        options: see `RequestOptions`.
        config: has what the options leave open.
        engine: speaks.
        voice: that it speaks with.
        classifiers: hear a recording.
    """
    if emotion is None and "like" not in options and any(s.target for s in marked.spans):
        emotion = "neutral"  # for what is outside the tags
    wanted, like = references.wanted(
        emotion,
        options.get("intensity", 1.0),
        options.get("like"),
        options.get("like_calibrate", ()),
        classifiers,
    )
    settings = _checked_settings(options.get("settings", {}))
    takes = _checked_takes(options.get("takes", config.takes))
    return Request(
        text=text,
        target=wanted,
        like=like,
        voice=voice,
        takes=takes,
        first_takes=_checked_takes(options.get("first_takes", takes)),
        seed=int(options.get("seed", config.seed)),
        stop=checked_stop(options.get("stop", config.stop)),
        budget_ms=checked_budget(options.get("budget_ms", config.budget_ms)),
        tone=tone.checked(options.get("tone"), classifiers[0]),
        spans=marked.spans,
        settings=settings,
        warnings=warnings(marked, settings, engine),
    )


def warnings(marked: Marked, settings: Mapping[str, float], engine: Engine) -> tuple[str, ...]:
    """What of a text and of the settings is left out or beyond a range, in words."""
    asked = [name for span in marked.spans for name in span.controls]
    asked = list(dict.fromkeys([*settings, *asked]))
    try:
        controls = engine.controls
    except EngineError:  # it is gone, and a fallback may have them
        return marked.warnings
    has = ", ".join(controls) or "none"
    return (
        *marked.warnings,
        *(
            f"{engine.name} has no control {name}: what was asked of it is left out; it has {has}"
            for name in asked
            if name not in controls
        ),
        *(
            f"{engine.name} moves {name} from {control.low:g} to {control.high:g} only; "
            f"{settings[name]:g} was asked for"
            for name, control in controls.items()
            if name in settings and control.clamp(settings[name]) != settings[name]
        ),
    )


def _checked_settings(settings: Mapping[str, float]) -> Mapping[str, float]:
    """Settings of controls, where they are numbers.

    Raises:
        ConfigError: one is none.
    """
    for name, value in settings.items():
        if not math.isfinite(value):
            raise ConfigError(f"the setting of {name} must be a finite number; got {value:g}")
    return settings


def _checked_takes(takes: int) -> int:
    """A number of takes, where it is one.

    Raises:
        ConfigError: it is out of range.
    """
    if not 1 <= takes <= MAX_TAKES:
        raise ConfigError(f"takes must be from 1 to {MAX_TAKES}; got {takes}")
    return int(takes)
