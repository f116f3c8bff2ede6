"""What labelling costs beside the model, and how much memory and time a large job takes.

    python -m benchmarks.label              # speed
    python -m benchmarks.label --rows 100000

Speed: the compact classifier on all cores, from WAV files at 22.05 kHz, as LJSpeech's are, against
its own speed on clips that are ready in memory, in a thread a core, and against a plain loop that
loads, resamples and classifies one clip after the other. Rows: a job of so many short synthetic
clips, the memory of all its processes together, and what it costs to go on with it.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.clips import generate
from emotts.audio import Audio, read
from emotts.builtin.compact import CompactClassifier, CompactOptions
from emotts.config import PartConfig
from emotts.labelling import Sources, label
from emotts.labelling.items import shards
from emotts.labelling.job import ITEMS
from emotts.labelling.parts import finished
from emotts.labelling.run import HEARD, SHARD

CLIPS = 2560
SOME = 300
"""Of them, for what is timed without labelling."""
RATE = 22_050
ROUNDS = 3
POLL_S = 0.2


def timed(work: Callable[[], object]) -> float:
    """Seconds of the wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed() -> None:
    """Print how labelling compares with the model alone and with a plain loop."""
    took: dict[str, list[float]] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "clips", CLIPS, (2.0, 6.0), RATE)
        files = sorted((folder / "clips").rglob("*.wav"))[:SOME]
        one, all_cores = (
            CompactClassifier(CompactOptions(threads=threads)) for threads in (1, os.cpu_count())
        )
        ready = [read(file).resample(one.rate) for file in files]
        audio_s = sum(clip.duration_s for clip in ready)
        for classifier in (one, all_cores):
            classifier.hear(ready[:2])
        for _ in range(ROUNDS):  # in turn: all meet the machine as busy as it is
            steady, whole = job(folder)
            rates = {
                "ready": audio_s / timed(lambda: alone(all_cores, ready)),
                "plain loop": audio_s / timed(lambda: [one.hear([read(file)]) for file in files]),
                "label, once it runs": steady,
                f"label, all of a job of {CLIPS} clips": whole,
            }
            for what, rate in rates.items():
                took.setdefault(what, []).append(rate)
    label_s = took["label, once it runs"]
    print("| what | seconds of audio a second | label against it | limit |\n|---|---|---|---|")
    for (what, rates_s), limit in zip(took.items(), ("0.85", "1.8", "", ""), strict=True):
        ratio = median(a / b for a, b in zip(label_s, rates_s, strict=True))
        print(f"| {what} | {median(rates_s):.0f} | {ratio:.2f} | {limit} |")


def job(folder: Path) -> tuple[float, float]:
    """Seconds of audio a second of a job: once its processes run, and from start to end."""
    start = time.perf_counter()
    steps = list(label(Sources((str(folder / "clips"),)), folder / "a.csv", restart=True))
    took = time.perf_counter() - start
    _, first, *_, last = (step for step in steps if step.stage == HEARD and step.audio_s)
    steady = (last.audio_s - first.audio_s) / (last.elapsed_s - first.elapsed_s)
    return steady, last.audio_s / took


def alone(classifier: CompactClassifier, clips: list[Audio]) -> None:
    """The model on clips that are ready, many at once."""
    for start in range(0, len(clips), classifier.bulk):
        classifier.classify(clips[start : start + classifier.bulk])


def rows(count: int) -> None:
    """Print memory and time of a large job, and what going on with it costs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "clips", count, (0.4, 0.6), 16_000)
        start = time.perf_counter()
        peak = _peak(folder / "clips", folder / "whole.parquet")
        whole = time.perf_counter() - start
        again = _stopped_halfway(folder / "clips", folder / "half.parquet")
        print("| what | figure | limit |\n|---|---|---|")
        print(f"| rows | {count} | |")
        print(f"| time | {whole:.0f} s | |")
        print(f"| peak memory of all its processes | {peak:.0f} MB | 1000 |")
        print(
            f"| a job that is stopped half-way and goes on, in skipping what is done | "
            f"{again:.2f} s, {again / whole:.2%} of the job | 1% |"
        )


def _peak(clips: Path, output: Path) -> float:
    """Run a job by the command; the most memory that its processes held together, MB.

    What they share counts once: each is charged its part of a page that several hold.
    """
    command = [sys.executable, "-m", "emotts", "label", str(clips), "-o", str(output)]
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            family = [process.pid, *map(int, children.read_text().split())]
            peak = max(peak, sum(map(_held, family)))
            time.sleep(POLL_S)
    if process.returncode:
        raise RuntimeError(f"the job ended with code {process.returncode}")
    return peak / 1024


def _held(process: int) -> int:
    """Memory of a process, KiB; 0 where it ends meanwhile."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) if found else 0


def _stopped_halfway(clips: Path, output: Path) -> float:
    """Seconds from going on with a job to the first clip that is not done.

    The model's loading is left out: it is no different at the start of a job.
    """
    sources = Sources((str(clips),))
    job = label(sources, output, classifier=PartConfig(name="compact"))
    for step in job:
        if step.done >= step.total / 2:
            break
    job.close()
    start = time.perf_counter()
    job = label(sources, output, classifier=PartConfig(name="compact"))
    count = next(job).total
    folder = output.with_name(f"{output.name}.job")
    (heard,) = folder.glob(f"{HEARD}-*")
    next(shards(folder / ITEMS, count, SHARD, done=finished(heard)))
    took = time.perf_counter() - start
    job.close()
    return took


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, help="a job of so many clips, in place of speed")
    count = parser.parse_args().rows
    if count:
        rows(count)
    else:
        speed()


if __name__ == "__main__":
    main()
