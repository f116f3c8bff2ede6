"""Plugin loading: each plugin on its own, so that a broken one disables itself alone."""

import inspect
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from emotts import hookspecs
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.declared import slips
from emotts.engine import Engine
from emotts.errors import PluginError, UnknownNameError
from emotts.executor import Executor
from emotts.protocol import Protocol
from emotts.registry import PluginInfo, Plugins
from emotts.wrapper import EngineWrapper

__all__ = ["PluginInfo", "Plugins", "load"]

logger = logging.getLogger(__name__)

GROUP = "emotts"
BUILTIN = "builtin"
VARIABLE = "EMOTTS_LOAD_PLUGINS"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

# Hook → what its classes are, in words and as a base.
_PROVIDES: Mapping[str, tuple[str, type]] = {
    "emotts_engines": ("engine", Engine),
    "emotts_engine_wrappers": ("wrapper", EngineWrapper),
    "emotts_classifiers": ("classifier", Classifier),
    "emotts_checks": ("check", Check),
    "emotts_protocols": ("protocol", Protocol),
    "emotts_executors": ("executor", Executor),
}


def load() -> Plugins:
    """Load the plugins of this environment.

    All of them by default; `EMOTTS_LOAD_PLUGINS`, a comma-separated list of entry-point names,
    narrows that. The built-ins always load. A plugin that can't be imported, has a wrong hook or
    provides something unusable is disabled alone, and listed with the reason.

    Raises:
        PluginError: two plugins provide the same name.
        UnknownNameError: the variable names a plugin that is not installed.
    """
    loaded, observers = [], []
    for entry in _selected():
        origin = entry.dist
        info = PluginInfo(
            entry.name, origin.name if origin else "?", origin.version if origin else "?"
        )
        try:
            with redirect_stdout(sys.stderr):  # the other belongs to the host: to JSON, or to sound
                hooks = _hooks(entry.load())
                info = replace(info, provides=_provided(hooks))
            observers.append(hooks)
        except (Exception, SystemExit) as error:  # a plugin may fail in any way, even by exiting
            info = replace(info, error=error)
            logger.warning("%s is disabled: %s", info, info.broken)
        loaded.append(info)
    return Plugins(loaded, observers)


def _selected() -> list[EntryPoint]:
    """The entry points to load, built-ins first, then by name."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name != BUILTIN, entry.name))
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return found
    installed = [entry.name for entry in found]
    names = {BUILTIN, *filter(None, (name.strip() for name in wanted.split(",")))}
    for name in sorted(names.difference(installed)):
        raise UnknownNameError(f"plugin in {VARIABLE}", name, installed)
    return [entry for entry in found if entry.name in names]


def _hooks(plugin: object) -> pluggy.HookRelay:
    """The hooks of one plugin, through a manager of its own: no plugin can touch another's.

    Raises:
        PluginError: it implements no hook, or is no module and no object.
        pluggy.PluginValidationError: it implements an unknown hook, or with a wrong argument.
    """
    if isinstance(plugin, type) or inspect.isroutine(plugin):
        raise PluginError(
            f"its entry point names {plugin.__qualname__}; "
            f"have it name the module, {plugin.__module__}"
        )
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    if not manager.get_hookcallers(plugin):
        raise PluginError(
            "implements no hook; mark its functions with emotts.hookspecs.hookimpl: "
            f"{', '.join(name for name in vars(hookspecs) if name.startswith('emotts_'))}"
        )
    return manager.hook


def _provided(hooks: pluggy.HookRelay) -> dict[str, tuple[Any, ...]]:
    """Kind → the classes that a plugin provides."""
    provided = {}
    for hook, (kind, base) in _PROVIDES.items():
        components: list[Any] = []
        for classes in getattr(hooks, hook)():
            if isinstance(classes, str) or not isinstance(classes, Iterable):
                raise PluginError(f"{hook} must return a list of classes; it returned {classes!r}")
            components.extend(classes)
        provided[kind] = tuple(_valid(component, kind, base) for component in components)
    return provided


def _valid(component: Any, kind: str, base: type) -> Any:
    """The class itself, where the host can use it."""
    if not (isinstance(component, type) and issubclass(component, base)):
        raise PluginError(
            f"{component!r} is no {kind} class; derive it from {base.__module__}.{base.__name__}"
        )
    if missing := getattr(component, "__abstractmethods__", None):
        raise PluginError(
            f"{kind} {component.__qualname__} does not implement {', '.join(sorted(missing))}"
        )
    name = getattr(component, "name", None)
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise PluginError(
            f"{kind} {component.__qualname__} has the name {name!r}; "
            "set `name` to 1 to 64 letters, digits, dots, hyphens or underscores"
        )
    if found := "; ".join(slips(component)):
        raise PluginError(f"{kind} {component.__qualname__}: {found}")
    return component
