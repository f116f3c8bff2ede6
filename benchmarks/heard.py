"""How often the target is what the classifier hears first: take 0, a random take, the best of n.

    python -m benchmarks.heard [--sentences 20]

This is the verifier's own view of the takes that it chose itself: what it says is how much there
is to choose from, and how well the takes aim, not that a person would agree.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.intervals import interval
from emotts import Candidate, Host
from emotts.search import FIRST

EMOTIONS = ("anger", "happiness", "sadness", "fear", "surprise")
TAKES = 32
# The shipped priors were tuned with other sentences.
TEXTS = Path(__file__).parent / "proof" / "texts" / "fresh" / "neutral.txt"

Hits = npt.NDArray[np.float64]


def hits(candidates: Sequence[Candidate], emotion: str) -> list[float]:
    """Of one sentence: hit in take 0, share of hits in random takes, hit in best of 8 and 32."""

    def hit(candidate: Candidate) -> float:
        (heard,) = candidate.predictions.values()
        return float(heard.top == emotion)

    def best(count: int) -> float:
        scored = [c for c in candidates[:count] if c.score is not None]
        return hit(max(scored, key=lambda c: (c.score or 0.0, -c.take.index)))

    # Of the first round: later ones have learned from what was heard.
    audible = [c for c in candidates[1:FIRST] if c.predictions]
    return [hit(candidates[0]), float(np.mean([hit(c) for c in audible])), best(8), best(TAKES)]


def main() -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=20)
    count = parser.parse_args().sentences
    texts = TEXTS.read_text().splitlines()[:count]
    host = Host()
    table: dict[str, Hits] = {}
    for emotion in EMOTIONS:
        rows = [
            hits(next(host.stream(text, emotion, takes=TAKES, stop="never")).candidates, emotion)
            for text in texts
        ]
        table[emotion] = np.array(rows)
    table["mean of five"] = np.mean(list(table.values()), axis=0)
    print(f"{count} neutral sentences, {host.engine.name}, {host.classifiers[0].name}\n")
    print(f"| target | take 0 | a random take | best of 8 | best of {TAKES} |")
    print("|---|---|---|---|---|")
    for name, values in table.items():
        print(f"| {name} | " + " | ".join(interval(column) for column in values.T) + " |")


if __name__ == "__main__":
    main()
