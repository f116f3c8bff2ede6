"""How many takes each check rejects, where their values lie, and what a check costs.

    python -m benchmarks.floors prosody words speaker naturalness [--sentences 20] [--takes 8]
    python -m benchmarks.floors prosody words speaker naturalness --wide
    python -m benchmarks.floors prosody speaker naturalness --people EmoDB [--strangers]

The takes are those that the search plans for six emotions in turn, so that most are sound: a
rejection is a false one, or the price of a take that went too far. With --wide every control is
drawn from all of its range at once. With --people take 0 is an actor's neutral clip and the takes
are the same actor's same sentence in emotions, which says how a floor lies to what people do; with
--strangers they are other actors of the same sex, neutral, which the check of the speaker should
reject. The corpora are looked for where training/corpora.py says. Checks of plugins need their
distributions installed.
"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np

from emotts import Audio, Host, audio, tuned
from emotts.check import Check
from emotts.emotions import target
from emotts.engine import Engine
from emotts.records import Measurement, Take, Voice
from emotts.search import Search
from training import corpora

# The shipped priors were tuned with other sentences.
TEXTS = Path(__file__).parent / "proof" / "texts" / "fresh" / "neutral.txt"
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
QUANTILES = (0.05, 0.5, 0.95)


def takes(engine: Engine, voice: Voice, text: str, count: int, first: int) -> list[Take]:
    """Take 0 and the following takes, each planned for another emotion than the one before."""
    emotions = cycle(EMOTIONS[first % len(EMOTIONS) :] + EMOTIONS[: first % len(EMOTIONS)])
    plans = {
        emotion: Search.of(
            engine,
            text,
            target(emotion),
            count=count,
            seed=0,
            tendencies=tuned.tendencies(engine, voice),
        ).draws()
        for emotion in EMOTIONS
    }
    return [plans[emotion][index] for index, emotion in zip(range(count), emotions, strict=False)]


def wide(engine: Engine, count: int, seed: int) -> list[Take]:
    """Take 0 and takes with every control anywhere in its range."""
    rng = np.random.default_rng(seed)
    drawn = [
        {
            name: control.at(
                rng.uniform(control.position(control.low), control.position(control.high))
            )
            for name, control in engine.controls.items()
        }
        for _ in range(count - 1)
    ]
    return [Take(index, 0, controls) for index, controls in enumerate([{}, *drawn])]


def renderings(
    host: Host, voice: Voice, sentences: int, count: int, *, widely: bool
) -> Iterator[tuple[str, list[Audio]]]:
    """Each text with its takes."""
    texts = TEXTS.read_text(encoding="utf-8").split("\n")[:sentences]
    for index, text in enumerate(texts):
        planned = (
            wide(host.engine, count, index)
            if widely
            else takes(host.engine, voice, text, count, index)
        )
        rendered = host.engine.renderings(text, voice=voice.name, takes=planned)
        yield text, [rendering.audio for rendering in rendered]


def actors(
    corpus: str, sentences: int, count: int, *, strangers: bool
) -> Iterator[tuple[str, list[Audio]]]:
    """Sentences of a corpus by one actor, neutral, then in emotions, or neutral by others."""
    clips = corpora.load()
    clips = clips.at(clips.corpus == corpora.CORPORA.index(corpus))
    neutral = clips.label == corpora.LABELS.index("neutral")
    rng = np.random.default_rng(0)
    for first in rng.permutation(np.flatnonzero(neutral))[:sentences]:
        own = clips.speaker == clips.speaker[first]
        others = (clips.sex == clips.sex[first]) & ~own & neutral if strangers else own & ~neutral
        others = np.flatnonzero(others & (clips.sentence == clips.sentence[first]))
        others = rng.permutation(others)[: count - 1]
        if others.size:
            chosen = [str(clips.path[index]) for index in (first, *others)]
            yield str(clips.sentence[first]), [audio.read(path) for path in chosen]


def section(check: Check, voice: Voice, spoken: list[tuple[str, list[Audio]]]) -> None:
    """Print the table of one check."""
    found: list[list[Measurement]] = []
    clips = 0
    seconds = 0.0
    for text, rendered in spoken:
        # One by one, as the host does it; take 0 counts too, for it is measured with the others.
        start = time.process_time()
        measured = [
            check.measure([clip], baseline=rendered[0], text=text, voice=voice)[0]
            for clip in rendered
        ]
        seconds += time.process_time() - start
        clips += len(rendered)
        found += measured[1:]
    rejected = sum(any(not value.passed for value in values) for values in found)
    print(f"\n### {check.name}: {rejected} of {len(found)} takes rejected\n")
    print(f"{1000 * seconds / clips:.0f} ms of CPU time a clip.\n")
    print("| measured | 5% | median | 95% | limit | rejected |\n|---|---|---|---|---|---|")
    for index, name in enumerate(value.check for value in found[0]):
        column = [values[index] for values in found]
        low, middle, high = np.quantile([value.value for value in column], QUANTILES)
        out = sum(not value.passed for value in column)
        print(f"| {name} | {low:.3g} | {middle:.3g} | {high:.3g} | {column[0].floor:.3g} | {out} |")


def main() -> None:
    """Render, measure, print."""
    parser = ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checks", nargs="+")
    parser.add_argument("--sentences", type=int, default=20)
    parser.add_argument("--takes", type=int, default=8)
    parser.add_argument("--wide", action="store_true")
    parser.add_argument("--people", choices=corpora.CORPORA)
    parser.add_argument("--strangers", action="store_true")
    arguments = parser.parse_args()
    host = Host()
    voice = host.engine.voice()
    spoken = list(
        actors(
            arguments.people,
            arguments.sentences,
            arguments.takes,
            strangers=arguments.strangers,
        )
        if arguments.people
        else renderings(host, voice, arguments.sentences, arguments.takes, widely=arguments.wide)
    )
    length = np.mean([clip.duration_s for _, clips in spoken for clip in clips])
    print(
        f"## Floors: {len(spoken)} sentences, {arguments.takes} takes each, {length:.1f} s a take"
    )
    for name in arguments.checks:
        kind = host.plugins.check(name)
        check = kind(kind.Options())
        text, rendered = spoken[0]
        check.measure(rendered[:1], baseline=rendered[0], text=text, voice=voice)  # loads it
        section(check, voice, spoken)


if __name__ == "__main__":
    main()
