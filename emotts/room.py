"""The room where a sentence is made: its takes, what is heard in them, and the choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from emotts import conditioning, scoring
from emotts.advice import advise
from emotts.check import Check
from emotts.conditioning import Centroids
from emotts.effort import Effort
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.passages import Passage
from emotts.records import Candidate
from emotts.rounds import Observer, Rounds
from emotts.search import Search
from emotts.speaker import Speaker
from emotts.speech import Choice, Request, Tone
from emotts.tone import Scored


@dataclass(frozen=True)
class Sentence:
    """A sentence whose takes were heard."""

    room: "Room"
    passage: Passage
    scored: Scored
    floors: Floors
    effort: Effort


@dataclass(frozen=True)
class Room:
    """Those who take part in a request; see `emotts.pipeline.speak`."""

    speaker: Speaker
    checks: Sequence[Check]
    centroids: Centroids | None
    observe: Observer | None

    def hear(self, passage: Passage, before: Tone | None) -> Sentence:
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
                request,
                engine.accepts,
                centroids=self.centroids,
                before=before,
                classifier=listeners[0].classifier,
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
        return Sentence(self, passage, scored, floors, effort)

    def choose(self, sentence: Sentence, candidates: list[Candidate]) -> Choice:
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
