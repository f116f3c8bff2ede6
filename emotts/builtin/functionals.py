"""The built-in classifier of functionals: prosody and voice quality, where compact hears spectra.

A second opinion that costs a few milliseconds: it shares no feature with the compact classifier,
so a take that both prefer is seldom one that fools either. How it was trained and what it is worth
stands in training/FUNCTIONALS.md.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from emotts.audio import Samples
from emotts.builtin import assets
from emotts.builtin.centred import CentredClassifier
from emotts.errors import ClassifierError
from emotts.records import Embedding

Floats = npt.NDArray[np.float32]
Real = TypeVar("Real", bound=npt.NDArray[np.floating[Any]])

ASSETS = Path(__file__).parent.parent / "assets" / "functionals"
HEADS = "heads.npz"
VIEWS = ("centred", "uncentred")

# Longer speech is heard in windows: the line that a pitch draws is that of a sentence.
WINDOW_S = 10.0
# A functional further from its mean than this, in standard deviations, counts as this far. What a
# synthetic voice does that no speaker ever did is no evidence for an emotion.
BOUND = 3.0


@dataclass(frozen=True)
class Head:
    """Logistic regression on bounded standard scores."""

    mean: Floats
    """[d] of the training clips."""
    deviation: Floats
    """[d] of the training clips."""
    weights: Floats
    """[labels, d]."""
    bias: Floats
    """[labels]."""

    def probabilities(self, embedding: Embedding) -> npt.NDArray[np.float64]:
        """[labels] float64, sums to 1."""
        logits = self.weights @ bounded(embedding, self.mean, self.deviation) + self.bias
        likely = np.exp(logits.astype(np.float64) - logits.max())
        total: npt.NDArray[np.float64] = likely / likely.sum()
        return total


def bounded(embeddings: Real, mean: Real, deviation: Real) -> Real:
    """[..., d] standard scores of functionals, within ±`BOUND`."""
    scores: Real = np.clip((embeddings - mean) / deviation, -BOUND, BOUND)
    return scores


class FunctionalsClassifier(CentredClassifier):
    """Hears eight emotions in prosody and voice quality, best relative to the speaker's profile.

    The embedding is [d]: the functionals as measured, in the order of
    `emotts.builtin.features.functionals`.
    """

    name = "functionals"

    @property
    def fingerprint(self) -> str:
        """A hash of the hashes of the assets."""
        return f"{self.name}-{assets.fingerprint(ASSETS)}"

    @property
    def cores(self) -> int:
        """One: it has no threads."""
        return 1

    def details(self) -> Mapping[str, Any]:
        """How many functionals there are."""
        return {"functionals": len(self._heads["centred"].mean)}

    def _embed(self, clips: Sequence[Samples]) -> list[Embedding]:
        return [embed(clip) for clip in clips]

    def _head(self, *, centred: bool) -> Head:
        return self._heads["centred" if centred else "uncentred"]

    @cached_property
    def _heads(self) -> Mapping[str, Head]:
        return load(ASSETS)


def embed(samples: Floats) -> Embedding:
    """The functionals of a clip.

    Args:
        samples: [n] float32 at 16 kHz.

    Returns:
        [d] float32, mean over windows of at most `WINDOW_S` of active speech.

    Raises:
        ClassifierError: the clip is silent or too short.
    """
    return np.array(list(measure(samples).values()), np.float32)


def measure(samples: Floats) -> dict[str, float]:
    """`embed`, with the name of each functional."""
    from emotts.builtin.active import active
    from emotts.builtin.features import functionals

    rate = FunctionalsClassifier.rate
    speech = active(samples, rate)
    windows = np.array_split(speech, -(-speech.size // round(WINDOW_S * rate)))
    heard = [functionals(window) for window in windows]
    return {name: float(np.mean([window[name] for window in heard])) for name in heard[0]}


def load(directory: Path) -> Mapping[str, Head]:
    """The heads of the assets, by view.

    Raises:
        ClassifierError: a file is missing, is not the one whose hash is on record, or was made
            for other labels.
    """
    files = assets.verified(directory)
    with np.load(io.BytesIO(files[HEADS]), allow_pickle=False) as arrays:
        labels = tuple(arrays["labels"].tolist())
        if labels != FunctionalsClassifier.labels:
            raise ClassifierError(f"{HEADS} was trained for the labels {labels}")
        return {
            view: Head(*(arrays[f"{view}_{part}"] for part in Head.__dataclass_fields__))
            for view in VIEWS
        }
