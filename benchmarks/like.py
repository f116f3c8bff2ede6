"""Whether the emotion of a recording is heard in what is to sound like it.

    python -m benchmarks.like [--recordings 8]

Needs the corpora and the extra `training`. The recordings are of speakers that the verifier never
heard; the jury, which shares no corpora with the verifier, hears the chosen takes alone, and is
asked for the label that the recording has in its corpus.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.disjoint import EMOTIONS, PRIORS, TEXTS, Room, Trial, judged, mean
from benchmarks.intervals import interval
from benchmarks.proof.panel import HALVES
from emotts import closeness, references
from emotts.emotions import target
from emotts.speech import Reference
from training import corpora, judges
from training.corpora import LABELS, Clips
from training.prose import table

OTHERS = 16
SEED = 5


@dataclass(frozen=True)
class Recording:
    """A clip of a corpus, with others of its speaker."""

    emotion: str
    speaker: str
    path: str
    others: list[str]


def recordings(clips: Clips, half: str, count: int) -> Iterator[Recording]:
    """So many of each emotion, by speakers of a half."""
    random = np.random.default_rng(SEED)
    chosen = judges.halves(clips)[HALVES.index(half)]
    for emotion in EMOTIONS:
        showing = np.flatnonzero(chosen & (clips.label == LABELS.index(emotion)))
        for index in random.choice(showing, count, replace=False):
            same = np.flatnonzero(clips.speaker == clips.speaker[index])
            others = random.choice(same[same != index], OTHERS, replace=False)
            paths = [str(clips.path[other]) for other in others]
            yield Recording(emotion, str(clips.speaker[index]), str(clips.path[index]), paths)


def heard(room: Room, trial: Trial, made: Recording, text: str) -> dict[str, list[float]]:
    """Way of asking → what is right, 0 or 1 each.

    Whether the verifier hears the label in the recording; whether the jury hears it in the chosen
    take; whether the verifier says that it matched; whether both do.
    """
    classifiers = [listener.classifier for listener in trial.verifier]
    known = references.listen(made.path, classifiers, made.others)
    unknown = references.listen(made.path, classifiers)
    ways: dict[str, Reference | None] = {
        "relative to the speaker": known,
        "the same, without its embedding": _without_embedding(known),
        "speaker unknown": unknown,
        "label given by name": None,
    }
    found = {}
    for way, like in ways.items():
        wanted = references.mean_target(like, 1.0) if like else target(made.emotion)
        (choice,) = room.speak(trial, room.request(text, wanted, like))
        scores = judged(trial, choice.audio)
        hit = max(scores, key=lambda emotion: scores[emotion]) == made.emotion
        recording = mean([p.scores for p in like.heard.values()]) if like else {made.emotion: 1.0}
        right = max(recording, key=lambda emotion: recording[emotion]) == made.emotion
        found[way] = [float(right), float(hit), float(choice.matched), float(choice.matched * hit)]
    return found


def _without_embedding(like: Reference) -> Reference:
    """The recording, of which only the probabilities are left."""
    return replace(like, heard={n: replace(p, centred=False) for n, p in like.heard.items()})


def main() -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=8, help="of each emotion and half")
    count = parser.parse_args().recordings
    room, clips = Room(), corpora.load()
    results: dict[str, list[list[float]]] = {}
    speakers: list[str] = []
    for trial in room.trials():
        for index, made in enumerate(recordings(clips, trial.half, count)):
            found = heard(room, trial, made, TEXTS[index % len(TEXTS)])
            speakers.append(made.speaker)
            for way, values in found.items():
                results.setdefault(way, []).append(values)
    print(f"{len(speakers)} recordings by {len({*speakers})} speakers whom the verifier never")
    print(f"heard, {OTHERS} others of each speaker to be relative to; chance is 1 in 7; the")
    print(f"embedding counts {closeness.LIKENESS:g} nats.\n\n{PRIORS}\nover speakers.\n")
    print(table(HEAD, [[way, *cells(rows, speakers)] for way, rows in results.items()]))


HEAD = (
    "what is asked for",
    "label heard in the recording by the verifier",
    "label heard in the chosen take by the jury",
    "matched",
    "of these, heard by the jury",
)


def cells(rows: Sequence[Sequence[float]], speakers: Sequence[str]) -> list[str]:
    """A row of the table."""
    right, hit, matched, both = zip(*rows, strict=True)
    agreed = f"{sum(both) / max(1.0, sum(matched)):.2f}"
    return [*(interval(column, speakers) for column in (right, hit, matched)), agreed]


if __name__ == "__main__":
    main()
