"""The room where a sentence is made: its takes, what is heard in them, and the choice."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

from emotts import conditioning, scoring
from emotts.advice import advise
from emotts.cache.kept import Kept
from emotts.cache.sentences import Sentences, Slot
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

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sentence:
    """A sentence whose takes were heard."""

    room: "Room"
    passage: Passage
    scored: Scored
    floors: Floors
    effort: Effort
    slot: Slot
    """Its place in the cache."""


@dataclass(frozen=True)
class Room:
    """Those who take part in a request; see `emotts.pipeline.speak`."""

    speaker: Speaker
    checks: Sequence[Check]
    centroids: Centroids | None
    observe: Observer | None
    cache: Sentences | None = None

    def hear(self, passage: Passage, before: Tone | None) -> Sentence:
        """Make takes of a sentence, and hear and score them; or find them in the cache."""
        passage = replace(passage, request=replace(passage.request, voice=self.speaker.voice))
        request = passage.request
        search = self._search(passage, before)
        first = self.speaker.listeners[0]
        heard_by = first.name, first.fingerprint
        floors = Floors(passage.text, request.voice, self.checks)
        slot = Slot() if self.cache is None else self.cache.slot(search, request, self.speaker)
        if kept := slot.find():
            floors.resume(kept)
            self._show(kept)
        else:
            start = monotonic()
            kept = self._made(search, request, floors)
            in_time = request.budget_ms is None or monotonic() - start < request.budget_ms / 1000
            # What time or a failure has cut short would come out otherwise on another day.
            if in_time and not scoring.absent(kept.candidates, self.speaker.names):
                slot.keep(kept)
        scored = Scored(kept.candidates, request, *heard_by)
        return Sentence(self, passage, scored, floors, kept.effort, slot)

    def _search(self, passage: Passage, before: Tone | None) -> Search:
        """Who proposes the takes of a sentence."""
        request, engine = passage.request, self.speaker.engine
        return Search.of(
            engine,
            passage.text,
            request.target,
            count=request.takes,
            seed=request.seed,
            tendencies=self.speaker.tendencies,
            conditioning=conditioning.wanted(
                request,
                engine.accepts,
                centroids=self.centroids,
                before=before,
                classifier=self.speaker.listeners[0].classifier,
            ),
            settings=request.settings,
        )

    def _made(self, search: Search, request: Request, floors: Floors) -> Kept:
        """The takes of a sentence, made, heard and scored now."""
        listeners, engine = self.speaker.listeners, self.speaker.engine
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
        scored = tuple(scoring.scored(candidates, request))
        return Kept(scored, effort, frozenset(floors.sound), dict(floors.costly))

    def _show(self, kept: Kept) -> None:
        """Tell of takes that were heard before."""
        if self.observe is not None:
            for candidate in kept.candidates:
                self.observe(candidate)

    def choose(self, sentence: Sentence, candidates: list[Candidate]) -> Choice:
        """The best of the candidates that no check rejects, and advice where it does not do."""
        checked = sentence.floors.check_winner(candidates)
        sentence.slot.learn(sentence.floors.costly)
        choice = _choose(sentence, checked, self.speaker)
        if choice.matched:
            return choice
        advice = advise(choice, sentence.passage.request, self.speaker.reached)
        return replace(choice, advice=advice)


def _hear_finalists(
    candidates: list[Candidate], listener: Listener, request: Request
) -> list[Candidate]:
    """Hear the candidates that the classifiers before liked best.

    Where the listener fails on each of them, that tells nothing about any: they stay ahead.
    """
    ranking = scoring.ranking(scoring.scored(candidates, request))
    finalists = {c.take.index for c in ranking[: listener.finalists]}
    heard = listener.hear([c for c in candidates if c.take.index in finalists])
    if heard and not any(listener.name in c.predictions for c in heard):
        logger.warning("the finalists can't be heard: %s", heard[0].rejected)
        return candidates
    found = {c.take.index: c for c in heard}
    return [found.get(c.take.index, c) for c in candidates]


def _choose(sentence: Sentence, candidates: Sequence[Candidate], speaker: Speaker) -> Choice:
    """The best of the candidates; take 0, unmatched, where every one was rejected."""
    passage = sentence.passage
    scores = [(c, c.score) for c in scoring.ranking(candidates) if c.score is not None]
    best = scores[0][0] if scores else candidates[0]
    sure = bool(scores) and not scoring.absent(candidates, speaker.names)
    return Choice(
        text=passage.text,
        target=passage.request.target,
        pause_s=passage.pause_s,
        candidates=tuple(candidates),
        chosen=best.take.index,
        margin=scores[0][1] - scores[1][1] if len(scores) > 1 else 0.0,
        matched=sure and scoring.reached(best, passage.request),
        classifiers=speaker.names,
        fingerprint=sentence.scored.fingerprint,
        engine=speaker.engine.name,
        voice=speaker.voice,
        effort=sentence.effort,
        cached=sentence.slot.found,
    )
