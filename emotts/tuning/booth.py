"""The booth: where takes of one voice are made, checked and heard."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from math import nan

import numpy as np

from emotts import conditioning, scoring
from emotts.ahead import ahead
from emotts.check import Check
from emotts.conditioning import Centroids
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.errors import EngineGoneError
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.recorder import Recorder
from emotts.records import Candidate, Conditioning, Take, Voice
from emotts.rounds import DEPTH, Rounds
from emotts.search import Search
from emotts.speech import Request
from emotts.tendencies import Tendencies
from emotts.tuning.learner import Drawn, Liked
from emotts.tuning.surface import Array, Space

NEUTRAL = Take(0, 0)
SEED = 7


@dataclass(frozen=True)
class Booth:
    """Where takes of one voice are made, checked and heard."""

    engine: Engine
    voice: Voice
    listeners: Sequence[Listener]
    """Who hears every take, calibrated on the voice."""
    checks: Sequence[Check] = ()
    """The floors; without any no neutral take is made to compare with."""
    centroids: Centroids | None = None
    """Of the emotions, for an engine that is conditioned on embeddings."""

    def liked(self, text: str, drawn: Drawn, space: Space) -> Liked:
        """How takes of a sentence are liked for their emotions, rejected ones with NaN.

        Raises:
            EngineError: the engine can't speak the sentence at all.
        """
        emotions = [emotion for emotion, positions in drawn.items() for _ in positions]
        takes = [
            Take(index + 1, index, space.values(row), self._conditioning(emotion))
            for index, (emotion, row) in enumerate(
                zip(emotions, np.concatenate(list(drawn.values())), strict=True)
            )
        ]
        scores = [
            self._scores(candidate, emotion)
            for candidate, emotion in zip(self._heard(text, takes), emotions, strict=True)
        ]
        found: dict[str, Array] = {}
        for emotion, positions in drawn.items():
            found[emotion] = np.array(scores[: len(positions)])
            del scores[: len(positions)]
        return found

    def searched(
        self, text: str, emotion: str, tendencies: Tendencies, takes: int
    ) -> tuple[list[Candidate], Request, Floors]:
        """All takes of a search as `emotts say` makes them; the best of any first n is there.

        Raises:
            EngineError: the engine can't speak the sentence even neutrally.
            ClassifierError: its neutral rendering can't be heard.
        """
        request = Request(text, Target({emotion: 1.0}), self.voice, takes, SEED)
        search = Search.of(
            self.engine,
            text,
            request.target,
            count=takes,
            seed=SEED,
            tendencies=tendencies,
            conditioning=self._conditioning(emotion),
        )
        floors = Floors(text, self.voice, self.checks)
        rounds = Rounds(
            search, request, engine=self.engine, listeners=self.listeners, floors=floors
        )
        rounds.run()
        return rounds.candidates, request, floors

    def _scores(self, candidate: Candidate, emotion: str) -> list[float]:
        """What each listener makes of a take."""
        if candidate.rejected is not None:
            return [nan] * len(self.listeners)
        target = Target({emotion: 1.0})
        heard = candidate.predictions
        return [scoring.score(heard[listener.name], target) for listener in self.listeners]

    def _heard(self, text: str, takes: Sequence[Take]) -> list[Candidate]:
        """The takes, checked and heard; the next are made meanwhile.

        Raises:
            EngineGoneError: the engine's process failed, which tells nothing about the takes.
        """
        recorder = Recorder(self.engine, text, voice=self.voice.name)
        floors = Floors(text, self.voice, self.checks)
        planned = [NEUTRAL, *takes] if self.checks else takes
        found: list[Candidate] = []
        with closing(ahead(map(floors.check, recorder.record(planned)), DEPTH)) as checked:
            while batch := list(islice(checked, self.listeners[0].classifier.batch)):
                for listener in self.listeners:
                    batch = listener.hear(batch)
                found += batch
        if recorder.gone:
            raise EngineGoneError(found[-1].rejected)
        return [candidate for candidate in found if candidate.take.index]

    def _conditioning(self, emotion: str) -> Conditioning:
        request = Request("", Target({emotion: 1.0}), self.voice, 1, 0)
        return conditioning.wanted(request, self.engine.accepts, centroids=self.centroids)
