"""Makes the parts of a host from their configurations, each in a process of its own where asked."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from emotts.check import Check
from emotts.classifier import Classifier
from emotts.config import EngineConfig, PartConfig, parse
from emotts.declared import missing
from emotts.engine import Engine
from emotts.errors import PluginError, failing_as
from emotts.executor import Executor
from emotts.isolation import Isolated, IsolatedCheck, IsolatedClassifier, IsolatedEngine
from emotts.options import Options
from emotts.registry import Plugins
from emotts.wrapper import EngineWrapper

Part = TypeVar("Part", Engine, Classifier, Check)


def make_engine(plugins: Plugins, part: EngineConfig) -> Engine:
    """The engine that a configuration describes, and around it what is to be added.

    Raises:
        UnknownNameError: no plugin provides it.
        ConfigError: an option of it is unknown or out of range.
        PluginError: it can't be made from its options.
    """
    if part.isolate:
        if part.python is None:  # else only that interpreter knows what there is
            make_engine(plugins, part.model_copy(update={"isolate": False}))
        return IsolatedEngine(part)
    if part.inner is None:
        return _make(plugins.engine(part.name), part)
    kind = plugins.wrapper(part.name)
    options, inner = _options(kind.Options, part), make_engine(plugins, part.inner)
    with failing_as(PluginError, f"{kind.__qualname__}(options, inner) of {part.name}"):
        return kind(options, inner)


def make_classifier(plugins: Plugins, part: PartConfig) -> Classifier:
    """The classifier that a configuration describes; errors are those of `make_engine`."""
    if part.isolate and part.python is not None:
        return IsolatedClassifier(part)
    made = _make(plugins.classifier(part.name), part)
    return IsolatedClassifier(part) if part.isolate else made


def make_check(plugins: Plugins, part: PartConfig) -> Check:
    """The check that a configuration describes; errors are those of `make_engine`."""
    if part.isolate and part.python is not None:
        return IsolatedCheck(part)
    made = _make(plugins.check(part.name), part)
    return IsolatedCheck(part) if part.isolate else made


def make_executor(
    plugins: Plugins, name: str, options: Mapping[str, Any] | None = None
) -> Executor:
    """The executor of that name; errors are those of `make_engine`."""
    kind = plugins.executor(name)
    return kind(parse(kind.Options, dict(options or {}), f"options of {name}"))


def close(part: object) -> None:
    """End the process of a part, where it has one of its own."""
    if isinstance(part, EngineWrapper):
        close(part.inner)
    elif isinstance(part, Isolated):
        part.close()


def breakers(parts: Iterable[object]) -> dict[str, bool]:
    """Name → whether its breaker is open, of the parts in processes of their own."""
    found: dict[str, bool] = {}
    for part in parts:
        if isinstance(part, EngineWrapper):
            found |= breakers([part.inner])
        elif isinstance(part, Isolated):
            found[part.name] = not part.trusted
    return found


def _make(kind: type[Part], part: PartConfig) -> Part:
    """Construct a plugin's class with its options checked."""
    options = _options(kind.Options, part)
    with failing_as(PluginError, f"{kind.__qualname__}(options) of {part.name}"):
        made = kind(options)
    if lacking := missing(made):
        raise PluginError(f"{part.name} sets no `{'` and no `'.join(lacking)}`")
    return made


def _options(kind: type[Options], part: PartConfig) -> Options:
    return parse(kind, part.options, f"options of {part.name}")
