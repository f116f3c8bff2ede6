"""What a sentence from the cache costs, against reading its file, and against making it.

    python -m benchmarks.cache

Sides run in turn, in one process, on the same sentence; a cost is the median of the differences of
neighbouring runs. The command runs as a whole process each time.
"""

import os
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cost import timed
from emotts import Config, Host
from emotts.config import CacheConfig
from emotts.effort import Stop

TEXT = "The shop around the corner opens at eight in the morning."
EMOTIONS = ("anger", "fear", "happiness", "sadness", "surprise", "disgust")
ROUNDS = 200
COLD = 7


def hits(stop: Stop, words: str) -> None:
    """A sentence that is there, in a process that is warm."""
    with TemporaryDirectory() as folder:
        host = Host(Config(cache=CacheConfig(path=folder), stop=stop))
        made = [timed(partial(host.say, TEXT, e)) for e in ("neutral", *EMOTIONS)][1:]
        plain = Host(Config(stop=stop))
        plain.say(TEXT, "neutral")
        without = [timed(partial(plain.say, TEXT, e)) for e in EMOTIONS]
        speech = host.say(TEXT, "anger")
        (file,) = {path for path in Path(folder).iterdir() if _is_last_used(path, folder)}
        pairs = [
            (timed(lambda: host.say(TEXT, "anger")), timed(file.read_bytes)) for _ in range(ROUNDS)
        ]
        more = statistics.median(a - b for a, b in pairs) * 1e3
        worst = sorted(a - b for a, b in pairs)[round(0.99 * ROUNDS)] * 1e3
        hit, read = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
        takes, size = len(speech.choices[0].candidates), file.stat().st_size / 1e6
        print(
            f"| a sentence of {speech.audio.duration_s:.1f} s, {words} ({takes} takes, "
            f"{size:.1f} MB) | {hit:.1f} ms | reading its file: {read:.1f} ms | {more:.1f} ms more "
            f"(99 of 100 below {worst:.1f}) | 5 ms |"
        )
        print(
            f"| the same, mean of six emotions | {hit:.1f} ms | making it: "
            f"{statistics.mean(without) * 1e3:.0f} ms | "
            f"{statistics.mean(without) * 1e3 / hit:.0f} times as fast | |"
        )
        print(
            f"| making it, to be kept | {statistics.mean(made) * 1e3:.0f} ms | without a cache: "
            f"{statistics.mean(without) * 1e3:.0f} ms | "
            f"{statistics.mean(a - b for a, b in zip(made, without, strict=True)) * 1e3:+.1f} ms "
            "| |"
        )


def _is_last_used(path: Path, folder: str) -> bool:
    times = [other.stat().st_mtime_ns for other in Path(folder).iterdir()]
    return path.stat().st_mtime_ns == max(times)


def cold() -> None:
    """`emotts say` as a command."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(f"cache: {folder}/speech\n")
        output = os.path.join(folder, "a.wav")
        say = [sys.executable, "-m", "emotts", "say", TEXT, "-e", "anger", "-o", output]

        def run(*arguments: str) -> float:
            command = [*say, "--config", str(config), *arguments]
            return timed(lambda: subprocess.run(command, check=True, capture_output=True))

        run()
        pairs = [(run(), run("--no-cache")) for _ in range(COLD)]
        found, made = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(
            f"| `emotts say`, cold, from the cache | {found:.2f} s | made: {made:.2f} s | "
            f"{found / made:.2f} times | |"
        )


def main() -> None:
    """Measure and print the table."""
    print("| what | time | against | difference | limit |\n|---|---|---|---|---|")
    hits("adaptive", "as it comes")
    hits("never", "all takes")
    cold()


if __name__ == "__main__":
    main()
