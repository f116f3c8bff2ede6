"""All promises of an installed plugin: its own, and those of each class that it provides."""

from collections.abc import Iterator, Mapping
from typing import Any

from emotts.config import EngineConfig, PartConfig
from emotts.errors import UnknownNameError
from emotts.parts import make_check, make_classifier, make_engine
from emotts.plugins import load
from emotts.registry import PluginInfo, Plugins
from emotts.testing.check import check_promises
from emotts.testing.classifier import classifier_promises
from emotts.testing.contract import Outcome, enforce
from emotts.testing.engine import TEXT, engine_promises
from emotts.testing.plugin import PLUGIN, Installed
from emotts.testing.speech import spoken

ENGINE = "hibari"
"""Speaks what checks measure, and through wrappers."""


def check_plugin(name: str, *, options: Mapping[str, Any] | None = None) -> None:
    """Raise an `AssertionError` that lists every promise that an installed plugin breaks.

    Args:
        name: of the plugin, or of something that it provides.
        options: of its classes; their defaults unless given.

    Raises:
        UnknownNameError: there is no such plugin; the message lists those there are.
        ConfigError: an option is unknown, missing or out of range.
    """
    plugins = load()
    info = find(plugins, name)
    found = plugin_promises(plugins, info, options=options)
    enforce(
        f"plugin {info.name}",
        (Outcome(f"{subject}: {kept.promise}", kept.problem) for subject, kept in found),
    )


def find(plugins: Plugins, name: str) -> PluginInfo:
    """The plugin of that name, else the first that provides something of that name.

    Raises:
        UnknownNameError: there is none; the message lists those there are.
    """
    for info in plugins.loaded:
        if name in info.aliases:
            return info
    for info in plugins.loaded:
        if name in {kind.name for kinds in info.provides.values() for kind in kinds}:
            return info
    hint = "One that is written is installed with `pip install -e FOLDER`"
    raise UnknownNameError("plugin", name, [info.name for info in plugins.loaded], hint)


def plugin_promises(
    plugins: Plugins, info: PluginInfo, *, options: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Outcome]]:
    """What a plugin promises, one after the other, each with who does.

    Args:
        plugins: what is installed.
        info: the plugin.
        options: of its classes; their defaults unless given.

    Raises:
        ConfigError: an option is unknown, missing or out of range.
    """
    yield from ((f"plugin {info.name}", outcome) for outcome in PLUGIN.outcomes(Installed(info)))
    for kind in ("engine", "wrapper", "classifier", "check"):
        for name in info.names(kind):
            outcomes = _PROMISES[kind](plugins, {"name": name, "options": dict(options or {})})
            yield from ((f"{kind} {name}", outcome) for outcome in outcomes)


def _engine(plugins: Plugins, part: Mapping[str, Any]) -> Iterator[Outcome]:
    return engine_promises(make_engine(plugins, EngineConfig.model_validate(part)))


def _wrapper(plugins: Plugins, part: Mapping[str, Any]) -> Iterator[Outcome]:
    return _engine(plugins, {**part, "inner": ENGINE})


def _classifier(plugins: Plugins, part: Mapping[str, Any]) -> Iterator[Outcome]:
    return classifier_promises(make_classifier(plugins, PartConfig.model_validate(part)))


def _check(plugins: Plugins, part: Mapping[str, Any]) -> Iterator[Outcome]:
    voice = make_engine(plugins, EngineConfig(name=ENGINE)).voice()
    # What a person could have said: neutral, a little higher, a little slower.
    baseline, *takes = spoken(TEXT, {"pitch": 1.0}, {"rate": 0.9})
    check = make_check(plugins, PartConfig.model_validate(part))
    return check_promises(check, text=TEXT, voice=voice, baseline=baseline, takes=takes)


_PROMISES = {"engine": _engine, "wrapper": _wrapper, "classifier": _classifier, "check": _check}
