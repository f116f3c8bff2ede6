"""Whether more is heard where more is asked for, a blend as a blend, and a point near itself.

    python -m benchmarks.intensity [--sentences 10]

Needs the corpora and the extra `training`. Each sentence is spoken with each emotion at intensities
from 0 to 1; verifier and jury hear the chosen takes. The jury shares no corpora with the verifier.
"""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from benchmarks.disjoint import EMOTIONS, PRIORS, TEXTS, Room, Trial, judged, mean
from benchmarks.intervals import interval
from benchmarks.proof.panel import HALVES
from emotts.dimensions import distance, expected
from emotts.emotions import target
from emotts.speech import Choice
from training.prose import table

INTENSITIES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
BLENDS = (
    "happiness:0.6,surprise:0.4",
    "fear:0.6,surprise:0.4",
    "anger:0.6,disgust:0.4",
    "sadness:0.6,fear:0.4",
    "anger:0.5,sadness:0.5",
    "happiness:0.5,sadness:0.5",
)

POINTS = (
    "arousal=0.8,valence=0.9",
    "arousal=0.8,valence=0.2",
    "arousal=0.3,valence=0.2",
    "arousal=0.3,valence=0.8",
)


def monotone(heard: Sequence[float]) -> float:
    """Spearman's rank correlation of intensity and what is heard; 0 where that is constant."""
    ranks = rankdata(heard)
    if np.ptp(ranks) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(INTENSITIES), ranks)[0, 1])


def views(trial: Trial, choice: Choice) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """What verifier and jury hear in the chosen take."""
    own = mean([heard.scores for heard in choice.candidate.predictions.values()])
    return own, judged(trial, choice.audio)


def ladder(room: Room, trial: Trial, text: str, emotion: str) -> tuple[list[float], list[float]]:
    """How much of an emotion verifier and jury hear at each intensity."""
    found = []
    for intensity in INTENSITIES:
        (choice,) = room.speak(trial, room.request(text, target(emotion, intensity)))
        found.append([heard[emotion] for heard in views(trial, choice)])
    own, jury = zip(*found, strict=True)
    return list(own), list(jury)


def intensities(room: Room, texts: Sequence[str]) -> str:
    """A row an emotion: rank correlations, and what the jury hears at each intensity."""
    rows, both = [], ([], [])  # type: tuple[list[list[str]], tuple[list[float], list[float]]]
    for emotion in EMOTIONS:
        spoken = [(trial, text) for trial in room.trials() for text in texts]
        ladders = [ladder(room, trial, text, emotion) for trial, text in spoken]
        levels = np.mean([jury for _, jury in ladders], axis=0)
        correlations = [[monotone(view) for view in views] for views in zip(*ladders, strict=True)]
        for all_found, found in zip(both, correlations, strict=True):
            all_found += found
        cells = [interval(found, _twice(texts)) for found in correlations]
        rows.append([emotion, *cells, *(f"{level:.2f}" for level in levels)])
    each = [text for _ in EMOTIONS for text in _twice(texts)]
    rows.append(["all", *(interval(found, each) for found in both), *("" for _ in INTENSITIES)])
    return table(["", "verifier", "jury", *(f"{i:g}" for i in INTENSITIES)], rows)


def blends(room: Room, texts: Sequence[str]) -> str:
    """A row a blend: how often its two emotions are the two that are heard most."""
    rows = []
    for spec in BLENDS:
        wanted = target(spec)
        found = []
        for trial in room.trials():
            for text in texts:
                (choice,) = room.speak(trial, room.request(text, wanted))
                shares = [len(set(loudest(v)) & set(wanted.weights)) for v in views(trial, choice)]
                found.append([*(float(s == 2) for s in shares), float(shares[1] > 0)])
        columns = zip(*found, strict=True)
        rows.append([spec, *(interval(column, _twice(texts)) for column in columns)])
    return table(["", "both, verifier", "both, jury", "one of them, jury"], rows)


def points(room: Room, texts: Sequence[str]) -> str:
    """A row a point: how far take 0 and the chosen take are from it, to the jury."""
    rows = []
    for spec in POINTS:
        wanted = target(spec)
        found = []
        for trial in room.trials():
            for text in texts:
                (choice,) = room.speak(trial, room.request(text, wanted))
                plain = choice.candidates[0].audio
                assert plain is not None
                heard = [expected(judged(trial, clip)) for clip in (plain, choice.audio)]
                found.append([distance(wanted.dimensions, point) for point in heard])
        columns = zip(*found, strict=True)
        rows.append([spec, *(interval(column, _twice(texts)) for column in columns)])
    return table(["", "take 0", "chosen"], rows)


def _twice(texts: Sequence[str]) -> list[str]:
    """The sentence of each figure: every half of the corpora has all of them in turn."""
    return [text for _ in HALVES for text in texts]


def loudest(heard: Mapping[str, float]) -> list[str]:
    """The two emotions that are heard most, neutral aside."""
    emotions = [emotion for emotion in heard if emotion != "neutral"]
    return sorted(emotions, key=lambda emotion: -heard[emotion])[:2]


def main() -> None:
    """Measure and print the tables."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=len(TEXTS))
    texts = TEXTS[: parser.parse_args().sentences]
    room = Room()
    print(f"Rank correlation of the intensity asked for and the probability heard, {len(texts)}")
    print("sentences, each half of the corpora as verifier; beside it what the jury hears at")
    print(f"each intensity.\n\n{PRIORS}\nover sentences.\n\n{intensities(room, texts)}\n")
    print("How often the two emotions of a blend are the two heard most, neutral aside.\n")
    print(f"{blends(room, texts)}\n")
    print("Distance (root mean square) of what the jury hears from a point, on scales of 0 to 1.\n")
    print(points(room, texts))


if __name__ == "__main__":
    main()
