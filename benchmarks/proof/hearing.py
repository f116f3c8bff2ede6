"""What verifier and jury hear in the takes of one sentence, and what a choice is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotts import scoring
from emotts.audio import Audio
from emotts.emotions import Target
from emotts.listener import Listener
from emotts.records import Candidate, Prediction

Bools = npt.NDArray[np.bool_]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """Of some listeners, on the takes of a sentence."""

    hit: Bools
    """[n] whether the emotion is the likeliest, by the mean of their probabilities."""
    odds: Array
    """[n] its log-odds, by the same mean."""


def verdict(heard: Sequence[Sequence[Prediction]], emotion: str) -> Verdict:
    """The verdict of what each listener heard in each take."""
    means = [
        {label: np.mean([p.scores[label] for p in take]) for label in take[0].scores}
        for take in heard
    ]
    return Verdict(
        np.array([max(mean, key=lambda label: mean[label]) == emotion for mean in means]),
        np.array([scoring.log_odds(float(mean[emotion])) for mean in means]),
    )


def judged(clips: Sequence[Audio], jury: Sequence[Listener], emotion: str) -> Verdict:
    """The verdict of a jury."""
    columns = [listener.heard(clips) for listener in jury]
    return verdict(list(zip(*columns, strict=True)), emotion)


@dataclass(frozen=True)
class Takes:
    """The sound takes of a sentence from one set of priors, take 0 first."""

    target: Target
    candidates: tuple[Candidate, ...]
    verifier: Verdict
    jury: Verdict

    def best(self, count: int) -> int:
        """Which of the first `count` takes the verifier chooses, as the pipeline would."""
        rivals = self.among(count)
        scores = scoring.combine(
            [
                {
                    i: scoring.score(
                        self.candidates[i].predictions[name],
                        self.target,
                        self.candidates[0].predictions[name],
                    )
                    for i in rivals
                }
                for name in self.candidates[0].predictions
            ]
        )
        return max(rivals, key=lambda i: (scores[i], -i))

    def oracle(self, count: int) -> int:
        """Which of the first `count` takes the jury likes best."""
        return max(self.among(count), key=lambda i: (self.jury.odds[i], -i))

    def among(self, count: int) -> list[int]:
        """Which takes there would be, had only so many been planned."""
        return [i for i, c in enumerate(self.candidates) if c.take.index < count]

    def matched(self, index: int) -> bool:
        """Whether the verifier says that a take reaches the target."""
        heard = self.candidates[index].predictions.values()
        return all(scoring.matched(prediction, self.target) for prediction in heard)


def takes(candidates: Sequence[Candidate], target: Target, jury: Sequence[Listener]) -> Takes:
    """The takes of a choice that no check rejected, and what the jury hears in them."""
    (emotion,) = target.weights
    sound = tuple(c for c in candidates if c.take.index == 0 or c.rejected is None)
    clips = [c.audio for c in sound if c.audio is not None]
    own = verdict([list(c.predictions.values()) for c in sound], emotion)
    return Takes(target, sound, own, judged(clips, jury, emotion))


def ways(tuned: Takes, plain: Takes) -> dict[str, tuple[Takes, list[int]]]:
    """Way of choosing → the takes that it chooses; a random choice is any of them alike."""
    found = {
        "take 0": (tuned, [0]),
        "literature": (plain, list(range(1, len(plain.candidates)))),
        "literature, best of 8": (plain, [plain.best(8)]),
        "literature, oracle of 8": (plain, [plain.oracle(8)]),
        "tuned": (tuned, list(range(1, len(tuned.candidates)))),
    }
    found |= {f"best of {n}": (tuned, [tuned.best(n)]) for n in (4, 8, 16)}
    return found | {"oracle of 8": (tuned, [tuned.oracle(8)])}
