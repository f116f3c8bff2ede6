"""The main path, from a request to one choice a sentence. Read this first.

request → sentences → takes → audio → checks → predictions → scores → choice
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from emotts import conditioning, scoring, tone
from emotts.advice import advise
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.conditioning import Centroids
from emotts.effort import Effort
from emotts.engine import Engine
from emotts.errors import ClassifierError, ClassifierGoneError, EngineError
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.passages import Passage, passages
from emotts.records import Candidate
from emotts.rounds import Observer, Rounds
from emotts.search import Search
from emotts.speaker import Speaker
from emotts.speech import Choice, Request, Tone
from emotts.tendencies import TENDENCIES, Tendencies
from emotts.tone import Scored

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
        begin: called with each sentence before its first take is made.
        observe: called with each candidate once those who hear every take are done with it.

    Raises:
        ConfigError: a classifier does not know the target.
        TextError: there is nothing to speak.
        EngineError: no engine can speak a sentence even neutrally.
        ClassifierError: a sentence's neutral rendering can't be heard.
    """
    refuse_unheard(request, [listener.classifier for listener in listeners])
    preferred = Speaker(engine, request.voice, listeners, tendencies, reached)
    rooms = [_Room(speaker, checks, centroids, observe) for speaker in (preferred, *fallback)]
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


def _hear(rooms: Sequence["_Room"], passage: Passage, before: Tone | None) -> "_Sentence":
    """The takes of a sentence, by the first who can speak it."""
    for room in rooms[:-1]:
        try:
            return room.hear(passage, before)
        except ClassifierGoneError:  # another engine is no help against that
            raise
        except (EngineError, ClassifierError) as error:
            logger.warning("another engine is asked, for %s", error)
    return rooms[-1].hear(passage, before)


@dataclass(frozen=True)
class _Sentence:
    """A sentence whose takes were heard."""

    room: "_Room"
    passage: Passage
    scored: Scored
    floors: Floors
    effort: Effort


@dataclass(frozen=True)
class _Room:
    """Those who take part in a request; see `speak`."""

    speaker: Speaker
    checks: Sequence[Check]
    centroids: Centroids | None
    observe: Observer | None

    def hear(self, passage: Passage, before: Tone | None) -> _Sentence:
        """Make takes of a sentence, and hear and score them."""
        passage = replace(passage, request=replace(passage.request, voice=self.speaker.voice))
        request, engine = passage.request, self.speaker.engine
        listeners = self.speaker.listeners
        search = Search(
            passage.text,
            request.target,
            count=request.takes,
            seed=request.seed,
            engine=engine.name,
            controls=engine.controls,
            uses_seed=engine.uses_seed,
            tendencies=self.speaker.tendencies,
            conditioning=conditioning.wanted(
                request, engine.accepts, centroids=self.centroids, before=before
            ),
            settings=request.settings,
        )
        floors = Floors(passage.text, request.voice, self.checks)
        rounds = Rounds(
            search,
            request,
            engine=engine,
            listeners=[listener for listener in listeners if listener.finalists is None],
            floors=floors,
            observe=self.observe,
        )
        effort = rounds.run()
        candidates = rounds.candidates
        for listener in listeners:
            if listener.finalists is not None:
                candidates = _hear_finalists(candidates, listener, request)
        conditioning.warn_ignored(candidates, engine.name)
        candidates = scoring.scored(candidates, request)
        scored = Scored(candidates, request, listeners[0].name)
        return _Sentence(self, passage, scored, floors, effort)

    def choose(self, sentence: _Sentence, candidates: list[Candidate]) -> Choice:
        """The best of the candidates that no check rejects, and advice where it does not do."""
        checked = sentence.floors.check_winner(candidates)
        choice = _choose(sentence.passage, checked, self.speaker, sentence.effort)
        if choice.matched:
            return choice
        advice = advise(choice, sentence.passage.request, self.speaker.reached)
        return replace(choice, advice=advice)


def _hear_finalists(
    candidates: list[Candidate], listener: Listener, request: Request
) -> list[Candidate]:
    """Hear the candidates that the classifiers before liked best."""
    ranking = scoring.ranking(scoring.scored(candidates, request))
    finalists = {c.take.index for c in ranking[: listener.finalists]}
    heard = listener.hear([c for c in candidates if c.take.index in finalists])
    found = {c.take.index: c for c in heard}
    return [found.get(c.take.index, c) for c in candidates]


def _choose(
    passage: Passage,
    candidates: Sequence[Candidate],
    speaker: Speaker,
    effort: Effort,
) -> Choice:
    """The best of the candidates; take 0, unmatched, where every one was rejected."""
    scores = [(c, c.score) for c in scoring.ranking(candidates) if c.score is not None]
    best = scores[0][0] if scores else candidates[0]
    return Choice(
        text=passage.text,
        target=passage.request.target,
        pause_s=passage.pause_s,
        candidates=tuple(candidates),
        chosen=best.take.index,
        margin=scores[0][1] - scores[1][1] if len(scores) > 1 else 0.0,
        matched=bool(scores) and scoring.reached(best, passage.request),
        classifiers=tuple(listener.name for listener in speaker.listeners),
        engine=speaker.engine.name,
        voice=speaker.voice,
        effort=effort,
    )
