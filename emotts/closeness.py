"""Closeness: how near what was heard is to what is wanted. Pure functions."""

import math
from collections.abc import Mapping

import numpy as np

from emotts.dimensions import distance, expected
from emotts.emotions import Target
from emotts.records import Embedding, Prediction

# Probabilities are cut off at one in ten thousand: beyond that a classifier's confidence says
# more about its scale than about the clip, and log-odds must stay finite.
CERTAINTY_LIMIT = 1e-4

# Listeners' ratings of one clip scatter by 0.15 to 0.2 around their mean on a scale of 0…1: a
# point within that is reached, and half of it is a change that can be noticed.
MATCH_DISTANCE = 0.15
DIMENSION_UNIT = 0.1

# What the whole way from the opposite of a recording's embedding to the embedding itself counts,
# by half, in nats beside the divergence of what is heard (benchmarks/results/like.md).
LIKENESS = 2.0


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), with p kept within what a classifier can know."""
    p = min(max(probability, CERTAINTY_LIMIT), 1 - CERTAINTY_LIMIT)
    return math.log(p / (1 - p))


def closeness(
    heard: Prediction,
    target: Target,
    baseline: Prediction | None = None,
    like: Prediction | None = None,
) -> float:
    """How near a prediction is to a target; only differences between predictions mean something.

    - One emotion in full: its log-odds. There is no too much.
    - Less than full, or a blend: minus the divergence, in nats, from what is wanted, which lies
      between take 0 and the target as far as the intensity says.
    - A point, or a classifier of dimensions alone: minus the distance, in `DIMENSION_UNIT`.

    A recording adds the cosine between its embedding and this one, where both are centred on
    their speakers; else an embedding says more about who speaks than about how.

    Args:
        heard: the prediction.
        target: what is wanted.
        baseline: what was heard in take 0; None where it was not heard.
        like: what was heard in the recording to sound like, if any.
    """
    near = _nearness(heard, target, baseline)
    if like is not None and like.centred and heard.centred:
        near += LIKENESS * cosine(heard.embedding, like.embedding)
    return near


def in_full(target: Target) -> bool:
    """Whether a target is one emotion as strong as can be."""
    return target.point is None and len(target.weights) == 1 and target.intensity == 1


def by_dimensions(heard: Prediction, target: Target) -> bool:
    """Whether the two can only be compared by their dimensions."""
    return target.point is not None or not heard.scores


def point_distance(heard: Prediction, target: Target) -> float:
    """To the target's point, over the dimensions that both have."""
    point = heard.dimensions or expected(heard.scores)
    return distance({d: v for d, v in target.dimensions.items() if d in point}, point)


def cosine(one: Embedding, other: Embedding) -> float:
    """The cosine of the angle between two embeddings, 0 where one of them is 0."""
    length = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one @ other) / length if length else 0.0


def _nearness(heard: Prediction, target: Target, baseline: Prediction | None) -> float:
    if by_dimensions(heard, target):
        return -point_distance(heard, target) / DIMENSION_UNIT
    if in_full(target):
        return log_odds(heard.scores[target.dominant])
    return -_divergence(_wanted(heard, target, baseline), heard.scores)


def _wanted(heard: Prediction, target: Target, baseline: Prediction | None) -> dict[str, float]:
    """From what is heard in take 0 as far to the target as its intensity says.

    Without take 0 it starts from an even distribution, which is what centring makes of a voice
    on average.
    """
    even = dict.fromkeys(heard.scores, 1 / len(heard.scores))
    start = baseline.scores if baseline else even
    return {
        emotion: share + target.intensity * (target.weights.get(emotion, 0.0) - share)
        for emotion, share in start.items()
    }


def _divergence(wanted: Mapping[str, float], heard: Mapping[str, float]) -> float:
    """Kullback and Leibler's, of what is heard from what is wanted, in nats."""
    return sum(
        share * math.log(share / max(heard[emotion], CERTAINTY_LIMIT))
        for emotion, share in wanted.items()
        if share > 0
    )
