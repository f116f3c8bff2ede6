"""Recall, and intervals that respect that the clips of a speaker are alike."""

import numpy as np
import numpy.typing as npt

from training.corpora import LABELS, Clips

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

RESAMPLES = 2_000
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
    drawn = resampled(confusions, strata)
    whole = confusions.sum(axis=0)
    recall, recalls = _recall(whole), _recall(drawn)
    return {
        "clips": len(clips),
        "speakers": len(confusions),
        "uar": with_interval(float(np.nanmean(recall)), np.nanmean(recalls, axis=1)),
        "recall": {
            label: with_interval(recall[k], recalls[:, k])
            for k, label in enumerate(LABELS)
            if whole[k].sum()
        },
        "confusion": {
            label: whole[k].astype(int).tolist() for k, label in enumerate(LABELS) if whole[k].sum()
        },
    }


def speakers(clips: Clips) -> tuple[Indices, Indices]:
    """[n] index of the speaker of each clip, and [speakers] the corpus of each."""
    names, speaker = np.unique(clips.speaker, return_inverse=True)
    strata = np.zeros(len(names), np.int64)
    strata[speaker] = clips.corpus
    return speaker, strata


def _confusions(predicted: Indices, clips: Clips) -> tuple[Array, Indices]:
    """[speakers, true, predicted] counts, and the corpus of each speaker."""
    speaker, strata = speakers(clips)
    table = np.zeros((len(strata), len(LABELS), len(LABELS)))
    np.add.at(table, (speaker, clips.label, predicted), 1)
    return table, strata


def resampled(tables: Array, strata: Indices) -> Array:
    """[RESAMPLES, …] sums of the tables [speakers, …] of speakers drawn with replacement."""
    random = np.random.default_rng(SEED)
    drawn = np.zeros((RESAMPLES, *tables.shape[1:]))
    for stratum in np.unique(strata):
        members = tables[strata == stratum]
        even = np.full(len(members), 1 / len(members))
        times = random.multinomial(len(members), even, size=RESAMPLES)
        drawn += np.tensordot(times, members, axes=1)
    return drawn


def _recall(table: Array) -> Array:
    """[…, labels] recall per emotion, NaN for an emotion that does not occur."""
    with np.errstate(invalid="ignore"):
        recall: Array = np.diagonal(table, axis1=-2, axis2=-1) / table.sum(axis=-1)
    return recall


def with_interval(value: float | Array, drawn: Array) -> dict[str, float]:
    """A figure with the interval that holds 95% of what was drawn."""
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {"value": float(value), "low": float(low), "high": float(high)}
