"""Configuration: strict models, read from YAML; an unknown key is an error that names itself."""

import re
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from emotts.documents import from_yaml
from emotts.effort import Stop
from emotts.errors import ConfigError, reason
from emotts.keeping import CacheConfig as CacheConfig
from emotts.keeping import LedgerConfig as LedgerConfig
from emotts.options import Options

Model = TypeVar("Model", bound=BaseModel)

WORDS = {"tuple_type": "must be a list, such as [one, another]", "too_short": "must not be empty"}
MAX_TAKES = 256
DAY_S = 86_400.0
PROCESS_KEYS = ("python", "deadline_s", "start_s", "memory_mb", "cooldown_s")
NESTED = re.compile(r"(?P<outer>[^()]+)\((?P<inner>.+)\)")


class PartConfig(Options):
    """A plugin by its name, with its own options; a bare name stands for one without options."""

    name: str
    """As `emotts plugins` lists it."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Checked against the plugin's own `Options`."""
    isolate: bool = False
    """Whether it runs in a process of its own; the keys below are about that process."""
    python: str | None = None
    """Another interpreter to run it, in which emotts and the plugin are installed."""
    deadline_s: float = Field(default=60.0, gt=0, le=DAY_S)
    """How long an answer may take, seconds: a take, or a batch of clips."""
    start_s: float = Field(default=60.0, gt=0, le=DAY_S)
    """How long it may take to start, seconds."""
    memory_mb: int | None = Field(default=None, ge=64)
    """How much memory it may allocate, MB; null: no limit."""
    cooldown_s: float = Field(default=30.0, gt=0, le=DAY_S)
    """How long it is left alone after three failures in a row, seconds."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _limits_only_a_process(self) -> Self:
        fields = type(self).model_fields
        limits = [key for key in PROCESS_KEYS if getattr(self, key) != fields[key].default]
        if limits and not self.isolate:
            raise ValueError(f"{', '.join(limits)}: only with isolate: true")
        return self

    def __str__(self) -> str:
        """The name as one would write it."""
        return self.name


class EngineConfig(PartConfig):
    """An engine; `prosody(piper)` is short for the wrapper `prosody` with `piper` inside."""

    inner: "EngineConfig | None" = None
    """What a wrapper speaks through."""

    @model_validator(mode="before")
    @classmethod
    def _from_nested_name(cls, value: object) -> object:
        named = {"name": value} if isinstance(value, str) else value
        if not isinstance(named, dict) or not (nested := NESTED.fullmatch(str(named.get("name")))):
            return named
        if "inner" in named:
            raise ValueError("the engine inside is given twice: in the name and as inner")
        return {**named, "name": nested["outer"], "inner": nested["inner"]}

    def __str__(self) -> str:
        """The name as one would write it."""
        return f"{self.name}({self.inner})" if self.inner else self.name


class ClassifierConfig(PartConfig):
    """A classifier in its role."""

    finalists: int | None = Field(default=None, ge=1, le=MAX_TAKES)
    """Hears only so many of the best candidates; null: hears all. Not for the first one."""


class Config(Options):
    """What a host is made of, and the defaults of its requests."""

    engine: EngineConfig = EngineConfig(name="hibari")
    """Who speaks."""
    fallback: tuple[EngineConfig, ...] = ()
    """Engines that speak, in this order, while the ones before them can't."""
    voice: str | None = None
    """Null: the engine's default voice."""
    classifiers: tuple[ClassifierConfig, ...] = Field(
        default=(ClassifierConfig(name="compact"),), min_length=1
    )
    """The first hears every candidate."""
    checks: tuple[PartConfig, ...] = tuple(
        PartConfig(name=name) for name in ("signal", "prosody", "likeness")
    )
    """Floors that a take must reach."""
    takes: int = Field(default=8, ge=1, le=MAX_TAKES)
    """Takes a sentence at most, the neutral one included."""
    stop: Stop = "adaptive"
    """adaptive: as soon as a take reaches the target; never: after all takes."""
    budget_ms: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """No take of a sentence is begun later than this, but take 0; null: there is time."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """The same seed makes the same takes."""
    embeddings: str | None = None
    """A JSON file of emotion embeddings, for engines that are conditioned on them."""
    ledger: LedgerConfig | None = None
    """Where each choice is written down; null: nowhere."""
    tuned: str | None = None
    """A folder of tuned priors, as `emotts tune` writes them; null: the user's own."""
    cache: CacheConfig | None = None
    """Where sentences are kept, to be spoken again at once; null: nowhere."""

    @field_validator("cache", mode="before")
    @classmethod
    def _none_for_false(cls, value: object) -> object:
        return None if value is False else value

    @field_validator("classifiers")
    @classmethod
    def _first_hears_all(cls, value: tuple[ClassifierConfig, ...]) -> tuple[ClassifierConfig, ...]:
        if value[0].finalists is not None:
            raise ValueError("the first classifier hears every candidate: it takes no finalists")
        if len({classifier.name for classifier in value}) != len(value):
            raise ValueError("a classifier is named twice")
        return value

    @model_validator(mode="after")
    def _each_engine_once(self) -> Self:
        names = [str(part) for part in (self.engine, *self.fallback)]
        if len(set(names)) != len(names):
            raise ValueError("fallback: an engine is named twice")
        return self

    @classmethod
    def load(cls, path: str | Path) -> "Config":
        """Read a YAML file.

        Raises:
            ConfigError: the file can't be read, is no YAML mapping, or holds an unknown key or a
                value out of range; the message names the key and what would be right.
        """
        try:
            content = from_yaml(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: can't be read as YAML: {reason(error)}") from error
        if not isinstance(content, dict):
            raise ConfigError(f"{path}: must be a mapping of keys; valid: {_keys(cls)}")
        return parse(cls, content, str(path))


def parse(model: type[Model], content: object, where: str) -> Model:
    """Validate `content` as `model`.

    Raises:
        ConfigError: names `where`, the key, what is wrong with it and the valid keys.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(
            _problem(model, tuple(found["loc"]), found["type"], found["msg"])
            for found in error.errors()
        )
        raise ConfigError(f"{where}: {problems}") from None


def _problem(model: type[BaseModel], loc: tuple[str | int, ...], kind: str, message: str) -> str:
    key = ".".join(map(str, loc))
    if kind == "extra_forbidden":
        return f"unknown key {key!r}; valid: {_keys(_owner(model, loc))}"
    message = WORDS.get(kind, message)
    return f"{key}: {message.removeprefix('Value error, ')}" if key else message


def _owner(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel]:
    """The model that the last key of `loc` would belong to."""
    parts: dict[str, type[BaseModel]] = {
        "engine": EngineConfig,
        "fallback": EngineConfig,
        "classifiers": ClassifierConfig,
        "ledger": LedgerConfig,
        "cache": CacheConfig,
    }
    return parts.get(str(loc[0]), PartConfig) if len(loc) > 1 else model


def _keys(model: type[BaseModel]) -> str:
    return ", ".join(model.model_fields) or "none"
