"""What a worker process can be asked for: each operation answers a request with frames."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emotts.audio import Samples
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.engine import Engine
from emotts.isolation.frames import Frame
from emotts.isolation.messages import (
    CheckFacts,
    ClassifierFacts,
    EngineFacts,
    PackedPrediction,
    PackedRendering,
)
from emotts.isolation.requests import (
    Classify,
    Condense,
    Details,
    Kind,
    Measure,
    Measured,
    Synthesize,
    Voices,
)
from emotts.plain import measured, predicted, rendered, voiced

Operation = Callable[[Any, Frame], Iterator[Frame]]
"""Of a part and a request for it."""


def _engine_facts(engine: Engine, _: Frame) -> Iterator[Frame]:
    facts = EngineFacts(
        license=engine.license,
        controls=dict(engine.controls),
        uses_seed=engine.uses_seed,
        accepts=engine.accepts,
        tuned=engine.tuned,
    )
    yield Frame("item", facts.form())


def _classifier_facts(classifier: Classifier, _: Frame) -> Iterator[Frame]:
    facts = {name: getattr(classifier, name) for name in ClassifierFacts.model_fields}
    yield Frame("item", ClassifierFacts(**facts).form())


def _check_facts(check: Check, _: Frame) -> Iterator[Frame]:
    yield Frame("item", CheckFacts(costly=check.costly).form())


def _fingerprint(part: Engine | Classifier, _: Frame) -> Iterator[Frame]:
    yield Frame("item", part.fingerprint)


def _voices(engine: Engine, _: Frame) -> Iterator[Frame]:
    yield Frame("item", Voices(voices=voiced(engine.voices())).form())


def _details(classifier: Classifier, _: Frame) -> Iterator[Frame]:
    yield Frame("item", Details(details=dict(classifier.details())).form())


def _synthesize(engine: Engine, request: Frame) -> Iterator[Frame]:
    asked = Synthesize.model_validate(request.body)
    takes = [take.unpack(request.arrays) for take in asked.takes]
    for made in engine.synthesize(asked.text, voice=asked.voice, takes=takes):
        arrays: list[Samples] = []
        yield Frame("item", PackedRendering.pack(rendered(made), arrays).form(), arrays)


def _classify(classifier: Classifier, request: Frame) -> Iterator[Frame]:
    asked = Classify.model_validate(request.body)
    clips = [clip.unpack(request.arrays) for clip in asked.clips]
    profile = asked.profile.unpack(request.arrays) if asked.profile else None
    for heard in classifier.classify(clips, profile=profile):
        arrays: list[Samples] = []
        yield Frame("item", PackedPrediction.pack(predicted(heard), arrays).form(), arrays)


def _condense(classifier: Classifier, request: Frame) -> Iterator[Frame]:
    asked = Condense.model_validate(request.body)
    found = classifier.condensed(request.arrays[asked.embedding], centred=asked.centred)
    yield Frame("item", arrays=[found])


def _measure(check: Check, request: Frame) -> Iterator[Frame]:
    asked = Measure.model_validate(request.body)
    clips = [clip.unpack(request.arrays) for clip in asked.clips]
    baseline = asked.baseline.unpack(request.arrays)
    for found in check.measure(clips, baseline=baseline, text=asked.text, voice=asked.voice):
        yield Frame("item", Measured(measurements=list(measured(found))).form())


OPERATIONS: Mapping[Kind, Mapping[str, Operation]] = {
    "engine": {
        "facts": _engine_facts,
        "fingerprint": _fingerprint,
        "voices": _voices,
        "synthesize": _synthesize,
    },
    "classifier": {
        "facts": _classifier_facts,
        "fingerprint": _fingerprint,
        "details": _details,
        "classify": _classify,
        "condense": _condense,
    },
    "check": {"facts": _check_facts, "measure": _measure},
}
