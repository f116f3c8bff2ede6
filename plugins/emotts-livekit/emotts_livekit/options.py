"""What sentences are asked for with."""

from typing import Any, TypedDict, cast

from emotts import Host
from emotts.errors import ConfigError
from emotts.intake import RequestOptions
from emotts.references import Emotion


class Options(TypedDict, total=False):
    """What sentences are asked for with; what is not given is the host's configuration's."""

    emotion: Emotion
    """A name or alias, a blend, "happiness:0.7,surprise:0.3" or a mapping, or a point; neutral."""
    voice: str
    """One of the engine's."""
    intensity: float
    """0 (none of the emotion) … 1 (full)."""
    takes: int
    """Takes a sentence at most, the neutral one included."""
    first_takes: int
    """Takes of the first sentence of a segment, so that it is there soon."""
    seed: int
    """The same seed makes the same takes."""
    budget_ms: float | None
    """No take of a sentence is begun later than this, but take 0; None: there is time."""


def checked(host: Host, options: Options) -> Options:
    """The options themselves.

    Raises:
        UnknownNameError: no such voice or emotion.
        ConfigError: an option is unknown or out of range, or the classifier does not know the
            emotion.
    """
    if unknown := options.keys() - Options.__annotations__.keys():
        valid = ", ".join(Options.__annotations__)
        raise ConfigError(f"can't be set: {', '.join(sorted(unknown))}; valid: {valid}")
    emotion, others = asked(options)
    host.check(emotion, **others)
    return options


def asked(options: Options) -> tuple[Emotion, RequestOptions]:
    """The emotion, and what else options ask of the host."""
    values: dict[str, Any] = dict(options)
    return values.pop("emotion", "neutral"), cast(RequestOptions, values)
