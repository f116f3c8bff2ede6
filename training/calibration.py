"""How sure is too sure: temperatures for what was never met, and how far off confidence is then.

Guo et al., "On Calibration of Modern Neural Networks" (2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.optimize
import scipy.special

from training import heads
from training.corpora import Clips
from training.folds import met
from training.heads import Array, Indices
from training.metrics import resampled, speakers, with_interval

BINS = 15
# Logarithms of the coolest and the warmest temperature.
_RANGE = (-3.0, 3.0)


@dataclass(frozen=True)
class Unseen:
    """What heads said of clips whose group they never met."""

    groups: Indices
    """[n] what was left out in turn: speakers or corpora."""
    logits: Array
    """[n, labels]."""
    share: float = 1.0
    """How much it counts beside the others."""


def temperature(clips: Clips, unseen: Sequence[Unseen]) -> float:
    """The one temperature under which all that was said of unseen clips is most likely.

    A voice in use is neither quite like the speakers of the corpora nor as far from them as another
    corpus is: a temperature for either kind alone is off for the other.

    Args:
        clips: what was judged, n clips.
        unseen: what was said of them. Clips of an emotion that no other group shows take no part.
    """
    parts = [_part(clips, said) for said in unseen]

    def loss(log_temperature: float) -> float:
        found = 0.0
        for logits, labels, weights in parts:
            logs = scipy.special.log_softmax(logits / np.exp(log_temperature), axis=1)
            found -= float(weights @ logs[np.arange(len(labels)), labels])
        return found

    return float(np.exp(scipy.optimize.minimize_scalar(loss, bounds=_RANGE, method="bounded").x))


def error(logits: Array, clips: Clips) -> dict[str, float]:
    """Expected calibration error of the likeliest emotion, over bins of equal width.

    Its 95% interval comes from a bootstrap over speakers, drawn within each corpus.
    """
    probabilities = scipy.special.softmax(logits, axis=1)
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == clips.label
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    speaker, strata = speakers(clips)
    # Of each speaker and bin: how much surer than right, and how many clips.
    table = np.zeros((len(strata), BINS, 2))
    np.add.at(table, (speaker, bins), np.stack([sure - right, np.ones(len(clips))], axis=1))
    return with_interval(_gap(table.sum(axis=0)), _gap(resampled(table, strata)))


def _part(clips: Clips, said: Unseen) -> tuple[Array, Indices, Array]:
    """Logits among the emotions of the clip's corpus, labels, and weights that sum to the share."""
    judged = met(clips, said.groups)
    clips, logits = clips.at(judged), said.logits[judged]
    weights = heads.balance(clips.label, clips.corpus)
    weights *= said.share / weights.sum()
    return np.where(clips.possible, logits, -np.inf), clips.label, weights


def _gap(table: Array) -> Array:
    """[…] error of tables […, bins, 2]."""
    return np.asarray(np.abs(table[..., 0]).sum(axis=-1) / table[..., 1].sum(axis=-1))
