"""Linear heads: logistic regression over the emotions that a corpus could have shown.

A corpus without calm says nothing about how calm sounds. A plain softmax would learn "not calm"
from its recording conditions all the same; here the emotions that a corpus lacks take no part in
the softmax of its clips.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.special

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Further iterations move the recall on other speakers by less than its noise.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Head:
    """Logits = embedding @ weights.T + bias."""

    weights: Array
    """[labels, d]."""
    bias: Array
    """[labels]."""

    def logits(self, embeddings: Array) -> Array:
        """[n, labels] from [n, d]."""
        return embeddings @ self.weights.T + self.bias

    def cooled(self, temperature: float) -> "Head":
        """The head whose logits are divided by `temperature`."""
        return Head(self.weights / temperature, self.bias / temperature)


def fit(
    embeddings: Array,
    labels: Indices,
    possible: Mask,
    weights: Array,
    *,
    penalty: float,
    nuisance: Array | None = None,
) -> Head:
    """Fit a head by L-BFGS.

    Args:
        embeddings: [n, d].
        labels: [n] index of the emotion of each clip.
        possible: [n, labels] which emotions the clip's corpus could have shown.
        weights: [n] importance of each clip; its scale is of no consequence.
        penalty: weight of the squared norm of the head on standardised embeddings, relative to
            the mean loss.
        nuisance: [k, d] directions in which a clip may move without moving any logit
            (nuisance attribute projection, Solomonoff et al., 2005).

    Returns:
        The head; its logits are minus infinity for an emotion that no corpus could have shown.
    """
    weights = weights / weights.sum()
    mean = weights @ embeddings
    deviation = np.sqrt(weights @ (embeddings - mean) ** 2)
    inputs = ((embeddings - mean) / deviation).astype(np.float32)
    if nuisance is not None:
        # Without any input in these directions, descent from zero leaves no weight in them.
        basis = np.linalg.qr((nuisance / deviation).T)[0].astype(np.float32)
        inputs -= (inputs @ basis) @ basis.T
    barrier = np.where(possible, 0.0, -np.inf)
    wanted = np.arange(len(labels)), labels
    count, width = possible.shape[1], inputs.shape[1]

    def loss(flat: Array) -> tuple[float, Array]:
        matrix, bias = flat[:-count].reshape(count, width), flat[-count:]
        logs = scipy.special.log_softmax(
            inputs @ matrix.T.astype(np.float32) + bias + barrier, axis=1
        )
        slope = np.exp(logs)
        slope[wanted] -= 1
        slope *= weights[:, None]
        value = -weights @ logs[wanted] + penalty / 2 * (matrix**2).sum()
        gradient = slope.T.astype(np.float32) @ inputs + penalty * matrix
        return float(value), np.concatenate([gradient.ravel(), slope.sum(axis=0)])

    start = np.zeros(count * width + count)
    found = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"ftol": TOLERANCE}
    ).x
    scaled = found[:-count].reshape(count, width) / deviation
    bias = np.where(possible.any(axis=0), found[-count:] - scaled @ mean, -np.inf)
    return Head(scaled, bias)


def length_directions(shifts: Array, longer: Array) -> Array:
    """[2, d] where embeddings move when a clip gets longer and nothing else changes.

    Pooling over positions that Whisper counts from the start of the clip makes long and short
    clips differ, whatever they hold.

    Args:
        shifts: [n, d] embedding of a clip less that of a part of it.
        longer: [n, 2] how much longer the clip is, in log seconds and in their squares.
    """
    return np.asarray(np.linalg.lstsq(longer, shifts, rcond=None)[0], np.float64)


def balance(labels: Indices, corpora: Indices) -> Array:
    """[n] weights under which every emotion counts the same, and every corpus within it."""
    weights = np.zeros(len(labels))
    for label in np.unique(labels):
        shown = labels == label
        with_it = np.unique(corpora[shown])
        for corpus in with_it:
            cell = shown & (corpora == corpus)
            weights[cell] = 1 / (cell.sum() * len(with_it))
    return weights
