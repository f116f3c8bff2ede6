"""Recall, calibration, and intervals that respect that the clips of a speaker are alike."""

import numpy as np
import numpy.typing as npt
import scipy.special

from training.corpora import LABELS, Clips

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

RESAMPLES = 2_000
BINS = 15
SEED = 11


def uar(predicted: Indices, labels: Indices) -> float:
    """Unweighted average recall over the emotions that occur."""
    return float(np.mean([(predicted[labels == k] == k).mean() for k in np.unique(labels)]))


def own_labels(logits: Array, clips: Clips) -> Indices:
    """[n] the likeliest emotion among those that the clip's corpus has."""
    return np.asarray(np.where(clips.possible, logits, -np.inf).argmax(axis=1), np.int64)


def mean_uar(predicted: Indices, clips: Clips) -> float:
    """Mean over corpora of the unweighted average recall."""
    parts = [clips.corpus == corpus for corpus in np.unique(clips.corpus)]
    return float(np.mean([uar(predicted[part], clips.label[part]) for part in parts]))


def summary(predicted: Indices, clips: Clips) -> dict[str, object]:
    """Unweighted average recall and recall per emotion, each with its 95% interval.

    The intervals are percentiles of a bootstrap over speakers, drawn within each corpus.
    """
    confusions, strata = _confusions(predicted, clips)
    drawn = _resampled(confusions, strata)
    whole = confusions.sum(axis=0)
    recall, recalls = _recall(whole), _recall(drawn)
    return {
        "clips": len(clips),
        "speakers": len(confusions),
        "uar": _with_interval(np.nanmean(recall), np.nanmean(recalls, axis=1)),
        "recall": {
            label: _with_interval(recall[k], recalls[:, k])
            for k, label in enumerate(LABELS)
            if whole[k].sum()
        },
        "confusion": {
            label: whole[k].astype(int).tolist() for k, label in enumerate(LABELS) if whole[k].sum()
        },
    }


def calibration_error(logits: Array, labels: Indices) -> float:
    """Expected calibration error of the likeliest emotion, over bins of equal width.

    Guo et al., "On Calibration of Modern Neural Networks" (2017).
    """
    probabilities = scipy.special.softmax(logits, axis=1)
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)) / len(labels)
    )


def _confusions(predicted: Indices, clips: Clips) -> tuple[Array, Indices]:
    """[speakers, true, predicted] counts, and the corpus of each speaker."""
    names, speaker = np.unique(clips.speaker, return_inverse=True)
    table = np.zeros((len(names), len(LABELS), len(LABELS)))
    np.add.at(table, (speaker, clips.label, predicted), 1)
    strata = np.zeros(len(names), np.int64)
    strata[speaker] = clips.corpus
    return table, strata


def _resampled(confusions: Array, strata: Indices) -> Array:
    """[RESAMPLES, true, predicted] counts of speakers drawn with replacement."""
    random = np.random.default_rng(SEED)
    drawn = np.zeros((RESAMPLES, *confusions.shape[1:]))
    for stratum in np.unique(strata):
        members = confusions[strata == stratum]
        even = np.full(len(members), 1 / len(members))
        times = random.multinomial(len(members), even, size=RESAMPLES)
        drawn += np.einsum("rs,sij->rij", times, members)
    return drawn


def _recall(table: Array) -> Array:
    """[…, labels] recall per emotion, NaN for an emotion that does not occur."""
    with np.errstate(invalid="ignore"):
        recall: Array = np.diagonal(table, axis1=-2, axis2=-1) / table.sum(axis=-1)
    return recall


def _with_interval(value: np.floating, drawn: Array) -> dict[str, float]:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"value": float(value), "low": float(low), "high": float(high)}
