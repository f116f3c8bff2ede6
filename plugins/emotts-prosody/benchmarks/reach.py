"""How often takes of an engine reach an emotion, chosen and judged by classifiers of other corpora.

    PYTHONPATH=. python plugins/emotts-prosody/benchmarks/reach.py 'prosody(piper)' [--sentences 8]

Takes are drawn from the literature's priors. Two families of classifiers trained on one half of
the corpora choose the best of 8, the same two trained on the other half, of other speakers, say
what they hear; and the other way round. Run at the root of the repository; needs the corpora and
what training does.
"""

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.intervals import interval
from emotts import Audio, Candidate, Config, Host, Request
from emotts.config import EngineConfig
from emotts.emotions import target
from emotts.listener import Listener
from emotts.profiles import renderings
from emotts.scoring import ranking, scored
from emotts.search import Search
from training import corpora, judges

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
TAKES = 8
TEXTS = Path("benchmarks/proof/texts/neutral.txt")
COLUMNS = ("verifier, take 0", "verifier, best of 8", "jury, take 0", "a random take", "best of 8")

Floats = npt.NDArray[np.float64]


def halves(varied: Sequence[Audio]) -> list[list[Listener]]:
    """Both families on one half of the corpora, and on the other, calibrated on a voice."""
    clips = corpora.load()
    found = []
    for half, chosen in zip(("first", "second"), judges.halves(clips), strict=True):
        trained = [judges.trained(family, clips, chosen) for family in judges.FAMILIES]
        for judge in trained:
            judge.name = f"{judge.name} {half}"
        found.append([Listener(judge, judge.profile(varied)) for judge in trained])
    return found


def spoken(host: Host, request: Request) -> list[Candidate]:
    """The takes of a sentence, unheard."""
    engine = host.engine
    takes = Search.of(
        engine,
        request.text,
        request.target,
        count=request.takes,
        seed=request.seed,
    ).draws()
    made = engine.renderings(request.text, voice=request.voice.name, takes=takes)
    return [Candidate(t, r.audio, r.effective) for t, r in zip(takes, made, strict=True)]


def heard_by(candidates: Sequence[Candidate], listeners: Sequence[Listener]) -> list[Candidate]:
    """The candidates with what these listeners heard, and nobody else."""
    return [
        replace(one, predictions={who.name: one.predictions[who.name] for who in listeners})
        for one in candidates
    ]


def hit(candidate: Candidate, emotion: str) -> float:
    """The share of the listeners who hear the emotion first."""
    return float(np.mean([one.top == emotion for one in candidate.predictions.values()]))


def row(
    candidates: Sequence[Candidate],
    verifier: Sequence[Listener],
    jury: Sequence[Listener],
    request: Request,
    emotion: str,
) -> list[float]:
    """Hits of one sentence, as `COLUMNS` names them."""
    chosen_by = scored(heard_by(candidates, verifier), request)
    judged = heard_by(candidates, jury)
    best = ranking(chosen_by)[0].take.index
    return [
        hit(chosen_by[0], emotion),
        hit(chosen_by[best], emotion),
        hit(judged[0], emotion),
        float(np.mean([hit(one, emotion) for one in judged[1:]])),
        hit(judged[best], emotion),
    ]


def main() -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("engine")
    parser.add_argument("--sentences", type=int, default=8)
    arguments = parser.parse_args()
    host = Host(Config(engine=EngineConfig(name=arguments.engine)))
    voice = host.engine.voice()
    start = time.perf_counter()
    varied = renderings(host.engine, voice)
    print(f"{len(varied)} renderings to calibrate on: {time.perf_counter() - start:.0f} s")
    first, second = halves(varied)
    trials = [(first, second), (second, first)]
    table: dict[str, Floats] = {}
    for emotion in EMOTIONS:
        rows = []
        for text in TEXTS.read_text(encoding="utf-8").splitlines()[: arguments.sentences]:
            request = Request(text, target(emotion), voice, TAKES, 0)
            candidates = spoken(host, request)
            for listener in (*first, *second):
                candidates = listener.hear(candidates)
            rows.append(
                np.mean([row(candidates, *trial, request, emotion) for trial in trials], axis=0)
            )
        table[emotion] = np.array(rows)
    table["mean of six"] = np.mean(list(table.values()), axis=0)
    print(f"\n{host.engine.name}, {voice.name}, {arguments.sentences} sentences\n")
    print(f"| target | {' | '.join(COLUMNS)} |\n|---|---|---|---|---|---|")
    for name, values in table.items():
        print(f"| {name} | {' | '.join(interval(column) for column in values.T)} |")


if __name__ == "__main__":
    main()
