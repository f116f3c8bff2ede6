"""Makes the plan of a job from a host and what a user asks for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from emotts import conditioning, tuned
from emotts.classifier import Classifier
from emotts.config import PartConfig
from emotts.engine import Engine
from emotts.errors import ConfigError
from emotts.listener import Listener
from emotts.parts import make_classifier
from emotts.plugins import BUILTIN
from emotts.profiles import profile_for
from emotts.records import Voice
from emotts.studio import Studio
from emotts.tuning.booth import Booth
from emotts.tuning.curve import COUNTS
from emotts.tuning.plan import TAKES, Plan, hearable, knows_all, tunable
from emotts.tuning.texts import sentences


def prepare(
    studio: Studio,
    *,
    voice: str | None = None,
    emotions: Sequence[str] = (),
    texts: str | Path | None = None,
    judges: Sequence[str] = (),
    takes: int = TAKES,
    most: int = COUNTS[-1],
    minutes: float | None = None,
) -> Plan:
    """The plan of a job; classifiers that do not know the voice are calibrated on it.

    Classifiers that hear finalists alone have no part in it: they would hear too many.

    Args:
        studio: its engine is tuned to its classifiers, within the floors of its checks.
        voice: of the engine; the studio's own, or the engine's default one, unless given.
        emotions: names or aliases; all that the classifiers know, but neutral, unless given.
        texts: a file of sentences; those that come with emotts unless given.
        judges: names of classifiers that hear what came of it; unless given, the built-in ones
            that are not the studio's.
        takes: a sentence, emotion and generation.
        most: takes up to which the curve is measured; 0: it is not.
        minutes: how long it may take.

    Raises:
        ConfigError: the engine has no controls, or a classifier does not know an emotion.
        UnknownNameError: no such voice, emotion or classifier.
        TextError: the file holds too few sentences.
        EngineError: the voice can't be calibrated on.
        ClassifierError: likewise.
    """
    engine = studio.engine
    tunable(engine)
    spoken = engine.voice(voice if voice is not None else studio.config.voice)
    found = sentences(texts, spoken)
    roles = zip(studio.classifiers, studio.config.classifiers, strict=True)
    choosing = [classifier for classifier, role in roles if role.finalists is None]
    wanted = hearable(emotions, choosing)
    judging = _judges(studio, judges, wanted) if most else []
    known = tuned.known(engine, spoken, studio.config.tuned)
    came = None if known.shipped is None else replace(known, own=None)
    embeddings = studio.config.embeddings
    booth = Booth(
        engine,
        spoken,
        _calibrated(choosing, engine, spoken),
        studio.checks,
        None if embeddings is None else conditioning.read_centroids(embeddings),
    )
    return Plan(
        booth,
        found,
        wanted,
        _calibrated(judging, engine, spoken),
        shipped=None if came is None else came.tendencies,
        takes=takes,
        counts=tuple(count for count in COUNTS if count <= most),
        minutes=minutes,
    )


def _calibrated(classifiers: Sequence[Classifier], engine: Engine, voice: Voice) -> list[Listener]:
    return [Listener(found, profile_for(engine, voice, found)) for found in classifiers]


def _judges(studio: Studio, names: Sequence[str], emotions: Sequence[str]) -> list[Classifier]:
    """The classifiers that judge; of those that nobody named, the ones that know the emotions."""
    parts = {classifier.name for classifier in studio.classifiers}
    for name in names:
        if name in parts:
            raise ConfigError(f"{name} can't judge: it has a part in the choice already")
    builtin = [
        name
        for info in studio.plugins.loaded
        if info.name == BUILTIN
        for name in info.names("classifier")
        if name not in parts
    ]
    found = [make_classifier(studio.plugins, PartConfig(name=name)) for name in names or builtin]
    if names:
        hearable(emotions, found)
    return [classifier for classifier in found if knows_all(classifier, emotions)]
