"""The settings of the service: what it speaks with, changed while a pipeline runs."""

from dataclasses import dataclass, field
from typing import Any, cast

from pipecat.services.settings import ServiceSettings, TTSSettings
from pipecat.utils.types import NOT_GIVEN, NotGiven, is_given

from emotts import Host
from emotts.errors import ConfigError
from emotts.intake import RequestOptions
from emotts.references import Emotion

OWN = ("voice", "emotion", "intensity", "takes", "first_takes", "seed", "budget_ms")


@dataclass
class EmottsTTSSettings(TTSSettings):
    """What sentences are asked for with; those that are not given are left as they are.

    `voice` is one of the engine's. `model` and `language` follow from the engine and the voice.
    """

    emotion: Emotion | NotGiven = field(default_factory=lambda: NOT_GIVEN)
    """A name or alias, a blend, "happiness:0.7,surprise:0.3" or a mapping, or a point."""
    intensity: float | NotGiven = field(default_factory=lambda: NOT_GIVEN)
    """0 (none of the emotion) … 1 (full)."""
    takes: int | NotGiven = field(default_factory=lambda: NOT_GIVEN)
    """Takes a sentence at most, the neutral one included."""
    first_takes: int | NotGiven | None = field(default_factory=lambda: NOT_GIVEN)
    """Takes of the first sentence of a turn, so that it is there soon; None: as many as of any."""
    seed: int | NotGiven = field(default_factory=lambda: NOT_GIVEN)
    """The same seed makes the same takes."""
    budget_ms: float | NotGiven | None = field(default_factory=lambda: NOT_GIVEN)
    """No take of a sentence is begun later than this, but take 0; None: there is time."""


def complete(host: Host, given: ServiceSettings | None) -> EmottsTTSSettings:
    """Settings with nothing left open.

    Args:
        host: its configuration has what is not given.
        given: some of them.

    Raises:
        EmottsError: one of them can't be meant as it is.
    """
    settings = EmottsTTSSettings(
        model=host.engine.name,
        voice=host.config.voice or host.engine.voice().name,
        language=None,
        emotion="neutral",
        intensity=1.0,
        takes=host.config.takes,
        first_takes=None,
        seed=host.config.seed,
        budget_ms=host.config.budget_ms,
    )
    return changed(host, settings, given or TTSSettings())


def changed(host: Host, settings: EmottsTTSSettings, given: ServiceSettings) -> EmottsTTSSettings:
    """The settings with those that are given in place of theirs.

    Raises:
        EmottsError: one of them is unknown, or can't be meant as it is.
    """
    unknown = [*given.extra, *(name for name in ("model", "language") if _set(given, name))]
    if unknown:
        raise ConfigError(f"can't be set: {', '.join(unknown)}; valid: {', '.join(OWN)}")
    new = settings.copy()
    new.apply_update(cast(EmottsTTSSettings, given))  # fields that it lacks are not given
    emotion, options = asked(new)
    new.language = host.engine.voice(options["voice"]).language
    host.check(emotion, **options)
    return new


def asked(settings: EmottsTTSSettings) -> tuple[Emotion, RequestOptions]:
    """The emotion, and what else complete settings ask of the host."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in OWN}
    if values["first_takes"] is None:
        del values["first_takes"]
    return values.pop("emotion"), cast(RequestOptions, values)


def _set(settings: ServiceSettings, name: str) -> bool:
    value = getattr(settings, name, None)
    return is_given(value) and value is not None
