"""What listeners make of takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio
from emotts.closeness import log_odds
from emotts.listener import Listener
from emotts.records import Prediction

Bools = npt.NDArray[np.bool_]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """Of some listeners, on takes."""

    hit: Bools
    """[n] whether the emotion is the likeliest, by the mean of their probabilities."""
    probability: Array
    """[n] of the emotion, by the same mean."""

    @property
    def odds(self) -> Array:
        """[n] log-odds of the emotion."""
        return np.array([log_odds(p) for p in self.probability.tolist()])

    @property
    def best(self) -> int:
        """Where the emotion is likeliest; the first of equals."""
        return int(np.argmax(self.probability))

    def mean(self) -> dict[str, float]:
        """Hit rate and mean log-odds."""
        return {"hit": float(self.hit.mean()), "odds": float(self.odds.mean())}


def verdict(heard: Sequence[Sequence[Prediction]], emotion: str) -> Verdict:
    """The verdict of what each listener heard in each take."""
    means: list[Mapping[str, float]] = [
        {label: float(np.mean([p.scores[label] for p in take])) for label in take[0].scores}
        for take in heard
    ]
    return Verdict(
        np.array([max(mean, key=lambda label: mean[label]) == emotion for mean in means]),
        np.array([mean[emotion] for mean in means]),
    )


def judged(clips: Sequence[Audio], jury: Sequence[Listener], emotion: str) -> Verdict:
    """The verdict of a jury."""
    columns = [listener.heard(clips) for listener in jury]
    return verdict(list(zip(*columns, strict=True)), emotion)
