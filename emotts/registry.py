"""The registry: what the loaded plugins provide, found by name."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pluggy

from emotts.check import Check
from emotts.classifier import Classifier
from emotts.engine import Engine
from emotts.errors import ConfigError, EmottsError, PluginError, UnknownNameError, failing_as
from emotts.executor import Executor
from emotts.protocol import Protocol
from emotts.speech import Choice, Request
from emotts.wrapper import EngineWrapper

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=type[Any])

OWN = (
    "coqui",
    "espeak",
    "naturalness",
    "piper",
    "prosody",
    "ray",
    "speaker",
    "wav2vec2",
    "wyoming",
)
COMPANIONS = {name: f"emotts-{name}" for name in OWN} | {"words": "emotts-whisper"}
"""What the plugins of this project provide → their distribution: who asks for it may lack that."""


@dataclass(frozen=True)
class PluginInfo:
    """A plugin that was found, loaded or broken."""

    name: str
    """Of its entry point."""
    distribution: str
    """The installed distribution that it came with."""
    version: str
    """Of the distribution."""
    provides: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Kind ("engine", "wrapper", "classifier", …) → classes."""
    error: BaseException | None = None
    """Why it is disabled; None for a plugin that works."""

    @property
    def broken(self) -> str | None:
        """The reason why it is disabled, in one line of words."""
        if self.error is None:
            return None
        return f"{type(self.error).__name__}: {' '.join(str(self.error).split())}"

    @property
    def aliases(self) -> frozenset[str]:
        """The names under which somebody may ask for what it provides."""
        return frozenset({self.name, self.distribution, self.distribution.removeprefix("emotts-")})

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of what it provides of a kind."""
        return tuple(component.name for component in self.provides.get(kind, ()))

    def __str__(self) -> str:
        """As messages name it."""
        return f"{self.distribution} {self.version} (entry point {self.name!r})"


class Plugins:
    """The plugins of an environment, and the engines, classifiers and checks they provide."""

    def __init__(
        self, loaded: Sequence[PluginInfo], observers: Sequence[pluggy.HookRelay] = ()
    ) -> None:
        """Index what the plugins provide.

        Args:
            loaded: the plugins, broken ones too.
            observers: hooks that are told of every choice.

        Raises:
            PluginError: two plugins, or one twice, provide the same name.
        """
        self.loaded = tuple(loaded)
        self.engines: Mapping[str, type[Engine]] = _index(loaded, "engine")
        self.wrappers: Mapping[str, type[EngineWrapper]] = _index(loaded, "wrapper")
        self.classifiers: Mapping[str, type[Classifier]] = _index(loaded, "classifier")
        self.checks: Mapping[str, type[Check]] = _index(loaded, "check")
        self.protocols: Mapping[str, type[Protocol]] = _index(loaded, "protocol")
        self.executors: Mapping[str, type[Executor]] = _index(loaded, "executor")
        self._observers = list(observers)

    def engine(self, name: str) -> type[Engine]:
        """The engine class of that name.

        Raises:
            UnknownNameError: there is none; the message lists those there are.
            ConfigError: it is the name of a wrapper.
        """
        if name in self.wrappers:
            raise ConfigError(f"{name} adds to another engine: name that too, as {name}(hibari)")
        return self._find("engine", self.engines, name)

    def wrapper(self, name: str) -> type[EngineWrapper]:
        """The class of that name that adds to engines; `UnknownNameError` lists those there are."""
        return self._find("wrapper of engines", self.wrappers, name)

    def classifier(self, name: str) -> type[Classifier]:
        """The classifier class of that name; `UnknownNameError` lists those there are."""
        return self._find("classifier", self.classifiers, name)

    def check(self, name: str) -> type[Check]:
        """The check class of that name; `UnknownNameError` lists those there are."""
        return self._find("check", self.checks, name)

    def protocol(self, name: str) -> type[Protocol]:
        """The protocol class of that name; `UnknownNameError` lists those there are."""
        return self._find("protocol", self.protocols, name)

    def executor(self, name: str) -> type[Executor]:
        """The executor class of that name; `UnknownNameError` lists those there are."""
        return self._find("executor", self.executors, name)

    def sentence_chosen(self, choice: Choice, request: Request) -> None:
        """Tell the observers; those of a plugin that raises are not told again."""
        for hooks in tuple(self._observers):
            try:
                with failing_as(PluginError, "an observer"):
                    hooks.emotts_sentence_chosen(choice=choice, request=request)
            except EmottsError:
                logger.exception("an observer of choices failed; it is not told again")
                self._observers.remove(hooks)

    def _find(self, kind: str, known: Mapping[str, T], name: str) -> T:
        if name in known:
            return known[name]
        broken = [info for info in self.loaded if info.error]
        suspects = [info for info in broken if name in info.aliases] or broken
        hint = "; ".join(f"{info} is disabled: {info.broken}" for info in suspects)
        if not hint:
            lacking = f"{COMPANIONS[name]} provides it; " if name in COMPANIONS else ""
            hint = f"{lacking}`emotts plugins` lists what is installed"
        cause = suspects[0].error if suspects else None
        raise UnknownNameError(kind, name, known, hint) from cause


def _index(loaded: Sequence[PluginInfo], kind: str) -> dict[str, Any]:
    """Name → class, over all plugins."""
    index: dict[str, Any] = {}
    owners: dict[str, PluginInfo] = {}
    for info in loaded:
        for component in info.provides.get(kind, ()):
            name = component.name
            if name in index:
                raise PluginError(
                    f"two plugins provide the {kind} {name!r}: {owners[name]} and {info}; "
                    "uninstall one, or choose with EMOTTS_LOAD_PLUGINS"
                )
            index[name], owners[name] = component, info
    return index
