"""The vocabulary of emotions: canonical names, the aliases of published labels, and targets."""

import math
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from emotts.dimensions import DIMENSIONS, MIDDLE, POINTS, dimension, is_dimension, nearest
from emotts.errors import ConfigError, UnknownNameError

EMOTIONS = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "neutral",
    "sadness",
    "surprise",
    "calm",
    "contempt",
    "boredom",
)

# Weights are relative: of larger ones the sum may be no number, and of smaller ones the share 0.
MOST = 1e6
LEAST = MOST * sys.float_info.min

# Labels of published checkpoints and corpora. Calm is never folded into neutral. Single letters
# are missing on purpose: A is anger in CREMA-D and Angst (fear) in EmoDB.
_ALIASES = {
    "anger": ("angry", "ang", "生气"),
    "disgust": ("disgusted", "dis", "厌恶"),
    "fear": ("fearful", "fea", "scared", "恐惧"),
    "happiness": ("happy", "hap", "joy", "开心"),
    "neutral": ("neu", "中立"),
    "sadness": ("sad", "难过"),
    "surprise": ("surprised", "sur", "ps", "吃惊"),
    "calm": (),
    "contempt": (),
    "boredom": (),
}
_CANONICAL = {alias: name for name, others in _ALIASES.items() for alias in (name, *others)}


def canonical(label: str) -> str | None:
    """The canonical emotion that a label names, None where it names none.

    Folds case, takes the part after "/" of a bilingual label ("生气/angry") and strips the
    brackets of special tokens ("<|HAPPY|>").
    """
    bare = label.strip().removeprefix("<|").removesuffix("|>").casefold()
    return _CANONICAL.get(bare) or _CANONICAL.get(bare.rpartition("/")[2].strip())


def emotion(name: str) -> str:
    """The canonical emotion for a name that a user gave.

    Raises:
        UnknownNameError: the name is no emotion; the message lists the valid ones.
    """
    found = canonical(name)
    if found is None:
        raise UnknownNameError("emotion", name, EMOTIONS)
    return found


@dataclass(frozen=True)
class Target:
    """The wanted emotion: a distribution over emotions with an intensity, or a point."""

    weights: Mapping[str, float]
    """Canonical emotion → weight; positive, sums to 1. Of a point, the emotion nearest to it."""
    intensity: float = 1.0
    """0 (none of it) … 1 (full)."""
    point: Mapping[str, float] | None = None
    """Dimension → 0…1, where the target was given as a point; any subset of the three."""

    @property
    def dominant(self) -> str:
        """The emotion of the largest weight, the first named on a tie."""
        return max(self.weights, key=lambda name: self.weights[name])

    @property
    def dimensions(self) -> Mapping[str, float]:
        """Where the target lies: dimension → 0…1.

        A distribution lies at the mean of its emotions' points, pulled to the middle as far as
        its intensity is below 1. Every emotion of it must have a point.
        """
        if self.point is not None:
            return self.point
        return {
            name: MIDDLE
            + self.intensity
            * sum(weight * (POINTS[e][name] - MIDDLE) for e, weight in self.weights.items())
            for name in DIMENSIONS
        }

    def within(
        self, labels: Collection[str], dimensions: Collection[str] = (), *, classifier: str
    ) -> None:
        """Check that a classifier can hear this target.

        Emotions stand for dimensions where a classifier measures none: a point is then compared
        with the mean of their points.

        Args:
            labels: the emotions that it hears; none for a classifier of dimensions alone.
            dimensions: those that it measures.
            classifier: its name.

        Raises:
            ConfigError: it can't; the message lists what it hears.
        """
        if self.point is not None:
            known = dimensions or (DIMENSIONS if set(POINTS) & set(labels) else labels)
            missing = set(self.point) - set(known)
        else:
            known = labels or (POINTS if dimensions else ())
            missing = set(self.weights) - set(known)
        if missing:
            raise ConfigError(
                f"{classifier} does not hear {', '.join(sorted(missing))}; "
                f"it hears: {', '.join(known)}"
            )

    def __str__(self) -> str:
        """As a user would write it: `happiness`, `happiness:0.7,fear:0.3` or `arousal=0.8`."""
        if self.point is not None:
            return ",".join(f"{name}={value:g}" for name, value in self.point.items())
        if len(self.weights) == 1:
            return self.dominant
        return ",".join(f"{name}:{weight:g}" for name, weight in self.weights.items())


def target(spec: str | Mapping[str, float] | Target, intensity: float = 1.0) -> Target:
    """A target from what users write.

    Args:
        spec: an emotion's name or alias ("happiness", "joy"), a blend
            ("happiness:0.7,surprise:0.3") or a point ("arousal=.8,valence=.9"); blends and points
            as mappings, too. A `Target` is one already, with its own intensity.
        intensity: 0…1; a point says itself how far it goes.

    Raises:
        UnknownNameError: a name is no emotion.
        ConfigError: a weight, coordinate or the intensity is out of range, a name comes twice,
            or emotions and dimensions are mixed.
    """
    if isinstance(spec, Target):
        return spec
    if not isinstance(spec, str | Mapping):
        raise ConfigError(f"an emotion is a name, a blend, a mapping or a Target; got {spec!r:.60}")
    if not (math.isfinite(intensity) and 0 <= intensity <= 1):
        raise ConfigError(f"intensity must be from 0 to 1; got {intensity:g}")
    pairs = _parse(spec) if isinstance(spec, str) else list(spec.items())
    if not pairs:
        raise ConfigError(f"no target: name at least one emotion of {', '.join(EMOTIONS)}")
    if any(is_dimension(name) for name, _ in pairs):
        point = _unique((dimension(name), value) for name, value in pairs)
        for name, value in point.items():
            if not 0 <= value <= 1:  # false for NaN, too
                raise ConfigError(f"{name} must be from 0 to 1; got {value:g}")
        return Target({nearest(point): 1.0}, intensity, point)
    weights = _unique((emotion(name), weight) for name, weight in pairs)
    for name, weight in weights.items():
        if not LEAST <= weight <= MOST:  # false for NaN, too
            raise ConfigError(
                f"the weight of {name} must be above 0 and at most {MOST:g}; got {weight:g}"
            )
    total = sum(weights.values())
    return Target({name: weight / total for name, weight in weights.items()}, intensity)


def _unique(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in pairs:
        if name in found:
            raise ConfigError(f"the target names {name} twice")
        found[name] = value
    return found


def _parse(spec: str) -> list[tuple[str, float]]:
    """Split "happiness:0.7,surprise:0.3" or "arousal=.8"; an emotion alone weighs 1."""
    pairs = []
    for part in filter(None, (part.strip() for part in spec.split(","))):
        name, separator, value = part.partition("=" if "=" in part else ":")
        try:
            pairs.append((name.strip(), float(value) if separator else 1.0))
        except ValueError:
            if any(mark in value for mark in ":="):
                raise ConfigError(
                    f"{part!r} needs commas; write it as happiness:0.7,fear:0.3"
                ) from None
            raise ConfigError(
                f"{part!r} has no number; write it as {name.strip()}{separator}0.7"
            ) from None
    return pairs
