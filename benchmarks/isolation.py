"""What a process of its own costs a sentence, against the same parts in the host's process.

    python -m benchmarks.isolation

Both sides run in turn, in one process, on the same sentence; the cost is the median of the
differences of neighbouring runs, with a 95% interval from the order statistics of the differences.
"""

import statistics
import time
from collections.abc import Callable

from emotts import Config, Host
from emotts.config import ClassifierConfig, EngineConfig
from emotts.parts import close, make_classifier, make_engine
from emotts.plugins import load
from emotts.records import Take

TEXT = "The shop on the corner opens at eight on Mondays."
ROUNDS = 30
# The 95% interval of a median of 30: between the 10th and the 21st in order.
INTERVAL = (9, 20)


def timed(action: Callable[[], object]) -> float:
    """Wall-clock milliseconds of one call."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1e3


def compare(what: str, isolated: Callable[[], object], inside: Callable[[], object]) -> None:
    """Print a row: both sides, and the difference of neighbouring runs."""
    isolated(), inside()
    pairs = [(timed(isolated), timed(inside)) for _ in range(ROUNDS)]
    costs = sorted(a - b for a, b in pairs)
    low, high = (costs[index] for index in INTERVAL)
    print(
        f"| {what} | {statistics.median(b for _, b in pairs):.1f} ms "
        f"| {statistics.median(a for a, _ in pairs):.1f} ms "
        f"| {statistics.median(costs):.1f} ms ({low:.1f} to {high:.1f}) | 10 ms |"
    )


def main() -> None:
    """Measure and print the table."""
    plugins = load()
    engines = [make_engine(plugins, EngineConfig(name="hibari", isolate=i)) for i in (True, False)]
    classifiers = [
        make_classifier(plugins, ClassifierConfig(name="compact", isolate=i)) for i in (True, False)
    ]
    hosts = [
        Host(Config(engine=EngineConfig(name="hibari", isolate=i), stop="never"), plugins=plugins)
        for i in (True, False)
    ]
    neutral = [Take(0, 0)]
    takes = [Take(index, index, {"pitch": index / 4}) for index in range(8)]

    def speaks(which: int, takes: list[Take]) -> Callable[[], object]:
        return lambda: list(engines[which].renderings(TEXT, voice="heart", takes=takes))

    clips = [made.audio for made in engines[1].renderings(TEXT, voice="heart", takes=takes[:2])]
    profile = classifiers[1].profile(clips)

    def hears(which: int) -> Callable[[], object]:
        return lambda: classifiers[which].hear(clips, profile=profile)

    def says(which: int) -> Callable[[], object]:
        return lambda: hosts[which].say(TEXT, "happiness", takes=8)

    print(f"A sentence of {clips[0].duration_s:.1f} s.\n")
    print("| what | in the host's process | in its own | it costs | limit |\n|---|---|---|---|---|")
    compare("engine hibari, 1 take", speaks(0, neutral), speaks(1, neutral))
    compare("engine hibari, 8 takes", speaks(0, takes), speaks(1, takes))
    compare("classifier compact, 2 clips", hears(0), hears(1))
    compare("engine hibari isolated, best of 8", says(0), says(1))
    for part in (*engines, *classifiers):
        close(part)
    for host in hosts:
        host.close()


if __name__ == "__main__":
    main()
