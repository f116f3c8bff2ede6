"""The main path, from a request to one choice a sentence. Read this first.

request → sentences → takes → audio → checks → predictions → scores → choice
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from emotts import tone
from emotts.cache.sentences import Sentences
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.conditioning import Centroids
from emotts.engine import Engine
from emotts.errors import ClassifierError, ClassifierGoneError, EngineError
from emotts.listener import Listener
from emotts.passages import Passage, passages
from emotts.room import Room, Sentence
from emotts.rounds import Observer
from emotts.speaker import Speaker
from emotts.speech import Choice, Request, Tone
from emotts.tendencies import TENDENCIES, Tendencies

logger = logging.getLogger(__name__)


def speak(
    request: Request,
    *,
    engine: Engine,
    listeners: Sequence[Listener],
    checks: Sequence[Check],
    tendencies: Tendencies = TENDENCIES,
    reached: Mapping[str, float] = MappingProxyType({}),
    centroids: Centroids | None = None,
    together: bool = False,
    fallback: Sequence[Speaker] = (),
    cache: Sentences | None = None,
    begin: Callable[[str], None] | None = None,
    observe: Observer | None = None,
) -> Iterator[Choice]:
    """Speak a request, one choice a sentence.

    Args:
        request: what to say, and how.
        engine: speaks.
        listeners: the classifiers; the first hears every candidate.
        checks: the floors.
        tendencies: what emotions do to the voice: the priors of the takes.
        reached: emotion → how often the voice was heard to reach it, where that was measured.
        centroids: of the emotions, for engines that are conditioned on embeddings.
        together: choose all sentences when all were heard, so that each fits those around it;
            else each is chosen at once, to fit the one before.
        fallback: speak the sentences, in this order, that the engine fails on.
        cache: has the takes of sentences that were spoken before; None: there is none.
        begin: called with each sentence before its first take is made.
        observe: called with each candidate once those who hear every take are done with it.

    Raises:
        ConfigError: a classifier does not know the target.
        TextError: there is nothing to speak.
        EngineError: no engine can speak a sentence even neutrally.
        ClassifierError: a sentence's neutral rendering can't be heard.
        CheckError: a check failed.
    """
    refuse_unheard(request, [listener.classifier for listener in listeners])
    preferred = Speaker(engine, request.voice, listeners, tendencies, reached)
    rooms = [Room(speaker, checks, centroids, observe, cache) for speaker in (preferred, *fallback)]
    before = request.tone
    heard = []
    for passage in passages(request):
        if begin is not None:
            begin(passage.text)
        sentence = _hear(rooms, passage, before)
        if together:
            heard.append(sentence)
            before = sentence.scored.provisional
        else:
            leaning = tone.lean(sentence.scored, [] if before is None else [before])
            choice = sentence.room.choose(sentence, leaning)
            before = sentence.scored.tone(choice.candidate)
            yield choice
    for sentence, leaning in zip(
        heard, tone.together([s.scored for s in heard], request.tone), strict=True
    ):
        yield sentence.room.choose(sentence, leaning)


def refuse_unheard(request: Request, classifiers: Sequence[Classifier]) -> None:
    """Raise `ConfigError` where a classifier can't hear what it is to hear."""
    for classifier in classifiers:
        marked = [span.target for span in request.spans if span.target is not None]
        for target in (request.wanted(classifier.name), *marked):
            target.within(classifier.labels, classifier.dimensions, classifier=classifier.name)


def _hear(rooms: Sequence[Room], passage: Passage, before: Tone | None) -> Sentence:
    """The takes of a sentence, by the first who can speak it."""
    for room in rooms[:-1]:
        try:
            return room.hear(passage, before)
        except ClassifierGoneError:  # another engine is no help against that
            raise
        except (EngineError, ClassifierError) as error:
            logger.warning("another engine is asked, for %s", error)
    return rooms[-1].hear(passage, before)
