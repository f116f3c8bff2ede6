"""Whether embeddings mean emotion: what lies nearer, the emotion or the speaker and the words?"""

import numpy as np

from training import metrics
from training.corpora import Clips
from training.heads import Array, Indices


def nearer(embeddings: Array, clips: Clips) -> Array:
    """[n] how often a clip of the same emotion is nearer than one of the same speaker, by cosine.

    For each clip, all pairs of a clip of its emotion by another speaker with another sentence, and
    a clip of another emotion by its speaker with its sentence; both of its corpus. NaN where there
    is no such pair.
    """
    units = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    shares = np.full(len(clips), np.nan)
    for index, likeness in enumerate(units @ units.T):
        corpus, emotion, speaker, sentence = (
            column == column[index]
            for column in (clips.corpus, clips.label, clips.speaker, clips.sentence)
        )
        emotional = np.sort(likeness[corpus & emotion & ~speaker & ~sentence])
        alike = np.sort(likeness[corpus & ~emotion & speaker & sentence])
        if emotional.size and alike.size:
            shares[index] = np.searchsorted(alike, emotional).mean() / alike.size
    return shares


def held_out(embeddings: Array, clips: Clips, groups: Indices) -> Array:
    """[n] `nearer`, all three clips of a comparison being of one group."""
    shares = np.full(len(clips), np.nan)
    for group in np.unique(groups):
        held = groups == group
        shares[held] = nearer(embeddings[held], clips.at(held))
    return shares


def mean(shares: Array, clips: Clips) -> float:
    """The mean over the corpora."""
    corpora = np.unique(clips.corpus)
    return float(np.mean([np.nanmean(shares[clips.corpus == corpus]) for corpus in corpora]))


def summary(shares: Array, clips: Clips) -> dict[str, float]:
    """The mean over the clips, with its 95% interval from a bootstrap over speakers."""
    speaker, strata = metrics.speakers(clips)
    known = ~np.isnan(shares)
    table = np.zeros((len(strata), 2))
    np.add.at(table, speaker[known], np.stack([shares[known], np.ones(known.sum())], axis=1))
    drawn = metrics.resampled(table, strata)
    value = table[:, 0].sum() / table[:, 1].sum()
    return metrics.with_interval(value, drawn[:, 0] / drawn[:, 1])
