"""The hooks of a plugin: a module, or an object, that implements some of them."""

from collections.abc import Sequence

import pluggy

from emotts.check import Check
from emotts.classifier import Classifier
from emotts.engine import Engine
from emotts.executor import Executor
from emotts.protocol import Protocol
from emotts.speech import Choice, Request
from emotts.wrapper import EngineWrapper

hookspec = pluggy.HookspecMarker("emotts")
hookimpl = pluggy.HookimplMarker("emotts")


@hookspec
def emotts_engines() -> Sequence[type[Engine]]:  # type: ignore[empty-body]
    """The engine classes of this plugin."""


@hookspec
def emotts_engine_wrappers() -> Sequence[type[EngineWrapper]]:  # type: ignore[empty-body]
    """The classes of this plugin that add to other engines."""


@hookspec
def emotts_classifiers() -> Sequence[type[Classifier]]:  # type: ignore[empty-body]
    """The classifier classes of this plugin."""


@hookspec
def emotts_checks() -> Sequence[type[Check]]:  # type: ignore[empty-body]
    """The check classes of this plugin."""


@hookspec
def emotts_protocols() -> Sequence[type[Protocol]]:  # type: ignore[empty-body]
    """The classes of this plugin that serve speech over a protocol."""


@hookspec
def emotts_executors() -> Sequence[type[Executor]]:  # type: ignore[empty-body]
    """The classes of this plugin that do the work of labelling jobs."""


@hookspec
def emotts_sentence_chosen(choice: Choice, request: Request) -> None:
    """Observe each choice as it is made, before it is handed on."""
