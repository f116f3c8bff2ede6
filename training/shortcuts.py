"""What a head may rely on in place of the emotion: the sentence, the length, the level."""

import numpy as np

from training import heads, metrics
from training.compact_heads import Data, train
from training.corpora import CORPORA
from training.folds import FOLDS, centre, speaker_groups
from training.heads import Array

SENTENCE_PENALTY = 0.1
SURFACE_PENALTY = 1e-3


def unseen_sentences(data: Data, penalty: float = SENTENCE_PENALTY) -> dict[str, object]:
    """RAVDESS alone: speakers never met, with and without having met their sentence."""
    part = data.at(data.clips.corpus == CORPORA.index("RAVDESS"))
    clips, groups = part.clips, speaker_groups(part.clips)
    results = {}
    for name in ("sentence met", "sentence never met"):
        heard = np.zeros(len(clips), np.int64)
        for group in range(FOLDS):
            for sentence in np.unique(clips.sentence):
                held = (groups == group) & (clips.sentence == sentence)
                learnt = groups != group
                # Half the clips either way: one sentence, of which this is the other or the same.
                learnt &= (clips.sentence == sentence) == (name == "sentence met")
                logits = train(part.at(learnt), penalty).logits(part.clean[held])
                heard[held] = logits.argmax(axis=1)
        results[name] = metrics.summary(heard, clips)["uar"]
    return results


def surface(data: Data, features: Array) -> dict[str, object]:
    """What a head hears from `features` [n, k] alone, such as length, on speakers never met."""
    clips, centred = data.clips, centre(features, data.clips.speaker)
    inputs = np.hstack([centred, centred**2])
    heard = np.zeros(len(clips), np.int64)
    groups = speaker_groups(clips)
    for group in range(FOLDS):
        held, learnt = groups == group, clips.at(groups != group)
        weights = heads.balance(learnt.label, learnt.corpus)
        head = heads.fit(
            inputs[~held], learnt.label, learnt.possible, weights, penalty=SURFACE_PENALTY
        )
        heard[held] = metrics.own_labels(head.logits(inputs[held]), clips.at(held))
    chance = {
        name: 1 / len(np.unique(data.clips.label[data.clips.corpus == index]))
        for index, name in enumerate(CORPORA)
    }
    return {
        name: {
            **metrics.summary(heard[part], data.clips.at(part))["uar"],  # type: ignore[dict-item]
            "chance": chance[name],
        }
        for name, part in ((name, data.clips.corpus == i) for i, name in enumerate(CORPORA))
    }
