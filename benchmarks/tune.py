"""What tuning a voice is worth: the best of n takes, with the literature's priors and tuned ones.

    python -m benchmarks.tune [ENGINE …] [--sentences 10] [--most 32] [--trials 2]

Needs the corpora, and the plugins of the engines. One family of classifiers on one half of the
corpora tunes and chooses, the other family on the other half judges, and the other way round
(benchmarks.proof.panel); measured is what `emotts tune` does, with its sentences and checks. A run
that was ended goes on where it was. A picture goes to results/tune-ENGINE.svg.
"""

import logging
import re
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.disjoint import table
from benchmarks.proof.panel import Panel, Trial, cross_families, prepare
from emotts.config import Config, EngineConfig
from emotts.host import Host
from emotts.profiles import renderings
from emotts.tuning.booth import Booth
from emotts.tuning.contest import CHOOSE
from emotts.tuning.curve import COUNTS, HIT, PRIORS, SCORE, Curve, Point
from emotts.tuning.job import Job
from emotts.tuning.picture import picture
from emotts.tuning.plan import Plan
from emotts.tuning.texts import SENTENCES, divided
from training.tune import EMOTIONS

RESULTS = Path(__file__).parent / "results"
INTRODUCTION = """## What tuning a voice is worth

The best of n takes, take 0 included, as `emotts say --takes n --stop never` makes them. One family
of classifiers on one half of the corpora tunes a voice and chooses the takes, the other family on
the other half, of other speakers, judges them; then the other way round, and the mean of both.
"""
CHOOSES, JUDGES = "who tuned and chose", "another family, other speakers"


def curves(host: Host, sentences: int, most: int, trials: int) -> Mapping[str, Curve]:
    """Of those who chose, and of the juries: means over the trials."""
    engine, voice = host.engine, host.engine.voice()
    panel = Panel(renderings(engine, voice))
    texts = divided(SENTENCES, "emotts")
    texts = replace(texts, held_out=texts.held_out[:sentences])
    found = []
    for trial in cross_families()[:trials]:
        booth = Booth(engine, voice, panel.of(trial.verifier), host.checks)
        counts = tuple(count for count in COUNTS if count <= most)
        plan = Plan(booth, texts, EMOTIONS, panel.of(trial.jury), counts=counts)
        found.append(_tuned(plan, trial))
    return {
        CHOOSES: _mean([one[CHOOSE] for one in found]),
        JUDGES: _mean([curve for one in found for name, curve in one.items() if name != CHOOSE]),
    }


def _tuned(plan: Plan, trial: Trial) -> Mapping[str, Curve]:
    """Listener → curve; the tuned priors themselves are thrown away."""
    with TemporaryDirectory() as folder:
        job = Job(plan, Path(folder) / "tuned.json", keep=True)
        for step in job.run():
            logging.info("%s: %s %d of %d", trial.name, step.stage, step.done, step.total)
    return job.curves


def _mean(found: list[Curve]) -> Curve:
    cells = {priors: np.mean([curve.cells[priors] for curve in found], axis=0) for priors in PRIORS}
    return replace(found[0], cells=cells)


def section(name: str, found: Mapping[str, Curve], sentences: int) -> str:
    """The section of an engine."""
    judged = found[JUDGES]
    head = ["takes", *(f"{who}: {priors}" for who in found for priors in PRIORS), "log-odds gained"]
    points = [curve.points(priors, HIT) for curve in found.values() for priors in PRIORS]
    rows = [
        [str(count), *(str(column[index]) for column in points), str(_more(judged, count))]
        for index, count in enumerate(judged.counts)
    ]
    literature, tuned = (judged.hits(priors, judged.few) for priors in PRIORS)
    by_emotion = [
        [emotion, f"{literature[emotion]:.2f}", f"{tuned[emotion]:.2f}"] for emotion in EMOTIONS
    ]
    most = judged.counts[-1]
    gain, less = judged.gain(HIT, judged.few, judged.few), judged.gain(HIT, judged.few, most)
    return (
        f"### {name}\n\n{sentences} sentences from which nothing was learned, six emotions: share "
        "in which\nthe emotion is heard first, with 95% intervals over sentences.\n\n"
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
    parser.add_argument("--sentences", type=int, default=10)
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="takes")
    parser.add_argument("--trials", type=int, choices=(1, 2), default=2, help="2: turns about")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    prepare(1)
    print(INTRODUCTION)
    for name in arguments.engines:
        host = Host(Config(engine=EngineConfig.model_validate(name)))
        found = curves(host, arguments.sentences, arguments.most, arguments.trials)
        (RESULTS / f"tune-{_file(name)}.svg").write_text(picture(found), encoding="utf-8")
        print(section(name, found, arguments.sentences), flush=True)


if __name__ == "__main__":
    main()
