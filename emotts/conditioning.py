"""Conditioning: what takes are to sound like beside their controls, for engines that accept it."""

import logging
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import numpy as np

from emotts.classifier import Classifier
from emotts.documents import from_json, vector
from emotts.emotions import Target, canonical
from emotts.errors import ConfigError, reason
from emotts.records import Candidate, Conditioning, Embedding
from emotts.speech import Request, Tone

logger = logging.getLogger(__name__)

Centroids = Mapping[str, Embedding]
"""Canonical emotion → [d] float32, its mean embedding, as the engine was trained on them."""


def wanted(
    request: Request,
    accepts: Collection[str],
    *,
    centroids: Centroids | None = None,
    before: Tone | None = None,
    classifier: Classifier | None = None,
) -> Conditioning:
    """What the takes of a sentence are conditioned on.

    The tag is the strongest emotion of the target; the reference is the recording that the request
    is to sound like. The embedding is the recording's, else the target's by the centroids, else
    that of what was spoken before, so that the tone stays.

    Args:
        request: what was asked for.
        accepts: the kinds that the engine takes; only they are given.
        centroids: of the emotions, where the configuration has any.
        before: the tone of the last sentence.
        classifier: whose embedding that of the recording is; it is condensed where the centroids,
            with which the engine was trained, are of another size.

    Raises:
        ConfigError: the centroids lack an emotion of the target.
    """
    like = request.like
    embedding = None if before is None else before.embedding
    if like is not None:
        embedding = _fitting(like.embedding, like.centred, centroids, classifier)
    elif centroids:
        embedding = centroid(request.target, centroids)
    return Conditioning(
        reference=like.path if like is not None and "reference" in accepts else None,
        embedding=embedding if "embedding" in accepts else None,
        emotion=request.target.dominant if "emotion" in accepts else None,
    )


def _fitting(
    embedding: Embedding,
    centred: bool,
    centroids: Centroids | None,
    classifier: Classifier | None,
) -> Embedding:
    """The embedding in the space of the centroids, as far as the classifier knows the way."""
    if not centroids or classifier is None:
        return embedding
    if embedding.shape == next(iter(centroids.values())).shape:
        return embedding
    return classifier.condensed(embedding, centred=centred)


def centroid(target: Target, centroids: Centroids) -> Embedding:
    """Where a target lies: the weighted mean of its emotions' centroids.

    Where neutral has one, it lies between that and them, as far as the intensity says.

    Raises:
        ConfigError: an emotion has none; the message lists those that have one.
    """
    if missing := sorted(set(target.weights) - set(centroids)):
        raise ConfigError(
            f"the embeddings have no {', '.join(missing)}; they have: {', '.join(centroids)}"
        )
    full = sum(weight * centroids[emotion] for emotion, weight in target.weights.items())
    start = centroids.get("neutral", full)
    return np.asarray(start + target.intensity * (full - start), np.float32)


def read_centroids(path: str | Path) -> dict[str, Embedding]:
    """The mean embedding of each emotion in a file.

    Args:
        path: JSON in the form of Coqui's d-vector files, `{key: {"name": emotion, "embedding":
            [numbers]}}`; entries of other names are left out.

    Raises:
        ConfigError: the file can't be read, is of another form, or names no emotion.
    """
    found: dict[str, list[Embedding]] = {}
    try:
        for entry in from_json(Path(path).read_text(encoding="utf-8")).values():
            if emotion := canonical(entry["name"]):
                found.setdefault(emotion, []).append(vector(entry["embedding"]))
        means = {
            emotion: np.asarray(np.mean(rows, axis=0, dtype=np.float64), np.float32)
            for emotion, rows in found.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            f"{path}: can't be read as embeddings, "
            f'{{key: {{"name": emotion, "embedding": [numbers]}}}}: {reason(error)}'
        ) from error
    if len({mean.shape for mean in means.values()}) != 1:
        raise ConfigError(f"{path}: names no emotion, or its embeddings differ in length")
    return means


def warn_ignored(candidates: Iterable[Candidate], engine: str) -> None:
    """Log once what an engine says that it accepts, and ignored."""
    ignored = {kind for candidate in candidates for kind in candidate.ignored}
    if ignored:
        logger.warning("%s ignored its conditioning: %s", engine, ", ".join(sorted(ignored)))
