"""How fast the classifier of functionals hears, on one core, and beside the compact classifier.

    python -m benchmarks.functionals > benchmarks/results/functionals.md

Times are processor seconds, which other programs on the machine hardly change.
"""

from benchmarks.compact import clip_of, median, print_speed, ratio
from emotts.builtin.active import active
from emotts.builtin.compact import CompactClassifier, CompactOptions
from emotts.builtin.descriptors import describe
from emotts.builtin.functionals import ASSETS, FunctionalsClassifier, load
from emotts.options import Options


def main() -> None:
    """Print the section."""
    classifier = FunctionalsClassifier(Options())
    compact = CompactClassifier(CompactOptions())
    print("## The classifier of functionals\n\nOne core, end to end, processor time.\n")
    print_speed(classifier)
    clip = clip_of(3)
    speech = active(clip.samples, clip.rate)

    def once() -> object:
        return classifier.classify([clip])

    print("\n| speech of 3 s | |\n| --- | --- |")
    print(f"| loading the heads | {median(lambda: load(ASSETS)) * 1e3:.1f} ms |")
    print(f"| share of the frames, pitch included | {ratio(lambda: describe(speech), once):.0%} |")
    beside = ratio(once, lambda: compact.classify([clip]))
    print(f"| cost against the compact classifier | {beside:.0%} |")


if __name__ == "__main__":
    main()
