"""Scores: how well what was heard fits the target, against take 0 of the same sentence.

Pure functions. A score never sees anything but the predictions of the classifiers in charge.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from emotts.dimensions import MIDDLE, distance
from emotts.emotions import Target
from emotts.records import Candidate, Prediction, Profile, Request

# Probabilities are cut off at one in ten thousand: beyond that a classifier's confidence says
# more about its scale than about the clip, and log-odds must stay finite.
CERTAINTY_LIMIT = 1e-4

# How much a certainly neutral reading costs, in log-odds. A take that is half target, half
# neutral sounds flat; one that is half target, half another emotion at least sounds moved.
NEUTRAL_PENALTY = 1.0

# A target is reached when it is what the classifier hears first, with more than this of the
# probability.
MATCH_PROBABILITY = 0.5

# Listeners' ratings of one clip scatter by 0.15 to 0.2 around their mean on a scale of 0…1: a
# target within that is reached, and half of it is a change that can be noticed.
MATCH_DISTANCE = 0.15
DIMENSION_UNIT = 0.1


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), with p kept within what a classifier can know."""
    p = min(max(probability, CERTAINTY_LIMIT), 1 - CERTAINTY_LIMIT)
    return math.log(p / (1 - p))


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


def score(prediction: Prediction, target: Target, baseline: Prediction | None = None) -> float:
    """How much closer to the target than take 0 a candidate is, less the penalty for neutral.

    Closeness is the log-odds of the target. Where the target is a point, or the classifier
    measures dimensions alone, it is the distance to the target's point, in `DIMENSION_UNIT`;
    there is no penalty then, since a point says itself how far from the middle it is.

    Args:
        prediction: what was heard in the candidate.
        target: what was wanted; the classifier can hear it (`Target.within`).
        baseline: what the same classifier heard in take 0 of the same sentence; None where it
            did not listen to take 0, which moves all scores of the sentence alike.
    """
    gain = _closeness(prediction, target)
    if baseline is not None:
        gain -= _closeness(baseline, target)
    if "neutral" in target.weights or target.point is not None:
        return gain
    return gain - NEUTRAL_PENALTY * prediction.scores.get("neutral", 0.0)


def matched(prediction: Prediction, target: Target) -> bool:
    """Whether the target was reached.

    It was when it is heard first, and its emotions together prevail; a point, when what was
    heard is within `MATCH_DISTANCE` of it.
    """
    if _by_dimensions(prediction, target):
        return _distance(prediction, target) <= MATCH_DISTANCE
    mass = sum(prediction.scores[name] for name in target.weights)
    return prediction.top in target.weights and mass > MATCH_PROBABILITY


def _closeness(prediction: Prediction, target: Target) -> float:
    if _by_dimensions(prediction, target):
        return -_distance(prediction, target) / DIMENSION_UNIT
    return sum(
        weight * log_odds(prediction.scores[name]) for name, weight in target.weights.items()
    )


def _by_dimensions(prediction: Prediction, target: Target) -> bool:
    return target.point is not None or not prediction.scores


def _distance(prediction: Prediction, target: Target) -> float:
    """To the target's point, over the dimensions that both have."""
    heard = prediction.dimensions or {}
    return distance({d: v for d, v in target.dimensions.items() if d in heard}, heard)


def ranks(scores: Sequence[float]) -> list[float]:
    """The share of rivals that each score beats, 0…1; a tie counts half."""
    if len(scores) == 1:
        return [1.0]
    values = np.asarray(scores)
    beaten = (values[:, None] > values).sum(axis=1) + 0.5 * (
        (values[:, None] == values).sum(axis=1) - 1
    )
    return [float(share) for share in beaten / (len(scores) - 1)]


def combine(heard: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """One score a candidate from those of several classifiers.

    Args:
        heard: for each classifier, candidate → score; the first classifier heard all of them, a
            later one perhaps only the finalists that the earlier ones liked best.

    Returns:
        Candidate → score: the classifier's own score where there is one classifier, else the
        mean of the ranks. Ranks, because the log-odds of two classifiers are not on one scale.
        A candidate that a classifier did not hear ranks 0 with it, so that finalists, which
        were the best of the earlier stages, stay ahead of the others.
    """
    if len(heard) == 1:
        return dict(heard[0])
    totals = dict.fromkeys(heard[0], 0.0)
    for scores in heard:
        for candidate, rank in zip(scores, ranks(list(scores.values())), strict=True):
            totals[candidate] += rank / len(heard)
    return totals


def scored(candidates: Sequence[Candidate], request: Request) -> list[Candidate]:
    """The candidates, take 0 first, with the score that all classifiers that heard them give."""
    running = [c for c in candidates if c.rejected is None]
    if not running:
        return list(candidates)
    baselines = candidates[0].predictions
    scores = combine(
        [
            {
                c.take.index: score(c.predictions[name], request.target, baselines.get(name))
                for c in running
                if name in c.predictions
            }
            for name in dict.fromkeys(name for c in candidates for name in c.predictions)
        ]
    )
    return [replace(c, score=scores.get(c.take.index)) for c in candidates]


def reached(candidate: Candidate, request: Request) -> bool:
    """Whether every classifier that heard a candidate says that the target was reached."""
    return all(matched(heard, request.target) for heard in candidate.predictions.values())


def ranking(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that have a score, best first; a tie goes to the lowest index."""
    scored = [(c.score, c) for c in candidates if c.score is not None]
    return [c for _, c in sorted(scored, key=lambda pair: (-pair[0], pair[1].take.index))]
