"""What labelling costs beside the model, and how much memory and time a large job takes.

    python -m benchmarks.label              # speed
    python -m benchmarks.label --rows 100000

Speed: the compact classifier on two cores, from WAV files at 22.05 kHz, as LJSpeech's
are, against its own speed on clips that are ready in memory, two at a time, and against a plain
loop that loads, resamples and classifies one clip after the other. Rows: a job of so many short
synthetic clips, its memory, and what it costs to go on with it.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import soundfile

from emotts.audio import Audio, read
from emotts.builtin.compact import CompactClassifier
from emotts.config import PartConfig
from emotts.labelling import Sources, label
from emotts.labelling.items import shards
from emotts.labelling.job import ITEMS
from emotts.labelling.parts import finished
from emotts.labelling.run import HEARD, SHARD

CLIPS = 400
RATE = 22_050
ROUNDS = 3
DIFFERENT = 500


def voice(seed: int, seconds: float, rate: int) -> npt.NDArray[np.float32]:
    """Something like a voice: harmonics below a moving envelope, with pauses, in noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate)) / rate
    pitch = rng.uniform(90, 250) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(0.5, 3) * time_s))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tone = sum(np.sin(phase * k) / k for k in range(1, 12))
    envelope = np.clip(np.sin(2 * np.pi * rng.uniform(2, 4) * time_s), 0, None)
    noise = 0.01 * rng.standard_normal(time_s.size)
    return np.asarray(0.1 * (tone * envelope + noise), np.float32)


def generate(folder: Path, count: int, seconds: tuple[float, float], rate: int) -> None:
    """Write clips as 16-bit WAV, 1,000 in a folder; from the 501st on they are links to others."""
    rng = np.random.default_rng(0)
    files: list[Path] = []
    for index in range(count):
        file = folder / f"{index // 1000:04}" / f"{index:07}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        if index < DIFFERENT:
            soundfile.write(file, voice(index, rng.uniform(*seconds), rate), rate)
        else:
            file.hardlink_to(files[index % DIFFERENT])
        files.append(file)


def timed(work: Callable[[], object]) -> float:
    """Seconds of the wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed() -> None:
    """Print how labelling compares with the model alone and with a plain loop."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "clips", CLIPS, (2.0, 6.0), RATE)
        files = sorted((folder / "clips").rglob("*.wav"))
        classifier = CompactClassifier(CompactClassifier.Options())
        ready = [read(file).resample(classifier.rate) for file in files]
        classifier.hear(ready[:2])
        ways: dict[str, Callable[[], object]] = {
            "ready": lambda: alone(classifier, ready),
            "plain loop": lambda: [classifier.hear([read(file)]) for file in files],
            "label": lambda: list(
                label(Sources((str(folder / "clips"),)), folder / "a.csv", restart=True)
            ),
        }
        took = {way: [timed(run)] for way, run in ways.items()}
        for _ in range(ROUNDS - 1):  # in turn: all meet the machine as busy as it is
            for way, run in ways.items():
                took[way].append(timed(run))
        audio_s = sum(clip.duration_s for clip in ready)
    ratios = {
        way: median(a / b for a, b in zip(took[way], took["label"], strict=True)) for way in took
    }
    print("| what | seconds of audio a second | label against it | limit |\n|---|---|---|---|")
    for way, limit in (("ready", "0.85"), ("plain loop", "1.8"), ("label", "")):
        print(f"| {way} | {audio_s / median(took[way]):.0f} | {ratios[way]:.2f} | {limit} |")


def alone(classifier: CompactClassifier, clips: list[Audio]) -> None:
    """The model on clips that are ready, as many at once as it likes."""
    for start in range(0, len(clips), classifier.batch):
        classifier.classify(clips[start : start + classifier.batch])


def rows(count: int) -> None:
    """Print memory and time of a large job, and what going on with it costs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "clips", count, (0.4, 0.6), 16_000)
        whole = timed(lambda: _job(folder / "clips", folder / "whole.parquet"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        again = _stopped_halfway(folder / "clips", folder / "half.parquet")
        print("| what | figure | limit |\n|---|---|---|")
        print(f"| rows | {count} | |")
        print(f"| time | {whole:.0f} s | |")
        print(f"| peak memory of the process | {peak:.0f} MB | 1000 |")
        print(
            f"| a job that is stopped half-way and goes on, in skipping what is done | "
            f"{again:.2f} s, {again / whole:.2%} of the job | 1% |"
        )


def _job(clips: Path, output: Path) -> None:
    command = [sys.executable, "-m", "emotts", "label", str(clips), "-o", str(output)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


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
    next(job)
    folder = output.with_name(f"{output.name}.job")
    next(shards(folder / ITEMS, SHARD, done=finished(folder / HEARD)))
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
