"""The vocabulary of emotions: canonical names, the aliases of published labels, and targets."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
    """The wanted emotion: a distribution over emotions, with an intensity."""

    weights: Mapping[str, float]
    """Canonical emotion → weight; positive, sums to 1."""
    intensity: float = 1.0
    """0 (none of it) … 1 (full)."""

    @property
    def dominant(self) -> str:
        """The emotion of the largest weight, the first named on a tie."""
        return max(self.weights, key=lambda name: self.weights[name])

    def over(self, known: Iterable[str], *, by: str) -> "Target":
        """This target, checked against the emotions that something knows.

        Raises:
            ConfigError: `by` (a classifier's name) does not know one of the emotions.
        """
        known = tuple(known)
        missing = [name for name in self.weights if name not in known]
        if missing:
            raise ConfigError(
                f"{by} does not hear {', '.join(missing)}; it hears: {', '.join(known)}"
            )
        return self

    def __str__(self) -> str:
        """As a user would write it: `happiness`, or `happiness:0.7,surprise:0.3`."""
        if len(self.weights) == 1:
            return self.dominant
        return ",".join(f"{name}:{weight:g}" for name, weight in self.weights.items())


def target(spec: "str | Mapping[str, float] | Target", intensity: float = 1.0) -> Target:
    """A target from what users write.

    Args:
        spec: an emotion's name or alias ("happiness", "joy"), a blend
            ("happiness:0.7,surprise:0.3"), or a mapping of names to weights.
        intensity: 0…1.

    Raises:
        UnknownNameError: a name is no emotion.
        ConfigError: a weight or the intensity is out of range, or a name comes twice.
    """
    if isinstance(spec, Target):
        return spec
    if not (math.isfinite(intensity) and 0 <= intensity <= 1):
        raise ConfigError(f"intensity must be from 0 to 1; got {intensity:g}")
    pairs = _parse(spec) if isinstance(spec, str) else list(spec.items())
    weights: dict[str, float] = {}
    for name, weight in pairs:
        found = emotion(name)
        if found in weights:
            raise ConfigError(f"the target names {found} twice")
        if not (math.isfinite(weight) and weight > 0):
            raise ConfigError(f"the weight of {name} must be above 0; got {weight:g}")
        weights[found] = weight
    total = sum(weights.values())
    if not weights or not math.isfinite(total):
        raise ConfigError(f"no target: name at least one emotion of {', '.join(EMOTIONS)}")
    return Target({name: weight / total for name, weight in weights.items()}, intensity)


def _parse(spec: str) -> list[tuple[str, float]]:
    """Split "happiness:0.7,surprise:0.3" into names and weights; a name alone weighs 1."""
    pairs = []
    for part in filter(None, (part.strip() for part in spec.split(","))):
        name, separator, weight = part.partition(":")
        try:
            pairs.append((name.strip(), float(weight) if separator else 1.0))
        except ValueError:
            raise ConfigError(
                f"{part!r} is no weighted emotion; write it as {name.strip()}:0.7"
            ) from None
    return pairs
