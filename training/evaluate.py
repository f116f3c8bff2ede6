"""Honest figures: every clip is judged by a head that never met its speaker, or its corpus."""

from collections.abc import Sequence

import numpy as np

from training import calibration, metrics
from training.corpora import CORPORA
from training.folds import SEED, Fold, Recorded, judge, met

CENTRING_CLIPS = (1, 4, 8, 16, 32)
CENTRING_DRAWS = 5


def unseen_speakers(data: Recorded, made: Sequence[Fold]) -> dict[str, object]:
    """Recall overall, by corpus and by sex, and calibration, on speakers never met."""
    clips, logits = data.clips, judge(data.clean, made)
    raw = judge(data.clean, made, calibrated=False)
    heard = logits.argmax(axis=1)
    parts = {name: clips.corpus == index for index, name in enumerate(CORPORA)}
    parts |= {sex: clips.sex == sex for sex in ("F", "M")}
    return {
        "all": metrics.summary(heard, clips),
        **{name: metrics.summary(heard[part], clips.at(part)) for name, part in parts.items()},
        "calibration_error": calibration.error(logits, clips),
        "calibration_error_raw": calibration.error(raw, clips),
    }


def unseen_corpora(data: Recorded, made: Sequence[Fold]) -> dict[str, object]:
    """Recall on corpora that are left out whole, among their own emotions and among all.

    RAVDESS's calm occurs nowhere else: those clips can't be judged.
    """
    judged = met(data.clips, data.clips.corpus)
    clips, logits = data.clips.at(judged), judge(data.clean, made)[judged]
    own, any_of_eight = metrics.own_labels(logits, clips), logits.argmax(axis=1)
    among_own = np.where(clips.possible, logits, -np.inf)
    return {
        "calibration_error": calibration.error(among_own, clips),
        **{
            name: {
                "own_emotions": metrics.summary(own[part], clips.at(part)),
                "all_emotions": metrics.summary(any_of_eight[part], clips.at(part)),
                "calibration_error": calibration.error(among_own[part], clips.at(part)),
            }
            for name, part in ((name, clips.corpus == i) for i, name in enumerate(CORPORA))
        },
    }


def centring_clips(raw: Recorded, made: Sequence[Fold]) -> dict[str, float]:
    """Mean recall on speakers never met, by the number of their clips that centre them."""
    random = np.random.default_rng(SEED)
    results = {}
    for count in CENTRING_CLIPS:
        scores = []
        for _ in range(CENTRING_DRAWS):
            moved, judged = raw.clean.copy(), np.ones(len(raw.clips), bool)
            for speaker in np.unique(raw.clips.speaker):
                own = np.flatnonzero(raw.clips.speaker == speaker)
                # The clips that centre are not judged themselves, unless none would be left.
                drawn = random.permutation(own)[: min(count, len(own) // 2)]
                moved[own] -= raw.clean[drawn].mean(axis=0)
                judged[drawn] = False
            heard = judge(moved, made).argmax(axis=1)
            scores.append(metrics.mean_uar(heard[judged], raw.clips.at(judged)))
        results[str(count)] = float(np.mean(scores))
    return results
