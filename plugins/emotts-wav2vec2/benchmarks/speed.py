"""Speed, exactness and memory of the classifier on a CPU, against a user's own loop.

    python benchmarks/speed.py [--clips 64] [--folder DIR]

Ways are interleaved clip by clip, so that a busy machine slows all of them alike. On a machine
that is very busy only CPU time on one thread compares:

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/speed.py --cpu-time

Prints markdown.
"""

import argparse
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

# The threads of torch spin for a while after a product, and would take a core from the next way.
REST_S = 0.4
GFLOP_PER_SECOND = 36.0  # of audio, for the large model
WAYS = {
    "torch": {"backend": "torch"},
    "onnx": {"backend": "onnx"},
    "onnx int8": {"backend": "onnx", "dtype": "int8"},
}
THREADS = int(os.environ["OMP_NUM_THREADS"]) if "OMP_NUM_THREADS" in os.environ else None
FINALISTS, TAKES = 3, 8
Clock = Callable[[], float]
SENTENCES = (
    "Nobody told me that the train had already left.",
    "We will meet again at noon, by the old bridge over the river.",
    "The letter on the table is for you.",
    "I have never seen so many people waiting in the rain for a bus.",
)


def speak(folder: Path, count: int) -> list[Path]:
    """Files of 2 to 5 s at 24 kHz that hibari speaks, of one length in each run of TAKES."""
    from emotts.builtin.hibari import HibariEngine
    from emotts.records import Take

    engine = HibariEngine(HibariEngine.Options())
    paths: list[Path] = []
    for index in itertools.count():
        controls = {"rate": 0.8 + 0.1 * (index % 4), "pitch": 0.0}
        for pitch in range(TAKES):
            take = Take(1, 0, controls | {"pitch": pitch - TAKES / 2})
            text, voice = SENTENCES[index % len(SENTENCES)], engine.voice().name
            (made,) = engine.synthesize(text, voice=voice, takes=[take])
            if len(paths) == count:
                return paths
            assert 2 <= made.audio.duration_s <= 5, made.audio.duration_s
            paths.append(made.audio.write(folder / f"{len(paths):03}.wav"))
    raise AssertionError("never reached")


def hearer(model: Path, cache: Path, way: dict[str, str]) -> Callable[[Path], np.ndarray]:
    """Path → probabilities, by emotts."""
    from emotts.audio import read

    from emotts_wav2vec2 import Wav2Vec2Classifier

    options = Wav2Vec2Classifier.Options(
        model=str(model), device="cpu", cache=cache, threads=THREADS, **way
    )
    classifier = Wav2Vec2Classifier(options)
    return lambda path: np.array(list(classifier.hear([read(path)])[0].scores.values()))


def sgemm(clock: Clock, size: int = 1536) -> tuple[float, float]:
    """GFLOP and seconds of one product in the faster of this machine's two libraries."""
    import torch

    left, right = torch.ones(size, size), torch.ones(size, size)
    seconds = []
    for product in (torch.mm, lambda a, b: np.matmul(a.numpy(), b.numpy())):
        start = clock()
        product(left, right)
        seconds.append(clock() - start)
    return 2 * size**3 / 1e9, min(seconds)


def measure(model: Path, cache: Path, paths: Sequence[Path], clock: Clock) -> None:
    """Print the table of speeds and differences."""
    import soundfile
    from reference import Loop

    ways: dict[str, Callable[[Path], np.ndarray]] = {"the loop": Loop(model)}
    ways |= {name: hearer(model, cache, way) for name, way in WAYS.items()}
    for hear in ways.values():
        hear(paths[0])  # weights are read at the first call
    sgemm(clock)
    seconds: dict[str, float] = defaultdict(float)
    heard: dict[str, list[np.ndarray]] = defaultdict(list)
    gflop = gemm_s = 0.0
    for path in paths:
        for name, hear in ways.items():
            time.sleep(REST_S)
            start = clock()
            heard[name].append(hear(path))
            seconds[name] += clock() - start
        time.sleep(REST_S)
        work, took = sgemm(clock)
        gflop, gemm_s = gflop + work, gemm_s + took
    audio_s = sum(soundfile.info(path).duration for path in paths)
    peak = gflop / gemm_s
    print(f"{len(paths)} clips, {audio_s:.0f} s of audio; sgemm {peak:.0f} GFLOP/s.\n")
    print("| way | audio s / s | × the loop | of sgemm | largest change of a probability | mean |")
    print("|---|---|---|---|---|---|")
    for name, took in seconds.items():
        change = np.abs(np.array(heard[name]) - np.array(heard["the loop"]))
        share = GFLOP_PER_SECOND * audio_s / took / peak
        print(
            f"| {name} | {audio_s / took:.2f} | {seconds['the loop'] / took:.2f} | {share:.0%} "
            f"| {change.max():.1e} | {change.mean():.1e} |"
        )


def finalists(model: Path, cache: Path, paths: Sequence[Path], clock: Clock) -> None:
    """Print what hearing three of eight costs, the compact classifier's hearing included."""
    from emotts.audio import read
    from emotts.builtin.compact import CompactClassifier

    compact = CompactClassifier(CompactClassifier.Options())
    hear = hearer(model, cache, WAYS["onnx"])
    clips = [read(path) for path in paths[:TAKES]]
    compact.hear(clips[:1])
    hear(paths[0])
    eight = three = 0.0
    for _ in range(2):
        start = clock()
        for path in paths[:TAKES]:
            hear(path)
        eight += clock() - start
        start = clock()
        compact.hear(clips)
        for path in paths[:FINALISTS]:
            hear(path)
        three += clock() - start
    print(f"\nBest of {TAKES} with {FINALISTS} finalists: {three / eight:.2f} of the time.")


def job(model: Path, cache: Path, way: str, paths: Sequence[Path]) -> None:
    """In a process of its own: what the first call costs, and the peak of memory, as JSON."""
    start = time.perf_counter()
    hear = hearer(model, cache, WAYS[way])
    hear(paths[0])
    first = time.perf_counter() - start
    for path in paths:
        hear(path)
    # Not ru_maxrss: that starts from the size of the process which started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    print(json.dumps({"first_s": first, "peak": peak, "torch": "torch" in sys.modules}))


def jobs(model: Path, cache: Path, paths: Sequence[Path]) -> None:
    """Print start and memory of each way, with the export to make and with it made."""
    weights = (model / "model.safetensors").stat().st_size
    limit = 1.3 * weights + 1e9
    print(f"\nWeights {weights / 1e9:.2f} GB; 1.3 times that and 1 GB: {limit / 1e9:.2f} GB.\n")
    print("| way | export | first call, s | peak memory, GB | imports torch |")
    print("|---|---|---|---|---|")
    longest = sorted(paths, key=lambda path: -path.stat().st_size)[:4]
    runs = [(way, state) for way in WAYS if way != "torch" for state in ("made now", "kept")]
    for way, state in [("torch", "none"), *runs]:
        command = [sys.executable, __file__, "--job", way, "--folder", str(model.parent)]
        made = subprocess.run([*command, *map(str, longest)], capture_output=True, text=True)
        if made.returncode:
            raise RuntimeError(made.stderr)
        found = json.loads(made.stdout.splitlines()[-1])
        print(
            f"| {way} | {state} | {found['first_s']:.1f} | {found['peak'] / 1e9:.2f} "
            f"| {'yes' if found['torch'] else 'no'} |",
            flush=True,
        )


def main() -> None:
    """Run the benchmark, or one job of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=64)
    parser.add_argument("--folder", type=Path, help="keeps the checkpoint for the next run")
    parser.add_argument("--cpu-time", action="store_true", help="of this process; no memory table")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    parser.add_argument("paths", type=Path, nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        model, cache = folder / "model", folder / "cache"
        if given.job:
            job(model, cache, given.job, given.paths)
            return
        from reference import write_checkpoint

        write_checkpoint(model)
        paths = speak(Path(temporary), given.clips)
        print(f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}.")
        if not given.cpu_time:
            shutil.rmtree(cache, ignore_errors=True)
            jobs(model, cache, paths)
        print()
        clock = time.process_time if given.cpu_time else time.perf_counter
        measure(model, cache, paths, clock)
        finalists(model, cache, paths, clock)


if __name__ == "__main__":
    main()
