"""Who should listen: what choosing by either family, or by both, is worth to a jury.

    python -m benchmarks.listeners > benchmarks/results/listeners.md

Needs the corpora. The same takes are chosen from by each way of listening; those who choose are
trained on one half of the corpora, the jury on the other, in turns (see disjoint.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import confidence
from benchmarks.disjoint import (
    EMOTIONS,
    PRIORS,
    SEED,
    TAKES,
    TEXTS,
    Room,
    Trial,
)
from benchmarks.intervals import interval
from benchmarks.proof.hearing import Verdict, judged
from emotts import scoring
from emotts.emotions import Target
from emotts.listener import Listener
from emotts.records import Candidate
from emotts.search import Search
from emotts.speech import Request
from training.prose import table


@dataclass(frozen=True)
class Way:
    """Who hears how many of the takes; families in the order of `training.judges.FAMILIES`."""

    name: str
    families: tuple[int, ...]
    finalists: int | None = None
    """How many the last family hears; None: all."""

    def listeners(self, verifier: Sequence[Listener]) -> list[Listener]:
        """Out of a verifier of both families."""
        chosen = [verifier[family] for family in self.families]
        return [*chosen[:-1], replace(chosen[-1], finalists=self.finalists)]


WAYS = (
    Way("Whisper's states", (0,)),
    Way("functionals", (1,)),
    Way("both", (0, 1)),
    Way("Whisper's states, functionals on the best 4", (0, 1), 4),
    Way("Whisper's states, functionals on the best 3", (0, 1), 3),
    Way("Whisper's states, functionals on the best 2", (0, 1), 2),
)


@dataclass(frozen=True)
class Row:
    """One choice, as the jury hears it."""

    text: str
    hit: bool
    odds: float
    random: float
    """Mean log-odds of the takes but take 0."""
    oracle: float
    """Of the take that the jury hears the emotion in most."""
    matched: bool


def takes(room: Room, text: str, emotion: str) -> list[Candidate]:
    """Takes of the tuned priors, unheard."""
    engine = room.engine
    planned = Search.of(
        engine,
        text,
        Target({emotion: 1.0}),
        count=TAKES,
        seed=SEED,
        tendencies=room.priors,
    ).draws()
    made = engine.renderings(text, voice=room.voice.name, takes=planned)
    return [
        Candidate(take, rendering.audio, rendering.effective)
        for take, rendering in zip(planned, made, strict=True)
    ]


def chosen(candidates: Sequence[Candidate], request: Request, way: Sequence[Listener]) -> Candidate:
    """The best, by those who listen."""
    heard = scoring.scored(way[0].hear(candidates), request)
    for listener in way[1:]:
        best = {c.take.index for c in scoring.ranking(heard)[: listener.finalists]}
        found = {c.take.index: c for c in listener.hear([c for c in heard if c.take.index in best])}
        heard = scoring.scored([found.get(c.take.index, c) for c in heard], request)
    return scoring.ranking(heard)[0]


def rows(room: Room, trial: Trial, candidates: Sequence[Candidate], request: Request) -> list[Row]:
    """What each way chooses of the takes of a sentence."""
    (emotion,) = request.target.weights
    jury: Verdict = judged([c.audio for c in candidates if c.audio], trial.jury, emotion)
    found = []
    for way in WAYS:
        best = chosen(candidates, request, way.listeners(trial.verifier))
        index = best.take.index
        found.append(
            Row(
                request.text,
                bool(jury.hit[index]),
                float(jury.odds[index]),
                float(jury.odds[1:].mean()),
                float(jury.odds.max()),
                scoring.reached(best, request),
            )
        )
    return found


def line(way: Way, found: Sequence[Row], alone: Sequence[Row]) -> list[str]:
    """A line of the table; gains are over `alone`, whose rows are of the same takes."""

    def by_text(values: Sequence[float]) -> list[float]:
        return [
            float(np.mean([v for v, r in zip(values, found, strict=True) if r.text == text]))
            for text in TEXTS
        ]

    matched = [row.hit for row in found if row.matched]
    headroom = np.mean([r.odds - r.random for r in found]) / np.mean(
        [r.oracle - r.random for r in found]
    )
    return [
        way.name,
        interval(by_text([row.hit for row in found])),
        interval(by_text([row.odds for row in found])),
        interval(by_text([r.odds - a.odds for r, a in zip(found, alone, strict=True)])),
        f"{headroom:.2f}",
        f"{len(matched) / len(found):.2f}",
        f"{np.mean(matched):.2f}",
    ]


def main() -> None:
    """Print the section."""
    room = Room()
    found: list[list[Row]] = []
    believed: list[confidence.Belief] = []
    for text in TEXTS:
        for emotion in EMOTIONS:
            candidates = takes(room, text, emotion)
            request = room.request(text, Target({emotion: 1.0}))
            for trial in room.trials():
                found.append(rows(room, trial, candidates, request))
                believed += confidence.beliefs(trial, candidates)
    columns = list(zip(*found, strict=True))
    head = ["who listens", "hit", "log-odds", "gain", "headroom", "matched", "agreed"]
    print(
        "## Who should listen\n\n"
        f"{len(TEXTS)} sentences, six emotions, {TAKES} takes of the shipped priors, each half of\n"
        "the corpora as jury of both families in turn. *Log-odds* of the emotion to the jury;\n"
        "*gain* over Whisper's states alone; *headroom*: the share of the way from a random take\n"
        "to the jury's own best that is gone, in log-odds; *matched*: how often the listeners say\n"
        "that the target was reached; *agreed*: how often the jury then hears it first.\n\n"
        f"{PRIORS}\nover sentences.\n"
    )
    print(table(head, [line(w, c, columns[0]) for w, c in zip(WAYS, columns, strict=True)]))
    families = [way.name for way in WAYS[:2]]
    print(confidence.section(families, believed))


if __name__ == "__main__":
    main()
