"""Scores: how well what was heard fits the target, against take 0 of the same sentence.

Pure functions. A score never sees anything but the predictions of the classifiers in charge.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from emotts.emotions import Target
from emotts.records import Prediction, Profile

# Probabilities are cut off at one in ten thousand: beyond that a classifier's confidence says
# more about its scale than about the clip, and log-odds must stay finite.
CERTAINTY_LIMIT = 1e-4

# How much a certainly neutral reading costs, in log-odds. A take that is half target, half
# neutral sounds flat; one that is half target, half another emotion at least sounds moved.
NEUTRAL_PENALTY = 1.0

# A target is reached when it is what the classifier hears first, with more than this of the
# probability.
MATCH_PROBABILITY = 0.5


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), with p kept within what a classifier can know."""
    p = min(max(probability, CERTAINTY_LIMIT), 1 - CERTAINTY_LIMIT)
    return math.log(p / (1 - p))


def relative(prediction: Prediction, profile: Profile) -> Prediction:
    """What was heard relative to what is heard in the voice on average.

    For classifiers that do not centre by themselves: the odds of each emotion are divided by the
    voice's mean odds and renormalised, so that an emotion which the classifier hears in whatever
    the voice says carries no weight. The embedding is centred on the profile's.
    """
    adjusted = {
        label: math.exp(log_odds(p) - profile.log_odds[label])
        for label, p in prediction.scores.items()
    }
    total = sum(adjusted.values())
    return replace(
        prediction,
        scores={label: value / total for label, value in adjusted.items()},
        embedding=prediction.embedding - profile.embedding,
        centred=True,
    )


def score(prediction: Prediction, target: Target, baseline: Prediction | None = None) -> float:
    """Log-odds of the target above those of take 0, less the penalty for sounding neutral.

    Args:
        prediction: what was heard in the candidate.
        target: what was wanted; every emotion of it is among the prediction's scores.
        baseline: what the same classifier heard in take 0 of the same sentence; None where it
            did not listen to take 0, which moves all scores of the sentence alike.
    """
    gain = _weighted_log_odds(prediction, target)
    if baseline is not None:
        gain -= _weighted_log_odds(baseline, target)
    unwanted = 0.0 if "neutral" in target.weights else prediction.scores.get("neutral", 0.0)
    return gain - NEUTRAL_PENALTY * unwanted


def _weighted_log_odds(prediction: Prediction, target: Target) -> float:
    return sum(
        weight * log_odds(prediction.scores[name]) for name, weight in target.weights.items()
    )


def matched(prediction: Prediction, target: Target) -> bool:
    """Whether the target is heard first, and the emotions of the target together prevail."""
    mass = sum(prediction.scores[name] for name in target.weights)
    return prediction.top in target.weights and mass > MATCH_PROBABILITY


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
