"""What emotts brings along, through the same hooks as anybody's plugin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emotts.hookspecs import hookimpl

if TYPE_CHECKING:
    from emotts.check import Check
    from emotts.classifier import Classifier
    from emotts.engine import Engine
    from emotts.executor import Executor


@hookimpl
def emotts_engines() -> "Sequence[type[Engine]]":
    """The hibari engine."""
    from emotts.builtin.hibari import HibariEngine

    return [HibariEngine]


@hookimpl
def emotts_classifiers() -> "Sequence[type[Classifier]]":
    """Two families: states of a speech recogniser, and functionals of prosody and voice."""
    from emotts.builtin.compact import CompactClassifier
    from emotts.builtin.functionals import FunctionalsClassifier

    return [CompactClassifier, FunctionalsClassifier]


@hookimpl
def emotts_checks() -> "Sequence[type[Check]]":
    """Signal, prosody, and likeness to take 0."""
    from emotts.builtin.likeness import LikenessCheck
    from emotts.builtin.proxies import ProsodyCheck
    from emotts.builtin.signal import SignalCheck

    return [SignalCheck, ProsodyCheck, LikenessCheck]


@hookimpl
def emotts_executors() -> "Sequence[type[Executor]]":
    """This process."""
    from emotts.builtin.local import LocalExecutor

    return [LocalExecutor]
