"""What tuning a voice is worth: the best of n takes, with the literature's priors and tuned ones.

    python -m benchmarks.tune [ENGINE …] [--learned 30] [--sentences 10] [--most 32] [--trials 2]

Needs the corpora, and the plugins of the engines. One family of classifiers on one half of the
corpora tunes and chooses, the other family on the other half judges, and the other way round
(benchmarks.proof.panel); measured is what `emotts tune` does, with its sentences and checks. A run
that was ended goes on where it was. A picture goes to results/tune-ENGINE.svg, and with --output
the priors of the first trial into a folder: what a plugin may bring, as it was measured.
"""

import logging
import re
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.proof.panel import Panel, Trial, cross_families, prepare
from emotts import tuned
from emotts.config import Config, EngineConfig
from emotts.host import Host
from emotts.profiles import renderings
from emotts.tunedfile import Tuned
from emotts.tuning.booth import Booth
from emotts.tuning.contest import CHOOSE
from emotts.tuning.curve import COUNTS, HIT, LITERATURE, SCORE, TUNED, Curve, Point
from emotts.tuning.job import Job
from emotts.tuning.picture import picture
from emotts.tuning.plan import Plan
from emotts.tuning.texts import SENTENCES, Texts, divided
from training.prose import table
from training.tune import EMOTIONS

RESULTS = Path(__file__).parent / "results"
INTRODUCTION = """## What tuning a voice is worth

The best of n takes, take 0 included, as `emotts say --takes n --stop never` makes them. One family
of classifiers on one half of the corpora tunes a voice and chooses the takes, the other family on
the other half, of other speakers, judges them; then the other way round, and the mean of
both, where not said otherwise.
"""
PRIORS = LITERATURE, TUNED
CHOOSES, JUDGES = "who tuned and chose", "another family, other speakers"


@dataclass(frozen=True)
class Size:
    """How much is made."""

    learned: int
    """Sentences."""
    sentences: int
    """To measure with."""
    most: int
    """Takes."""
    trials: int
    """2: families take turns."""


def measured(host: Host, size: Size) -> tuple[Mapping[str, Curve], Tuned]:
    """Curves of those who chose, and of the juries: means over the trials; the first's priors."""
    engine, voice = host.engine, host.engine.voice()
    panel = Panel(renderings(engine, voice))
    texts = divided(SENTENCES, "emotts")
    texts = Texts(texts.learned[: size.learned], texts.held_out[: size.sentences])
    jobs = []
    for trial in cross_families()[: size.trials]:
        booth = Booth(engine, voice, panel.of(trial.verifier), host.checks)
        counts = tuple(count for count in COUNTS if count <= size.most)
        plan = Plan(booth, texts, EMOTIONS, panel.of(trial.jury), counts=counts)
        jobs.append(_run(plan, trial))
    found = [job.curves for job in jobs]
    means = {
        CHOOSES: _mean([one[CHOOSE] for one in found]),
        JUDGES: _mean([curve for one in found for name, curve in one.items() if name != CHOOSE]),
    }
    first = jobs[0].tuned
    assert first is not None  # it ran to its end
    # Nobody else has these classifiers: no others are the same, and none has changed.
    return means, first.model_copy(update={"classifiers": {}})


def _run(plan: Plan, trial: Trial) -> Job:
    """A job that is done; its file is thrown away."""
    with TemporaryDirectory() as folder:
        job = Job(plan, Path(folder) / "tuned.json", keep=True)
        for step in job.run():
            logging.info("%s: %s %d of %d", trial.name, step.stage, step.done, step.total)
    return job


def _mean(found: list[Curve]) -> Curve:
    cells = {priors: np.mean([curve.cells[priors] for curve in found], axis=0) for priors in PRIORS}
    return replace(found[0], cells=cells)


def section(name: str, found: Mapping[str, Curve], size: Size) -> str:
    """The section of an engine."""
    judged = found[JUDGES]
    head = ["takes", *(f"{who}: {priors}" for who in found for priors in PRIORS), "log-odds gained"]
    points = [curve.points(priors, HIT) for curve in found.values() for priors in PRIORS]
    rows = [
        [str(count), *(str(column[index]) for column in points), str(_more(judged, count))]
        for index, count in enumerate(judged.counts)
    ]
    literature, tuned = (judged.by_emotion(priors, judged.few) for priors in PRIORS)
    by_emotion = [
        [emotion, f"{literature[emotion]:.2f}", f"{tuned[emotion]:.2f}"] for emotion in EMOTIONS
    ]
    most = judged.counts[-1]
    gain, less = judged.gain(HIT, judged.few, judged.few), judged.gain(HIT, judged.few, most)
    turns = ", in turns" if size.trials > 1 else ": Whisper's states choose, functionals judge"
    return (
        f"### {name}\n\n{size.learned} sentences to learn from, {size.sentences} others to "
        f"measure with, six emotions{turns}.\nShare in which the emotion is heard first, with 95% "
        "intervals over sentences.\n\n"
        f"{table(head, rows)}\n\n"
        f"![hit rate over takes](tune-{_file(name)}.svg)\n\n"
        f"To {JUDGES}:\n{judged.equal}; they are\n{gain} above as many untuned takes, and {less} "
        f"above {most} of them.\nBest of 4, by emotion, to the same:\n\n"
        f"{table(['target', *PRIORS], by_emotion)}\n"
    )


def _more(curve: Curve, count: int) -> Point:
    """What tuning adds to the score of the best of so many takes."""
    return curve.gain(SCORE, count, count)


def _file(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-")


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", default=["hibari"])
    parser.add_argument("--learned", type=int, default=30, help="sentences to learn from")
    parser.add_argument("--sentences", type=int, default=10, help="sentences to measure with")
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="takes")
    parser.add_argument("--trials", type=int, choices=(1, 2), default=2, help="2: turns about")
    parser.add_argument("--output", type=Path, help="a folder for tuned priors")
    arguments = parser.parse_args()
    size = Size(arguments.learned, arguments.sentences, arguments.most, arguments.trials)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    prepare(1)
    print(INTRODUCTION)
    for name in arguments.engines:
        host = Host(Config(engine=EngineConfig.model_validate(name)))
        found, priors = measured(host, size)
        if arguments.output:
            priors.save(arguments.output / tuned.file_name(host.engine, host.engine.voice()))
        (RESULTS / f"tune-{_file(name)}.svg").write_text(picture(found), encoding="utf-8")
        print(section(name, found, size), flush=True)


if __name__ == "__main__":
    main()
