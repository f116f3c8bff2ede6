"""What best of 8 costs, against one plain hibari call plus one classification of it.

    python -m benchmarks.cost

Both sides run in turn, in one process, on the same three-second sentence; a ratio is the median
of the ratios of neighbouring runs, so that it holds when the machine's speed drifts.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from hibari import Hibari

from emotts import Audio, Host
from emotts.effort import Stop
from emotts.profiles import EMOTIONS as PROFILED

# The shipped priors were tuned with other sentences: how soon a take is certain depends on them.
TEXTS = Path(__file__).parent / "proof" / "texts" / "fresh" / "neutral.txt"
SHORT = "The shop opens at eight."
ROUNDS = 25

Turns = Iterator[tuple[str, str]]


def timed(action: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def compare(
    ours: Callable[[], object], other: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Median seconds of both, and median ratio of neighbouring runs."""
    ours(), other()
    pairs = [(timed(ours), timed(other)) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Every sentence with every emotion, no sentence or emotion twice running."""
    return [
        (text, PROFILED[(index + turn) % len(PROFILED)])
        for turn in range(len(PROFILED))
        for index, text in enumerate(texts)
    ]


def choosing() -> None:
    """Best of 8 against plain speech and one classification, each on sentences of its turn.

    Each sentence with each of the six emotions, and means rather than medians: how many takes are
    needed before one is certain depends on both.
    """
    host, plain = Host(), Hibari(threads=1)
    texts = TEXTS.read_text().splitlines()
    seconds = statistics.mean(plain(text).size / plain.sample_rate for text in texts)
    others = cycle(texts)

    def plain_and_heard() -> None:
        host.classify([Audio(plain(next(others)), plain.sample_rate)])

    stops: dict[Stop, str] = {"never": "all of them", "adaptive": "fewer where one is certain"}
    for stop, words in stops.items():
        turns = cycle(pairs(texts))

        def best_of_8(stop: Stop = stop, turns: Turns = turns) -> None:
            text, emotion = next(turns)
            host.say(text, emotion, stop=stop)

        best_of_8()
        plain_and_heard()
        found = [(timed(best_of_8), timed(plain_and_heard)) for _ in pairs(texts)]
        ours, other = (statistics.mean(times) for times in zip(*found, strict=True))
        print(
            f"| best of 8, {words}, sentences of {seconds:.1f} s | {ours * 1e3:.0f} ms | plain "
            f"hibari and one classification, one thread: {other * 1e3:.0f} ms "
            f"| {ours / other:.2f} | 2.0 |"
        )


def commands() -> None:
    """Cold commands, as whole processes."""
    with TemporaryDirectory() as folder:
        python = [sys.executable, "-c", "pass"]
        emotts = [str(Path(sys.executable).with_name("emotts"))]
        say = [*emotts, "say", SHORT, "--emotion", "happiness", "-o", os.path.join(folder, "a.wav")]

        def run(command: list[str]) -> Callable[[], object]:
            return lambda: subprocess.run(command, check=True, capture_output=True)

        ours, other, ratio = compare(run([*emotts, "--help"]), run(python), ROUNDS)
        print(
            f"| `emotts --help` | {ours * 1e3:.0f} ms | `python -c pass`: {other * 1e3:.0f} ms "
            f"| {ratio:.2f} | 4 |"
        )
        listed = statistics.median(timed(run([*emotts, "plugins"])) for _ in range(7))
        print(f"| `emotts plugins`, with what is installed | {listed:.2f} s | | | 0.5 s |")
        cold = statistics.median(timed(run(say)) for _ in range(7))
        print(f"| `emotts say`, cold, short sentence | {cold:.2f} s | | | 1.5 s |")


def main() -> None:
    """Measure and print the table."""
    print(f"{os.cpu_count()} cores\n")
    print("| what | time | against | ratio | limit |\n|---|---|---|---|---|")
    choosing()
    commands()


if __name__ == "__main__":
    main()
