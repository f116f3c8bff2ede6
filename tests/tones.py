"""A plugin with the tone engine and the pitch classifier, installed by tests and benchmarks."""

from emotts.classifier import Classifier
from emotts.engine import Engine
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier, ToneEngine


@hookimpl
def emotts_engines() -> list[type[Engine]]:
    return [ToneEngine]


@hookimpl
def emotts_classifiers() -> list[type[Classifier]]:
    return [PitchClassifier]
