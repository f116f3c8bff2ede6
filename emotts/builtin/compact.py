"""The built-in classifier: a linear head on the first layers of Whisper's encoder.

Small enough to hear every take of a sentence. How it was trained and what it is worth stands in
assets/compact/MODEL_CARD.md; training/ makes the assets.
"""

import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from emotts.audio import Samples
from emotts.builtin import assets
from emotts.builtin.centred import CentredClassifier
from emotts.errors import ClassifierError
from emotts.options import Options
from emotts.records import Embedding

if TYPE_CHECKING:
    from emotts.builtin.encoder import Encoder

Floats = npt.NDArray[np.float32]

ASSETS = Path(__file__).parent.parent / "assets" / "compact"
# Takes at once: of a larger batch more would be heard in vain where one of the first is certain.
TOGETHER = 2
ENCODER = "encoder.onnx"
HEADS = "heads.npz"


@dataclass(frozen=True)
class Head:
    """Logistic regression: logits = weights @ embedding + bias."""

    weights: Floats
    """[labels, d]."""
    bias: Floats
    """[labels]."""

    def probabilities(self, embedding: Embedding) -> npt.NDArray[np.float64]:
        """[labels] float64, sums to 1."""
        logits = np.asarray(self.weights @ embedding + self.bias, np.float64)
        likely = np.exp(logits - logits.max())
        total: npt.NDArray[np.float64] = likely / likely.sum()
        return total


@dataclass(frozen=True)
class Model:
    """What the assets hold."""

    encoder: "Encoder"
    centred: Head
    """For embeddings relative to their speaker's mean."""
    uncentred: Head
    """For embeddings as they are."""


class CompactOptions(Options):
    """Options of the compact classifier."""

    # One core is left to the engine, which makes the next take meanwhile.
    threads: int = Field(default=max(1, min(2, (os.cpu_count() or 1) - 1)), ge=1, le=64)
    """How many clips are heard at once; of no effect on what is heard."""


class CompactClassifier(CentredClassifier):
    """Hears eight emotions, best relative to the profile of the speaker.

    The embedding is [1536]: mean and standard deviation over time of the states of two layers.
    """

    name = "compact"
    # No thread waits for the other until all are heard.
    bulk = 32

    Options: ClassVar[type[Options]] = CompactOptions
    options: CompactOptions

    def __init__(self, options: Any) -> None:
        """Keep the options, a `CompactOptions`."""
        super().__init__(options)
        self.batch = min(options.threads, TOGETHER)

    @property
    def fingerprint(self) -> str:
        """A hash of the hashes of the assets."""
        return f"{self.name}-{assets.fingerprint(ASSETS)}"

    @property
    def cores(self) -> int:
        """Its threads."""
        return self.options.threads

    def load(self) -> None:
        """Load the encoder and the heads; see `Classifier.load`."""
        _ = self._model

    def condensed(self, embedding: Embedding, *, centred: bool) -> Embedding:
        """[7] float32, the embedding in the emotion space; see `Classifier.condensed`."""
        from emotts.builtin.projection import project

        return project(embedding, centred=centred)

    def _embed(self, clips: Sequence[Samples]) -> list[Embedding]:
        embed = self._model.encoder.embed
        threads = min(self.options.threads, len(clips))
        if threads > 1:
            with ThreadPoolExecutor(threads) as pool:
                return list(pool.map(embed, clips))
        return [embed(clip) for clip in clips]

    def _head(self, *, centred: bool) -> Head:
        return self._model.centred if centred else self._model.uncentred

    @cached_property
    def _model(self) -> Model:
        return load(ASSETS)


def load(directory: Path) -> Model:
    """Load and check the assets.

    Raises:
        ClassifierError: a file is missing, is not the one whose hash is on record, or was made
            for other labels.
    """
    from emotts.builtin.encoder import Encoder

    files = assets.verified(directory)
    with np.load(io.BytesIO(files[HEADS]), allow_pickle=False) as heads:
        labels = tuple(heads["labels"].tolist())
        if labels != CompactClassifier.labels:
            raise ClassifierError(f"{HEADS} was trained for the labels {labels}")
        centred = Head(heads["centred_weights"], heads["centred_bias"])
        uncentred = Head(heads["uncentred_weights"], heads["uncentred_bias"])
    return Model(Encoder(files[ENCODER]), centred, uncentred)
