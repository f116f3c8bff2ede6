"""What is written down of a tuned voice, beside its priors: how they were made, and their worth."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from emotts.tendencies import Tendencies
from emotts.tunedfile import Tuned
from emotts.tuning.contest import CHOOSE
from emotts.tuning.curve import TUNED, Curve
from emotts.tuning.learner import SEED
from emotts.tuning.plan import Plan

USUAL = 8
"""Takes of `emotts say` unless another number is given."""


def content(
    plan: Plan,
    found: Tendencies,
    heard: int,
    rejected: float,
    curves: Mapping[str, Curve],
    left_out: Mapping[str, float],
) -> Tuned:
    """The file of a tuned voice. It names no date: the same job writes the same bytes.

    Args:
        plan: what it was tuned with.
        found: emotion → control → tendency, of the controls that were tuned.
        heard: how many sentences were listened to, repetitions counted.
        rejected: the share of the takes that a check rejected.
        curves: listener → what it heard; none where nothing was measured.
        left_out: emotion → gain, of those that keep the priors that they had.
    """
    booth = plan.booth
    who = {listener.name: listener.fingerprint for listener in booth.listeners}
    evidence: dict[str, Any] = {
        "emotts": version("emotts"),
        "checks": [check.name for check in booth.checks],
        "texts": _digest([*plan.texts.learned, *plan.texts.held_out]),
        "seed": SEED,
        "sentences": heard,
        "takes": plan.takes,
        "rejected": round(rejected, 4),
        "job": plan.digest,
    }
    if curves:
        evidence["left_out"] = {emotion: round(gain, 2) for emotion, gain in left_out.items()}
        evidence["curve"] = {
            "takes": plan.counts,
            "sentences": curves[CHOOSE].cells[TUNED].shape[-1],
            "judges": {judge.name: judge.fingerprint for judge in plan.judges},
            "heard_by": {name: curve.form() for name, curve in curves.items()},
        }
    return Tuned.of(
        {emotion: controls for emotion, controls in found.items() if emotion not in left_out},
        booth.engine,
        booth.voice,
        made=(
            f"emotts tune: the literature's priors times what was heard in {plan.takes} takes of "
            f"each emotion in {heard} sentences; heard by {', '.join(who.values())}"
        ),
        classifiers=who,
        reached=_reached(plan, curves, left_out),
        evidence=evidence,
    )


def _reached(
    plan: Plan, curves: Mapping[str, Curve], left_out: Mapping[str, float]
) -> dict[str, float]:
    """How often the usual number of takes reaches each emotion, to the first judge."""
    if not plan.judges or not curves:
        return {}
    takes = max(count for count in plan.counts if count <= USUAL)
    hits = curves[plan.judges[0].name].by_emotion(TUNED, takes)
    return {emotion: round(hit, 2) for emotion, hit in hits.items() if emotion not in left_out}


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
