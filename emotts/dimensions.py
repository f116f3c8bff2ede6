"""The dimensions of emotion, and where the emotions lie in them."""

import math
from collections.abc import Mapping

from emotts.errors import UnknownNameError

DIMENSIONS = ("arousal", "dominance", "valence")
_ALIASES = {"activation": "arousal", "control": "dominance", "pleasure": "valence"}

# Mean ratings of emotion words by pleasure, arousal and dominance, -1…1: Russell & Mehrabian
# (1977), Evidence for a three-factor theory of emotions, J. Research in Personality 11:273-294;
# the terms are angry, disgusted, fearful, happy, sad, surprised, relaxed and bored. Neutral is the
# middle of the scales. Contempt is missing: reproductions of the table disagree about it.
_RATINGS = {
    "anger": (-0.51, 0.59, 0.25),
    "disgust": (-0.60, 0.35, 0.11),
    "fear": (-0.64, 0.60, -0.43),
    "happiness": (0.81, 0.51, 0.46),
    "neutral": (0.00, 0.00, 0.00),
    "sadness": (-0.63, -0.27, -0.33),
    "surprise": (0.40, 0.67, -0.13),
    "calm": (0.68, -0.46, 0.06),
    "boredom": (-0.65, -0.62, -0.33),
}
MIDDLE = 0.5

POINTS: Mapping[str, Mapping[str, float]] = {
    emotion: {
        "arousal": MIDDLE + arousal / 2,
        "dominance": MIDDLE + dominance / 2,
        "valence": MIDDLE + pleasure / 2,
    }
    for emotion, (pleasure, arousal, dominance) in _RATINGS.items()
}
"""Emotion → dimension → 0…1, as classifiers of dimensions score."""


def is_dimension(name: str) -> bool:
    """Whether a name or alias names a dimension."""
    bare = name.strip().casefold()
    return _ALIASES.get(bare, bare) in DIMENSIONS


def dimension(name: str) -> str:
    """The dimension of that name or alias.

    Raises:
        UnknownNameError: there is none; the message lists the valid ones.
    """
    bare = name.strip().casefold()
    found = _ALIASES.get(bare, bare)
    if found not in DIMENSIONS:
        raise UnknownNameError("dimension", name, DIMENSIONS)
    return found


def distance(point: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Root mean square difference over the dimensions of `point`, which `other` has all."""
    return math.sqrt(sum((value - other[name]) ** 2 for name, value in point.items()) / len(point))


def expected(scores: Mapping[str, float]) -> dict[str, float]:
    """The point that probabilities of emotions amount to: the mean of theirs.

    Emotions without a point are left out; where none has one, it is the middle.
    """
    known = {emotion: p for emotion, p in scores.items() if emotion in POINTS}
    total = sum(known.values())
    if not total:
        return dict.fromkeys(DIMENSIONS, MIDDLE)
    return {
        name: sum(p * POINTS[emotion][name] for emotion, p in known.items()) / total
        for name in DIMENSIONS
    }


def nearest(point: Mapping[str, float]) -> str:
    """The emotion that lies nearest to a point, over the dimensions that the point has."""
    return min(POINTS, key=lambda emotion: distance(point, POINTS[emotion]))
