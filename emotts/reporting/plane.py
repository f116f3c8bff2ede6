"""A map of embeddings: their two principal components."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotts.builtin import projection
from emotts.records import Embedding
from emotts.reporting.heard import Heard

LEAST = 3
"""Clips: fewer are no map."""


@dataclass(frozen=True)
class Plane:
    """Clips with their places."""

    clips: Sequence[Heard]
    places: npt.NDArray[np.float64]
    """[clips, 2], each axis from 0 to 1."""
    shares: tuple[float, float]
    """Of the variance, along each axis."""
    in_emotion_space: bool
    """Whether the embeddings were brought into the emotion space first."""


def plane(clips: Sequence[Heard]) -> Plane | None:
    """The map of clips with embeddings; None where there are too few, or all lie at one place.

    Embeddings of the compact classifier are brought into the emotion space first.
    """
    known = [(clip, vector) for clip in clips if (vector := _emotional(clip)) is not None]
    known = [(clip, vector) for clip, vector in known if vector.shape == known[0][1].shape]
    if len(known) < LEAST:
        return None
    vectors = np.array([vector for _, vector in known], np.float64)
    vectors -= vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(vectors, full_matrices=False)
    if sizes.size < 2 or not sizes[1]:
        return None
    places = left[:, :2] * sizes[:2]
    low, high = places.min(axis=0), places.max(axis=0)
    first, second = (sizes[:2] ** 2 / (sizes**2).sum()).tolist()
    return Plane(
        [clip for clip, _ in known],
        (places - low) / (high - low),
        (first, second),
        clips[0].classifier == projection.CLASSIFIER,
    )


def _emotional(clip: Heard) -> Embedding | None:
    if clip.embedding is None or clip.classifier != projection.CLASSIFIER:
        return clip.embedding
    if clip.embedding.size == projection.SIZE:  # else as `emotts embed` wrote it
        return clip.embedding
    return projection.project(clip.embedding, centred=clip.centred)
