"""The emotion space: linear discriminants of embeddings, learned on nothing that they judge.

Fisher's discriminants maximise the scatter between emotions in units of the scatter within them
(Fisher, 1936; Rao, 1948). The scatter within holds what a speaker, a sentence, noise and length do
to an embedding, so directions along which these move it count little. It is shrunk towards its
diagonal (Friedman, 1989): few speakers say little about 1536 dimensions.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg

from training import heads, triplets
from training.corpora import Clips
from training.folds import centre
from training.heads import Array, Indices, Mask

SHRINKAGES = (0.1, 0.3, 0.6, 0.9)


@dataclass(frozen=True)
class Copies:
    """Clips with their embeddings under several conditions."""

    clips: Clips
    embeddings: tuple[Array, ...]
    """[n, d] a condition; the first as recorded."""

    def at(self, chosen: Mask) -> "Copies":
        """The part that a mask selects."""
        return Copies(self.clips.at(chosen), tuple(copy[chosen] for copy in self.embeddings))

    def centred(self) -> "Copies":
        """Relative to the mean of all clips of the same speaker in the same condition."""
        copies = tuple(centre(copy, self.clips.speaker) for copy in self.embeddings)
        return replace(self, embeddings=copies)


@dataclass(frozen=True)
class Projection:
    """Projected = (embedding - mean) @ matrix.T."""

    mean: Array
    """[d]."""
    matrix: Array
    """[k, d]."""

    def __call__(self, embeddings: Array) -> Array:
        """[n, k] from [n, d]."""
        return (embeddings - self.mean) @ self.matrix.T

    def turned(self, embeddings: Array, wanted: Array) -> "Projection":
        """Turned so that [n, d] embeddings fall as near to the wanted [n, k] as they can.

        Every cosine stays what it is (orthogonal Procrustes, Schönemann, 1966).
        """
        turn, _ = scipy.linalg.orthogonal_procrustes(self(embeddings), wanted)
        return Projection(self.mean, turn.T @ self.matrix)


@dataclass(frozen=True)
class Scatter:
    """How embeddings lie, every emotion counting the same, and every corpus within it."""

    mean: Array
    """[d]."""
    within: Array
    """[d, d] covariance about the means of the emotions."""
    emotions: Array
    """[emotions, d] means of the emotions less the mean, times the root of their weights."""

    def projection(self, shrinkage: float) -> Projection:
        """The discriminants, the scatter within shrunk towards its diagonal."""
        deviation = np.sqrt(np.diag(self.within))
        correlation = (1 - shrinkage) * self.within / np.outer(deviation, deviation)
        correlation[np.diag_indices_from(correlation)] = 1
        root = np.linalg.cholesky(correlation)
        whitened = scipy.linalg.solve_triangular(root, (self.emotions / deviation).T, lower=True)
        # The weighted means sum to zero: there is one direction less than there are emotions.
        directions = np.linalg.svd(whitened, full_matrices=False)[0][:, : len(self.emotions) - 1]
        matrix = scipy.linalg.solve_triangular(root, directions, lower=True, trans=1).T
        return Projection(self.mean, matrix / deviation)


def scatter(data: Copies) -> Scatter:
    """The scatter of all copies of the clips."""
    copies = len(data.embeddings)
    labels = np.tile(data.clips.label, copies)
    weights = np.tile(heads.balance(data.clips.label, data.clips.corpus), copies)
    weights /= weights.sum()
    embeddings = np.concatenate(data.embeddings)
    mean = weights @ embeddings
    within = embeddings - mean
    emotions = []
    for label in np.unique(labels):
        shown = labels == label
        share = weights[shown].sum()
        own = weights[shown] @ within[shown] / share
        within[shown] -= own
        emotions.append(np.sqrt(share) * own)
    single = (within * np.sqrt(weights)[:, None]).astype(np.float32)
    return Scatter(mean, np.asarray(single.T @ single, np.float64), np.array(emotions))


def choose(data: Copies) -> float:
    """The shrinkage with which corpora that are left out are told apart best."""
    clips = data.clips
    shares = {shrinkage: np.full(len(clips), np.nan) for shrinkage in SHRINKAGES}
    for corpus in np.unique(clips.corpus):
        held = clips.corpus == corpus
        found, judged = scatter(data.at(~held)), data.at(held)
        for shrinkage, share in shares.items():
            projected = found.projection(shrinkage)(judged.embeddings[0])
            share[held] = triplets.nearer(projected, judged.clips)
    return max(shares, key=lambda shrinkage: triplets.mean(shares[shrinkage], clips))


def learn(data: Copies) -> tuple[Projection, float]:
    """The projection, and the shrinkage that was chosen."""
    shrinkage = choose(data)
    return scatter(data).projection(shrinkage), shrinkage


def held_out(data: Copies, groups: Indices) -> Array:
    """[n, k] embeddings projected by what was learned, and chosen, without their group.

    Those of two groups are of two spaces, and not to be compared.
    """
    made = [(groups == group, learn(data.at(groups != group))[0]) for group in np.unique(groups)]
    projected = np.zeros((len(data.clips), max(len(learned.matrix) for _, learned in made)))
    for held, learned in made:
        projected[held, : len(learned.matrix)] = learned(data.embeddings[0][held])
    return projected
