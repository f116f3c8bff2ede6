"""What `emotts label` makes of the classifier's own speed, on the clips of `speed.py`.

    python benchmarks/labelling.py [--clips 32] [--folder DIR] [--way onnx]

On a machine that is busy only CPU time on one thread compares, as for `speed.py`:

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/labelling.py --cpu-time

Each way hears all clips one after the other, as `speed.py` times it, and then labels the same files
to a table, in turn. A job on one clip is subtracted from that on all: it loads the same weights.

Prints markdown.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import soundfile
from emotts.config import PartConfig
from emotts.labelling import Sources, label
from reference import write_checkpoint
from speed import THREADS, WAYS, Clock, hearer, speak

ROUNDS = 2


def labelled(model: Path, cache: Path, way: dict[str, str], clips: Path, clock: Clock) -> float:
    """Seconds of a whole job on a folder of clips."""
    options = {"model": str(model), "device": "cpu", "cache": str(cache), "threads": THREADS, **way}
    classifier = PartConfig(name="wav2vec2", options=options)
    start = clock()
    with tempfile.TemporaryDirectory() as out:
        *_, last = label(Sources((str(clips),)), Path(out, "a.csv"), classifier=classifier)
    assert last.rows and not last.errors
    return clock() - start


def heard(
    model: Path, cache: Path, way: dict[str, str], paths: Sequence[Path], clock: Clock
) -> float:
    """Seconds of hearing clips one after the other, with a model that is loaded."""
    hear = hearer(model, cache, way)
    hear(paths[0])
    start = clock()
    for path in paths:
        hear(path)
    return clock() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=32)
    parser.add_argument("--folder", type=Path, help="keeps the checkpoint for the next run")
    parser.add_argument("--way", choices=WAYS, help="only this one")
    parser.add_argument("--cpu-time", action="store_true", help="of this process")
    given = parser.parse_args()
    clock = time.process_time if given.cpu_time else time.perf_counter
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        model, cache = folder / "model", folder / "cache"
        write_checkpoint(model)
        for name in ("one", "all"):
            Path(temporary, name).mkdir()
        paths = speak(Path(temporary, "all"), given.clips)
        shutil.copy(paths[0], Path(temporary, "one"))
        audio_s = sum(soundfile.info(path).duration for path in paths[1:])
        print("| way | its own, audio s / s | `emotts label`, audio s / s | label against it |")
        print("|---|---|---|---|")
        for name in [given.way] if given.way else WAYS:
            own, job = [], []
            for _ in range(ROUNDS):
                own.append(heard(model, cache, WAYS[name], paths[1:], clock))
                one, whole = (
                    labelled(model, cache, WAYS[name], Path(temporary, clips), clock)
                    for clips in ("one", "all")
                )
                job.append(whole - one)
            ratio = median(a / b for a, b in zip(own, job, strict=True))
            print(
                f"| {name} | {audio_s / median(own):.2f} | {audio_s / median(job):.2f} "
                f"| {ratio:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
