"""Scores: how well what was heard fits the target, against take 0 of the same sentence.

Pure functions. A score never sees anything but the predictions of the classifiers in charge.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from emotts.closeness import (
    MATCH_DISTANCE,
    by_dimensions,
    closeness,
    in_full,
    log_odds,
    point_distance,
)
from emotts.dimensions import MIDDLE
from emotts.emotions import Target
from emotts.records import Candidate, Prediction, Profile
from emotts.speech import Request

# How much a certainly neutral reading costs, in log-odds. A take that is half target, half
# neutral sounds flat; one that is half target, half another emotion at least sounds moved.
NEUTRAL_PENALTY = 1.0


def relative(prediction: Prediction, profile: Profile) -> Prediction:
    """What was heard relative to what is heard in the voice on average.

    For classifiers that do not centre by themselves: the odds of each emotion are divided by the
    voice's mean odds and renormalised, so that an emotion which the classifier hears in whatever
    the voice says carries no weight; the voice's mean of each dimension becomes the middle; the
    embedding is centred on the profile's.
    """
    odds = {
        label: math.exp(log_odds(p) - profile.log_odds[label])
        for label, p in prediction.scores.items()
    }
    total = sum(odds.values())
    dimensions = prediction.dimensions and {
        name: min(max(value + MIDDLE - profile.dimensions[name], 0.0), 1.0)
        for name, value in prediction.dimensions.items()
    }
    return replace(
        prediction,
        scores={label: value / total for label, value in odds.items()},
        dimensions=dimensions,
        embedding=prediction.embedding - profile.embedding,
        centred=True,
    )


def score(
    prediction: Prediction,
    target: Target,
    baseline: Prediction | None = None,
    like: Prediction | None = None,
) -> float:
    """How much closer to the target than take 0 a candidate is.

    Where the target is one emotion in full, less the penalty for neutral; other targets say
    themselves how much else may be heard.

    Args:
        prediction: what was heard in the candidate.
        target: what was wanted; the classifier can hear it (`Target.within`).
        baseline: what the same classifier heard in take 0 of the same sentence; None where it
            did not listen to take 0, which moves all scores of the sentence alike.
        like: what it heard in the recording to sound like, if there is one.
    """
    gain = closeness(prediction, target, baseline, like)
    if baseline is not None:
        gain -= closeness(baseline, target, baseline, like)
    if "neutral" in target.weights or not in_full(target):
        return gain
    return gain - NEUTRAL_PENALTY * prediction.scores.get("neutral", 0.0)


def matched(prediction: Prediction, target: Target) -> bool:
    """Whether the target was reached.

    It was when its emotions are heard before all others but neutral, and with so much of the
    probability together as the intensity asks for: in full, more than half; else no less than
    half of it, and no more than half-way from it to certainty. A point is reached within
    `MATCH_DISTANCE`.
    """
    if by_dimensions(prediction, target):
        return point_distance(prediction, target) <= MATCH_DISTANCE
    others = [p for e, p in prediction.scores.items() if e not in {*target.weights, "neutral"}]
    if target.intensity and min(prediction.scores[e] for e in target.weights) < max(
        others, default=0
    ):
        return False
    return _share(prediction, target) > target.intensity / 2 and not exceeded(prediction, target)


def exceeded(prediction: Prediction, target: Target) -> bool:
    """Whether more is heard than a target of less than full intensity asks for."""
    most = (1 + target.intensity) / 2
    return target.intensity < 1 and _share(prediction, target) > most


def _share(prediction: Prediction, target: Target) -> float:
    """Of the probability, what the emotions of the target have together."""
    return sum(prediction.scores[emotion] for emotion in target.weights)


def alike(prediction: Prediction, like: Prediction, intensity: float = 1.0) -> bool:
    """Whether a candidate sounds like a recording, as far as the intensity asks.

    It does when the same emotion is heard first in both, and they share more than half of the
    probability, of a lower intensity less; by dimensions, when they are within `MATCH_DISTANCE`.
    """
    if not prediction.scores:
        return matched(prediction, like.as_target(intensity))
    shared = sum(min(p, like.scores[emotion]) for emotion, p in prediction.scores.items())
    return prediction.top == like.top and shared > intensity / 2


def standardised(scores: Iterable[float]) -> list[float]:
    """The scores in standard deviations from their mean; 0 where they are all the same."""
    values = np.fromiter(scores, np.float64)
    deviation = float(values.std()) or 1.0
    return [float(value) for value in (values - values.mean()) / deviation]


def combine(heard: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """One score a candidate from those of several classifiers.

    Args:
        heard: for each classifier, candidate → score; the first classifier heard all of them, a
            later one perhaps only the finalists that the earlier ones liked best.

    Returns:
        Candidate → score: the classifier's own score where there is one classifier, else the mean
        of the standardised scores, because those of two classifiers are not on one scale. A
        candidate that a classifier did not hear counts as the worst of those it heard, so that
        finalists, which were the best of the earlier stages, stay ahead of the others.
    """
    if len(heard) == 1:
        return dict(heard[0])
    standard = [dict(zip(scores, standardised(scores.values()), strict=True)) for scores in heard]
    return {
        candidate: fmean(scores.get(candidate, min(scores.values())) for scores in standard)
        for candidate in heard[0]
    }


def scored(candidates: Sequence[Candidate], request: Request) -> list[Candidate]:
    """The candidates, take 0 first, with the score that all classifiers that heard them give."""
    running = [c for c in candidates if c.rejected is None]
    if not running:
        return [replace(c, score=None) for c in candidates]
    baselines = candidates[0].predictions
    heard = [
        {
            c.take.index: score(
                c.predictions[name],
                request.wanted(name),
                baselines.get(name),
                request.like.heard.get(name) if request.like else None,
            )
            for c in running
            if name in c.predictions
        }
        for name in dict.fromkeys(name for c in candidates for name in c.predictions)
    ]
    # Of a finalist's classifier all that it heard may be out by now: it has no say.
    scores = combine([found for found in heard if found])
    return [replace(c, score=scores.get(c.take.index)) for c in candidates]


def reached(candidate: Candidate, request: Request) -> bool:
    """Whether every classifier that heard a candidate says that the target was reached."""
    like = request.like
    return all(
        matched(heard, request.target)
        if like is None or like.named
        else alike(heard, like.heard[name], request.target.intensity)
        for name, heard in candidate.predictions.items()
    )


def absent(candidates: Sequence[Candidate], classifiers: Iterable[str]) -> list[str]:
    """Those of the classifiers that heard no take, though some were left to hear: they failed."""
    heard = {name for c in candidates for name in c.predictions}
    return [name for name in classifiers if name not in heard] if ranking(candidates) else []


def ranking(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that have a score, best first; a tie goes to the lowest index."""
    scored = [(c.score, c) for c in candidates if c.score is not None]
    return [c for _, c in sorted(scored, key=lambda pair: (-pair[0], pair[1].take.index))]
