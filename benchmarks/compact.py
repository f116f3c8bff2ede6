"""How fast the compact classifier hears, from an array at 16 kHz to a prediction, on one core.

    python -m benchmarks.compact > benchmarks/results/compact.md

Times are processor seconds, which other programs on the machine hardly change. Two things that are
compared run in turn, and the ratio is the median of the ratios of neighbouring runs, so that it
holds when the machine's speed drifts.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from hibari import Hibari

from emotts.audio import Audio
from emotts.builtin.active import active
from emotts.builtin.compact import ASSETS, CompactClassifier, CompactOptions, load
from emotts.builtin.logmel import log_mel
from emotts.classifier import Classifier

TEXT = "She put the letter on the kitchen table and said nothing more about it."
ROUNDS = 15


def timed(action: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of one call."""
    start = clock()
    action()
    return clock() - start


def median(action: Callable[[], object]) -> float:
    """Median processor seconds of a call, after a first one that does not count."""
    action()
    return statistics.median(timed(action, time.process_time) for _ in range(ROUNDS))


def ratio(
    one: Callable[[], object],
    other: Callable[[], object],
    clock: Callable[[], float] = time.process_time,
) -> float:
    """How many times longer `one` takes than `other`."""
    one(), other()
    return statistics.median(timed(one, clock) / timed(other, clock) for _ in range(ROUNDS))


def clip_of(seconds: float) -> Audio:
    """Speech of a length."""
    voice = Hibari(threads=1)
    speech = Audio(voice(TEXT), voice.sample_rate).resample(CompactClassifier.rate)
    return Audio(np.resize(speech.samples, round(seconds * speech.rate)), speech.rate)


def print_speed(classifier: Classifier) -> None:
    """How long it takes to hear clips of some lengths."""
    print("| speech | time | audio seconds a second |\n| --- | --- | --- |")
    for seconds in (1, 3, 10, 60):
        clip = clip_of(seconds)
        spent = median(partial(classifier.classify, [clip]))
        print(f"| {seconds} s | {spent * 1e3:.1f} ms | {seconds / spent:.0f} |")


def main() -> None:
    """Print the section."""
    one, two = (CompactClassifier(CompactOptions(threads=threads)) for threads in (1, 2))
    print("## The compact classifier\n\nOne thread, end to end, processor time.\n")
    print_speed(one)
    clip = clip_of(3)
    once, takes = partial(one.classify, [clip]), partial(one.classify, [clip] * 8)
    print("\n| speech of 3 s | |\n| --- | --- |")
    print(f"| loading: hashes, graph, heads | {median(lambda: load(ASSETS)) * 1e3:.0f} ms |")
    print(f"| 8 takes, one thread | {median(takes) * 1e3:.0f} ms |")
    both = ratio(partial(two.classify, [clip] * 8), takes, time.perf_counter)
    print(f"| 8 takes, wall time of two threads against one | {both:.2f} |")
    print(
        f"| share of trim and level | {ratio(lambda: active(clip.samples, clip.rate), once):.1%} |"
    )
    print(
        f"| share of the log-mel spectrogram | {ratio(lambda: log_mel(clip.samples), once):.1%} |"
    )
    print(f"| padded to 30 s as Whisper does, against its own frames | {padded(clip, once):.1f} |")


def padded(clip: Audio, once: Callable[[], object]) -> float:
    """What the encoder costs on Whisper's 30 s, relative to the whole way at its own length."""
    encoder = load(ASSETS).encoder
    whole = np.pad(clip.samples, (0, 30 * clip.rate - clip.samples.size))
    return ratio(lambda: encoder.hear(whole), once)


if __name__ == "__main__":
    main()
