"""What it costs to speak the sentences of a request in one tone, and how much nearer they get.

    python -m benchmarks.tone

Needs the corpora and the extra `training`. Texts of three sentences are spoken with each emotion,
the sentences chosen one by one, looking back, and together; the takes are the same.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from benchmarks.disjoint import EMOTIONS, PRIORS, TEXTS, Room, Trial, judged
from benchmarks.intervals import interval
from emotts import tone
from emotts.emotions import target
from emotts.records import Candidate
from emotts.scoring import ranking
from emotts.speech import Tone
from emotts.tone import Scored, Spreads
from training.prose import table

LENGTH = 3


def ways(sentences: Sequence[Scored]) -> dict[str, list[Candidate]]:
    """Way of choosing → the takes of a text."""
    alone = [_best(sentence.candidates, sentence) for sentence in sentences]
    back: list[Candidate] = []
    before: Tone | None = None
    for sentence in sentences:
        back.append(_best(tone.lean(sentence, [] if before is None else [before]), sentence))
        before = sentence.tone(back[-1])
    joint = [
        _best(leaning, sentence)
        for leaning, sentence in zip(tone.together(sentences), sentences, strict=True)
    ]
    return {"one by one": alone, "looking back": back, "together": joint}


def _best(candidates: Sequence[Candidate], sentence: Scored) -> Candidate:
    return (*ranking(candidates), sentence.candidates[0])[0]


def apart(
    sentences: Sequence[Scored], chosen: Sequence[Candidate], known: Spreads
) -> tuple[float, float]:
    """Mean distance of neighbours in controls, and in semitones of the median pitch."""
    steps, pitches = [], []
    for (sentence, one), (_, other) in pairwise(zip(sentences, chosen, strict=True)):
        steps.append(sentence.distance(one, sentence.tone(other), known))
        pitches.append(abs(one.effective["pitch"] - other.effective["pitch"]))
    return float(np.mean(steps)), float(np.mean(pitches))


def measured(trial: Trial, sentences: Sequence[Scored], emotion: str) -> dict[str, list[float]]:
    """Way → of a text: distances, and of how many sentences jury and verifier hear it."""
    known = tone.spreads(c for sentence in sentences for c in sentence.candidates)
    found = {}
    for way, chosen in ways(sentences).items():
        jury = [judged(trial, c.audio) for c in chosen if c.audio is not None]
        hits = [max(heard, key=heard.__getitem__) == emotion for heard in jury]
        own = [all(p.top == emotion for p in c.predictions.values()) for c in chosen]
        found[way] = [*apart(sentences, chosen, known), float(np.mean(hits)), float(np.mean(own))]
    return found


def spoken(room: Room, trial: Trial, emotion: str) -> list[Scored]:
    """The takes of all sentences, each as if it stood alone."""
    found = []
    for text in TEXTS:
        request = room.request(text, target(emotion))
        (choice,) = room.speak(trial, request)
        found.append(Scored(choice.candidates, request, choice.classifiers[0], choice.fingerprint))
    return found


def main() -> None:
    """Measure and print the table."""
    room = Room()
    results: dict[str, list[list[float]]] = {}
    first: list[int] = []
    for trial in room.trials():
        for emotion in EMOTIONS:
            sentences = spoken(room, trial, emotion)
            for start in range(len(sentences)):
                text = [*sentences, *sentences][start : start + LENGTH]
                first.append(start)
                for way, values in measured(trial, text, emotion).items():
                    results.setdefault(way, []).append(values)
    print(f"Neighbouring sentences of texts of three.\n\n{PRIORS}\nover texts.\n")
    head = ("chosen", "apart, in spreads", "apart, semitones", "jury hears it", "verifier hears it")
    print(
        table(
            head,
            [
                [way, *(interval(column, first) for column in zip(*rows, strict=True))]
                for way, rows in results.items()
            ],
        )
    )


if __name__ == "__main__":
    main()
