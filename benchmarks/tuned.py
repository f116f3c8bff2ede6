"""What takes of the tuned priors cost, beside the literature's: `python -m benchmarks.tuned`.

Needs emotts-naturalness (DNSMOS) and emotts-speaker (Resemblyzer), and prints a table for
benchmarks/results/tuned.md. The sentences are not among those that the priors were tuned with.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from emotts_naturalness import NaturalnessCheck
from emotts_speaker import SpeakerCheck

from emotts import tuned
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.check import Check
from emotts.emotions import Target
from emotts.records import Rendering
from emotts.search import Search
from emotts.tendencies import TENDENCIES, Tendencies

TEXTS = Path(__file__).parent / "proof" / "texts" / "fresh" / "neutral.txt"
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
CLOSE = 0.65
SEED = 5


class Meter:
    """Holds takes against take 0 of their sentence."""

    def __init__(self) -> None:
        """Make the engine and the two checks."""
        self.engine = HibariEngine(HibariOptions())
        self.voice = self.engine.voice()
        self.checks: list[Check] = [
            NaturalnessCheck(NaturalnessCheck.Options()),
            SpeakerCheck(SpeakerCheck.Options()),
        ]

    def harm(self, text: str, takes: Sequence[Rendering]) -> npt.NDArray[np.float64]:
        """[takes - 1, 2] loss of DNSMOS, and similarity, of all but the first."""
        baseline = takes[0].audio
        measured = [
            check.measure(
                [take.audio for take in takes[1:]], baseline=baseline, text=text, voice=self.voice
            )
            for check in self.checks
        ]
        return np.array([[found[0].value for found in column] for column in measured]).T

    def drawn(self, text: str, emotion: str, count: int, priors: Tendencies) -> list[Rendering]:
        """Take 0 and as many draws from the priors."""
        takes = Search(
            text,
            Target({emotion: 1.0}),
            count=count + 1,
            seed=SEED,
            engine=self.engine.name,
            controls=self.engine.controls,
            uses_seed=False,
            tendencies=priors,
        ).draws()
        return list(self.engine.renderings(text, voice=self.voice.name, takes=takes))


def row(name: str, harm: npt.NDArray[np.float64]) -> str:
    """A row of the table."""
    loss, similarity = harm.T
    error = loss.std() / np.sqrt(len(loss))
    return (
        f"| {name} | {-loss.mean():+.2f} ± {error:.2f} | {similarity.mean():.2f} "
        f"| {similarity.min():.2f} | {(similarity >= CLOSE).mean():.0%} |"
    )


def main() -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=6)
    parser.add_argument("--draws", type=int, default=3, help="a sentence, emotion and priors")
    arguments = parser.parse_args()
    meter = Meter()
    texts = TEXTS.read_text().splitlines()[: arguments.sentences]
    both = {"literature": TENDENCIES, "tuned": tuned.tendencies(meter.engine, meter.voice)}
    print(f"{len(texts)} sentences × {arguments.draws} draws, against take 0\n")
    print("| priors | DNSMOS | similarity | lowest | at least 0.65 |\n|---|---|---|---|---|")
    for name, priors in both.items():
        found = []
        for emotion in EMOTIONS:
            harms = [
                meter.harm(text, meter.drawn(text, emotion, arguments.draws, priors))
                for text in texts
            ]
            found.append(np.concatenate(harms))
            print(row(f"{name}: {emotion}", found[-1]), flush=True)
        print(row(f"{name}: all", np.concatenate(found)), flush=True)


if __name__ == "__main__":
    main()
