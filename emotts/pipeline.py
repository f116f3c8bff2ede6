"""The main path, from a request to one choice a sentence. Read this first.

request → sentences → takes → audio → checks → predictions → scores → choice
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice

from emotts import conditioning, scoring, search
from emotts.ahead import ahead
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.conditioning import Centroids
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.errors import ClassifierError, EngineError
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.records import Candidate, Choice, Request, Take
from emotts.tendencies import TENDENCIES, Tendencies
from emotts.text import sentences

Observer = Callable[[Candidate], None]


def speak(
    request: Request,
    *,
    engine: Engine,
    listeners: Sequence[Listener],
    checks: Sequence[Check],
    tendencies: Tendencies = TENDENCIES,
    centroids: Centroids | None = None,
    observe: Observer | None = None,
) -> Iterator[Choice]:
    """Speak a request, one choice a sentence.

    Args:
        request: what to say, and how.
        engine: speaks.
        listeners: the classifiers; the first hears every candidate.
        checks: the floors.
        tendencies: what emotions do to the voice: the priors of the takes.
        centroids: of the emotions, for engines that are conditioned on embeddings.
        observe: called with each candidate once the first classifier is done with it.

    Raises:
        ConfigError: a classifier does not know the target.
        TextError: there is nothing to speak.
        EngineError: the engine can't speak a sentence even neutrally.
        ClassifierError: a sentence's neutral rendering can't be heard.
    """
    refuse_unheard(request.target, [listener.classifier for listener in listeners])
    before = request.tone
    for sentence in sentences(request.text):
        takes = search.plan(
            sentence,
            request.target,
            count=request.takes,
            seed=request.seed,
            engine=engine.name,
            controls=engine.controls,
            uses_seed=engine.uses_seed,
            tendencies=tendencies,
            conditioning=conditioning.wanted(
                request, engine.accepts, centroids=centroids, before=before
            ),
        )
        floors = Floors(sentence, request.voice, checks)
        rendered = _render(sentence, takes, request, engine)
        # Rendering the next takes and hearing the last ones share the processor's cores.
        with closing(ahead(map(floors.check, rendered), depth=2)) as checked:
            candidates = list(_hear_all(checked, listeners[0], observe))
        for listener in listeners[1:]:
            candidates = _hear_finalists(candidates, listener, request)
        candidates = floors.check_winner(scoring.scored(candidates, request))
        conditioning.warn_ignored(candidates, engine.name)
        choice = _choose(sentence, request, candidates, listeners)
        before = choice.candidate.predictions[listeners[0].name].embedding
        yield choice


def refuse_unheard(target: Target, classifiers: Sequence[Classifier]) -> None:
    """Raise `ConfigError` where a classifier can't hear the target."""
    for classifier in classifiers:
        target.within(classifier.labels, classifier.dimensions, classifier=classifier.name)


def _render(
    sentence: str, takes: Sequence[Take], request: Request, engine: Engine
) -> Iterator[Candidate]:
    """A candidate for each take; one that the engine fails on is rejected, except take 0."""
    done = 0
    while done < len(takes):
        try:
            for rendering in engine.renderings(
                sentence, voice=request.voice.name, takes=takes[done:]
            ):
                yield Candidate(
                    takes[done], rendering.audio, rendering.effective, rendering.conditioned
                )
                done += 1
        except EngineError as error:
            if done == 0:
                raise
            yield Candidate(takes[done], None, {}, rejected=str(error))
            done += 1


def _hear_all(
    candidates: Iterator[Candidate], listener: Listener, observe: Observer | None
) -> Iterator[Candidate]:
    """Hear what is not rejected, in batches of fixed size so that a result never depends on timing.

    Take 0 is heard whatever its checks say: it is the baseline of the others.
    """
    while batch := list(islice(candidates, listener.classifier.batch)):
        audible = [c for c in batch if c.rejected is None or c.take.index == 0]
        heard = {c.take.index: c for c in _heard(audible, listener)}
        for candidate in (heard.get(c.take.index, c) for c in batch):
            if candidate.take.index == 0 and listener.name not in candidate.predictions:
                raise ClassifierError(f"take 0 can't be heard: {candidate.rejected}")
            if observe:
                observe(candidate)
            yield candidate


def _hear_finalists(
    candidates: list[Candidate], listener: Listener, request: Request
) -> list[Candidate]:
    """Hear the candidates that the classifiers before liked best."""
    ranking = scoring.ranking(scoring.scored(candidates, request))
    finalists = {c.take.index for c in ranking[: listener.finalists]}
    heard = _heard([c for c in candidates if c.take.index in finalists], listener)
    found = {c.take.index: c for c in heard}
    return [found.get(c.take.index, c) for c in candidates]


def _heard(candidates: Sequence[Candidate], listener: Listener) -> list[Candidate]:
    """The candidates with the listener's prediction, or rejected where it can't hear them."""
    clips = [c.audio for c in candidates if c.audio is not None]
    if not clips:
        return []
    return [
        replace(candidate, rejected=candidate.rejected or f"{listener.name}: {heard}")
        if isinstance(heard, ClassifierError)
        else replace(candidate, predictions={**candidate.predictions, listener.name: heard})
        for candidate, heard in zip(candidates, listener.attempt(clips), strict=True)
    ]


def _choose(
    sentence: str, request: Request, candidates: Sequence[Candidate], listeners: Sequence[Listener]
) -> Choice:
    """The best of the candidates; take 0, unmatched, where every one was rejected."""
    scores = [(c, c.score) for c in scoring.ranking(candidates) if c.score is not None]
    best = scores[0][0] if scores else candidates[0]
    return Choice(
        text=sentence,
        target=request.target,
        candidates=tuple(candidates),
        chosen=best.take.index,
        margin=scores[0][1] - scores[1][1] if len(scores) > 1 else 0.0,
        matched=bool(scores) and scoring.reached(best, request),
        classifiers=tuple(listener.name for listener in listeners),
    )
