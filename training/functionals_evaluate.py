"""Honest figures of the classifier of functionals, and what it owes to which part of it."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from training import calibration, evaluate, folds, metrics
from training.corpora import CORPORA, LABELS, Clips
from training.folds import Fold, centre, judge, met, speaker_groups
from training.functionals_heads import (
    BoundedHead,
    Data,
    calibrated,
    held_out,
    train,
    unseen_corpora,
)
from training.heads import Array, Mask

logger = logging.getLogger(__name__)

STRONGEST = 6
# Where parts are compared with the whole, all are trained with this penalty on recordings alone.
PENALTY = 0.05


def everything(raw: Data, tables: Mapping[str, Array], names: Sequence[str]) -> dict[str, Any]:
    """Every figure of the report."""
    figures: dict[str, Any] = {}
    groups, made = speaker_groups(raw.clips), {}
    for view, data in (("centred", raw.centred()), ("uncentred", raw)):
        logger.info("evaluating, %s", view)
        made[view] = folds.each(data, groups, calibrated)
        figures[f"unseen_speakers_{view}"] = evaluate.unseen_speakers(data, made[view])
        figures[f"unseen_corpora_{view}"] = _by_corpus(data)
    figures["centring_clips"] = evaluate.centring_clips(raw, made["centred"])
    logger.info("comparing")
    figures["augmentation"] = _augmentation(raw.clips, tables)
    centred = raw.bare().centred()
    figures["families"] = _families(centred, names)
    figures["alternatives"] = _alternatives(centred)
    return figures


def heard_in(head: BoundedHead, names: Sequence[str]) -> dict[str, list[str]]:
    """The functionals that speak most for each emotion, with the sign of their change."""
    weights = head.head.weights - head.head.weights.mean(axis=0)
    return {
        label: [
            f"{names[index]} {'+' if row[index] > 0 else '−'}"
            for index in np.argsort(-np.abs(row))[:STRONGEST]
        ]
        for label, row in zip(LABELS, weights, strict=True)
    }


def _by_corpus(data: Data) -> dict[str, Any]:
    """Recall and calibration on corpora that were left out whole, among their own emotions."""
    clips = data.clips
    logits = unseen_corpora(data, folds.each(data, clips.corpus, calibrated))
    parts = {name: clips.corpus == index for index, name in enumerate(CORPORA)}
    # A head that never met calm can't be right about it, nor know how wrong it is.
    known = met(clips, clips.corpus)
    return {
        name: {
            **metrics.summary(logits[part].argmax(axis=1), clips.at(part)),
            "calibration_error": calibration.error(logits[part & known], clips.at(part & known)),
        }
        for name, part in parts.items()
    }


def _augmentation(clips: Clips, tables: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """Mean recall on corpora left out, by what was trained on and by what is heard.

    Relative to the speaker's clips in the same condition.
    """
    trained = {
        "recordings": (),
        "+ mild": ("mild",),
        "+ vocoded": ("vocoded",),
        "+ mild, vocoded": ("mild, vocoded",),
        "+ mild + mild, vocoded": ("mild", "mild, vocoded"),
    }
    heard = {name: centre(table, clips.speaker) for name, table in tables.items()}
    found = {}
    for name, copies in trained.items():
        data = Data(clips, heard["clean"], tuple(heard[copy] for copy in copies))
        made = [
            Fold(clips.corpus == corpus, train(data.at(clips.corpus != corpus), PENALTY), 1)
            for corpus in range(len(CORPORA))
        ]
        found[name] = {
            condition: _recall(judge(table, made), clips) for condition, table in heard.items()
        }
    return found


def _families(data: Data, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean recall on corpora left out, with one family alone and with all but it."""
    family = np.array([name.split(".")[0].rstrip("0123456789") for name in names])
    found = {"all": {"alone": _left_out(data, np.ones(len(names), bool))}}
    for name in dict.fromkeys(family.tolist()):
        chosen = family == name
        found[name] = {
            "functionals": int(chosen.sum()),
            "alone": _left_out(data, chosen),
            "without": _left_out(data, ~chosen),
        }
    return found


def _left_out(data: Data, columns: Mask) -> float:
    part = Data(data.clips, data.clean[:, columns], ())
    return _recall(held_out(part, part.clips.corpus, PENALTY), part.clips)


def _alternatives(data: Data) -> dict[str, float]:
    """Mean recall on corpora left out, of other models on the same functionals."""
    models: dict[str, ClassifierMixin] = {
        "linear discriminants, shrunken": LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage=0.3, priors=np.full(len(LABELS), 1 / len(LABELS))
        ),
        "support vectors, radial, C = 1": SVC(C=1, class_weight="balanced"),
        "support vectors, radial, C = 0.2": SVC(C=0.2, class_weight="balanced"),
    }
    found = {"logistic regression": _left_out(data, np.ones(data.clean.shape[1], bool))}
    for name, model in models.items():
        logits = np.zeros((len(data.clips), len(LABELS)))
        for corpus in range(len(CORPORA)):
            held = data.clips.corpus == corpus
            labels = np.unique(data.clips.label[~held])
            if isinstance(model, LinearDiscriminantAnalysis):
                model.set_params(priors=np.full(len(labels), 1 / len(labels)))
            fitted = make_pipeline(StandardScaler(), model).fit(
                data.clean[~held], data.clips.label[~held]
            )
            logits[held] = -np.inf
            logits[np.ix_(held, labels)] = fitted.decision_function(data.clean[held])
        found[name] = _recall(logits, data.clips)
    return found


def _recall(logits: Array, clips: Clips) -> float:
    return metrics.mean_uar(metrics.own_labels(logits, clips), clips)
