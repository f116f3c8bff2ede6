"""What docs/scale.md plans with: storage and time of labels, here and on a Ray of this machine.

    python -m benchmarks.scale              # needs the plugin emotts-ray

Clips of 2 to 6 s, synthetic, labelled by `compact` in two processes of this machine and by two Ray
workers, with one thread each. Storage is that of real rows; how long merging takes is measured
on the same rows, written again and again.
"""

import os
import time
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

import ray

from benchmarks.clips import generate
from emotts.config import PartConfig
from emotts.executor import Executor
from emotts.labelling import Progress, Sources, label, parquet, parts, writers
from emotts.labelling.rows import Row, Schema
from emotts.parts import make_classifier, make_executor
from emotts.plugins import load

CLIPS = 2048
SHARD = 64
MERGED = 256
"""Shards that are merged."""


def measured(folder: Path, executor: Executor) -> tuple[list[Progress], float]:
    """The steps of labelling a folder of clips, and how long it took from start to end, s."""
    classifier = PartConfig(name="compact", options={"threads": 1})
    start = time.perf_counter()
    job = label(
        Sources((str(folder / "clips"),)),
        folder / "a.parquet",
        classifier=classifier,
        shard=SHARD,
        executor=executor,
        restart=True,
    )
    steps = list(job)
    return steps, time.perf_counter() - start


def speed(folder: Path) -> None:
    """Print how fast two processes are, and a Ray of two workers that runs already."""
    plugins = load()
    ways = {
        "this machine, 2 processes": make_executor(plugins, "local", {"workers": 2}),
        "Ray, 2 workers": make_executor(plugins, "ray", {"workers": 2, "shards": 2}),
    }
    print("| who | clips | audio, s | from start to end, s | then, s of audio a second |")
    print("|---|---|---|---|---|")
    for name, executor in ways.items():
        steps, took = measured(folder, executor)
        heard = [step for step in steps if step.stage == "label" and step.audio_s]
        first, last = heard[0], heard[-1]
        steady = (last.audio_s - first.audio_s) / (last.elapsed_s - first.elapsed_s)
        print(f"| {name} | {last.done} | {last.audio_s:.0f} | {took:.1f} | {steady:.0f} |")


def storage(folder: Path) -> None:
    """Print what a row takes, in the parts of a job and in each kind of output."""
    work = label(Sources((str(folder / "clips" / "0000"),)), folder / "b.parquet", shard=SHARD)
    while next(work).stage != "write":
        pass
    (part,) = (folder / "b.parquet.job").glob("label-*")
    rows = parts.read(part, 0)
    size = (part / parts.file_name(0)).stat().st_size
    work.close()
    made = make_classifier(load(), PartConfig(name="compact"))
    schema = Schema.of(made, size=0 if rows[0].embedding is None else rows[0].embedding.size)
    print("\n| file | bytes a row | rows written a second |\n|---|---|---|")
    print(f"| part of {len(rows)} rows | {size / len(rows):.0f} | |")
    for name, write in (
        ("Parquet", parquet.write),
        ("CSV, without embeddings", writers.write_csv),
        ("JSON lines", writers.write_json_lines),
    ):
        start = time.perf_counter()
        (file,) = write(_again(part), schema, folder / "out")
        took = time.perf_counter() - start
        count = MERGED * len(rows)
        print(f"| {name} | {os.path.getsize(file) / count:.0f} | {count / took:.0f} |")


def _again(part: Path) -> Iterator[list[Row]]:
    """The shards of a job, read as they are when they are merged."""
    indices = sorted(parts.finished(part))
    for index in list(chain.from_iterable(repeat(indices, MERGED)))[:MERGED]:
        yield parts.read(part, index)


def main() -> None:
    """Print the tables."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "clips", CLIPS, (2.0, 6.0), 22_050)
        ray.init(num_cpus=2, log_to_driver=False)
        speed(folder)
        ray.shutdown()
        storage(folder)


if __name__ == "__main__":
    main()
