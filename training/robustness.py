"""What becomes of the answers when recordings are changed in ways that change no emotion."""

from collections.abc import Mapping, Sequence

import numpy as np

from training import conditions, metrics
from training.compact_heads import Data
from training.features import Extractor
from training.folds import SEED, Fold, centre, judge
from training.heads import Array, Mask

CLIPS_PER_SPEAKER = 10


def robustness(
    extractor: Extractor, raw: Data, made: Mapping[str, Sequence[Fold]]
) -> dict[str, dict[str, float]]:
    """Mean recall over corpora under each condition, on some clips of speakers never met.

    Centred on the speaker's clips in the same condition, centred on those as recorded, and not
    centred; the agreement is the share of clips whose centred answer stays the same.
    """
    chosen = _sample(raw)
    clips = raw.clips.at(chosen)
    clean = raw.clean[chosen]
    folds = {
        view: [Fold(fold.held[chosen], fold.head, fold.temperature) for fold in folds]
        for view, folds in made.items()
    }
    home = judge(centre(clean, clips.speaker), folds["centred"]).argmax(axis=1)
    results = {}
    every = {"as recorded": conditions.clean} | conditions.ROBUSTNESS
    for name, condition in every.items():
        changed = extractor.embeddings(clips, name, condition).astype(np.float64)
        abroad = centre(changed, clips.speaker)
        away = changed - (clean - centre(clean, clips.speaker))
        heard = {
            "centred": judge(abroad, folds["centred"]),
            "centred_as_recorded": judge(away, folds["centred"]),
            "uncentred": judge(changed, folds["uncentred"]),
        }
        results[name] = {
            view: metrics.mean_uar(logits.argmax(axis=1), clips) for view, logits in heard.items()
        }
        results[name]["agreement"] = _agreement(heard["centred"], home)
    return results


def _agreement(logits: Array, home: Array) -> float:
    return float((logits.argmax(axis=1) == home).mean())


def _sample(raw: Data) -> Mask:
    """Some clips of every speaker, as many of each."""
    random = np.random.default_rng(SEED)
    chosen = np.zeros(len(raw.clips), bool)
    for speaker in np.unique(raw.clips.speaker):
        own = np.flatnonzero(raw.clips.speaker == speaker)
        chosen[random.permutation(own)[:CLIPS_PER_SPEAKER]] = True
    return chosen
