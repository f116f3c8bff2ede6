"""The emotion space: what of the compact classifier's embedding tells emotions apart.

The embedding itself is nearest to that of another sentence by the same speaker, whatever the
emotion. How the projection was learned and how much better it does stands in
assets/space/MODEL_CARD.md; `training.embedding` makes the assets.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotts.builtin import assets, compact
from emotts.errors import ClassifierError
from emotts.records import Embedding

Floats = npt.NDArray[np.float32]

ASSETS = Path(__file__).parent.parent / "assets" / "space"
FILE = "projection.npz"
CLASSIFIER = compact.CompactClassifier.name
"""Whose embeddings are projected."""
SIZE = len(compact.CompactClassifier.labels) - 1
"""Of what comes out: one less than the emotions that were told apart."""


@dataclass(frozen=True)
class Projection:
    """A linear map of embeddings, after which their cosine tells emotions apart."""

    mean: Floats
    """[d] of the embeddings that it was learned from."""
    matrix: Floats
    """[k, d]; k is `SIZE`."""

    def __call__(self, embedding: Embedding) -> Embedding:
        """[..., k] from [..., d]; the direction tells which emotion, the length how strong it is.

        Raises:
            ClassifierError: the embeddings have another size.
        """
        if embedding.shape[-1:] != self.mean.shape:
            raise ClassifierError(
                f"the emotion space is that of embeddings of size {self.mean.size}, as "
                f"{CLASSIFIER} makes them; got one of shape {embedding.shape}"
            )
        projected: Floats = ((embedding - self.mean) @ self.matrix.T).astype(np.float32)
        return projected


def project(embedding: Embedding, *, centred: bool) -> Embedding:
    """An embedding of the compact classifier in the emotion space.

    Args:
        embedding: [..., 1536] float32.
        centred: whether it is relative to its speaker's mean, as `Prediction.centred` tells.

    Returns:
        [..., 7] float32.

    Raises:
        ClassifierError: the embedding has another size, or the assets are damaged.
    """
    return _projections()[centred](embedding)


@cache
def _projections() -> Mapping[bool, Projection]:
    """Centred or not → projection.

    Raises:
        ClassifierError: a file is missing, is not the one whose hash is on record, or was made for
            another encoder.
    """
    with np.load(io.BytesIO(assets.verified(ASSETS)[FILE]), allow_pickle=False) as arrays:
        if arrays["encoder"].item() != encoder():
            raise ClassifierError(f"{FILE} was learned from another encoder; install emotts again")
        return {
            view == "centred": Projection(arrays[f"{view}_mean"], arrays[f"{view}_matrix"])
            for view in ("centred", "uncentred")
        }


def encoder() -> str:
    """The SHA-256 of the encoder whose embeddings are projected."""
    return assets.recorded(compact.ASSETS)[compact.ENCODER]
