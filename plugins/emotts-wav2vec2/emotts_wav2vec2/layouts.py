"""Which of the published layouts a checkpoint has, told from the keys of its weights alone.

Repository names and `architectures` are wrong too often: ehcalabres's model claims a class whose
head it doesn't have, and transformers would fill in a random one. Here a key that is missing, too
many or of another shape is an error that names it. No torch: keys and shapes are enough.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from emotts.errors import ClassifierError

Shape = tuple[int, ...]

BACKBONES = ("wav2vec2", "hubert", "wavlm")
POSITIONS = "encoder.pos_conv_embed.conv."
# The names of the position convolution's weight before and after torch 2.0's parametrizations.
OLD_PAIR = ("weight_g", "weight_v")
NEW_PAIR = ("parametrizations.weight.original0", "parametrizations.weight.original1")
LISTED_KEYS = 8


@dataclass(frozen=True)
class Layout:
    """A kind of head."""

    name: str
    inner: str
    """Prefix of the layer that hears the pooled states (or, linear, the states themselves)."""
    outer: str
    """Prefix of the layer that makes the logits."""
    activation: bool
    """Whether a tanh stands between the two."""
    optional: frozenset[str] = frozenset()
    """Keys of the head that not every checkpoint has."""

    @property
    def required(self) -> frozenset[str]:
        """Keys of the head that every checkpoint has."""
        return frozenset(
            f"{layer}.{kind}" for layer in (self.inner, self.outer) for kind in ("weight", "bias")
        )


LAYER_WEIGHTS = "layer_weights"
SOXAN = Layout("soxan", "classifier.dense", "classifier.out_proj", activation=True)
EHCALABRES = Layout("ehcalabres", "classifier.dense", "classifier.output", activation=True)
STOCK = Layout("stock", "projector", "classifier", False, frozenset({LAYER_WEIGHTS}))
LAYOUTS = (SOXAN, EHCALABRES, STOCK)


def detect(keys: Collection[str]) -> tuple[str, Layout]:
    """The backbone ("wav2vec2", "hubert", "wavlm") and the layout of the head.

    Raises:
        ClassifierError: no or several backbones, or a head that is not exactly one of the known
            ones; names the keys that are missing and unexpected.
    """
    backbones = [name for name in BACKBONES if any(key.startswith(f"{name}.") for key in keys)]
    if len(backbones) != 1:
        raise ClassifierError(
            f"the weights must hold one backbone of {', '.join(BACKBONES)}; they hold "
            f"{' and '.join(backbones) or 'none'} (keys: {_some(keys)})"
        )
    head = {key for key in keys if not key.startswith(f"{backbones[0]}.")}
    for layout in LAYOUTS:
        if layout.required <= head <= layout.required | layout.optional:
            return backbones[0], layout
    nearest = max(LAYOUTS, key=lambda layout: len(layout.required & head))
    raise ClassifierError(
        f"the head is none of {', '.join(layout.name for layout in LAYOUTS)}; for "
        f"{nearest.name}, missing: {_some(nearest.required - head)}; "
        f"unexpected: {_some(head - nearest.required - nearest.optional)}"
    )


def renamed(keys: Collection[str], backbone: str) -> dict[str, str]:
    """Key in the file → key of today's modules: the old weight-norm pair has new names.

    Raises:
        ClassifierError: one half of the old pair is missing, or both pairs are there.
    """
    prefix = f"{backbone}.{POSITIONS}"
    old = [prefix + name for name in OLD_PAIR]
    new = [prefix + name for name in NEW_PAIR]
    found = [key for key in old if key in keys]
    if not found:
        return {key: key for key in keys}
    if len(found) == 1:
        missing = next(key for key in old if key not in keys)
        raise ClassifierError(f"half of the weight-norm pair is missing: {missing}")
    if clashing := [key for key in new if key in keys]:
        raise ClassifierError(
            f"the weight-norm pair comes twice, under old and new names: {_some(found + clashing)}"
        )
    pairs = dict(zip(old, new, strict=True))
    return {key: pairs.get(key, key) for key in keys}


def expect_fit(found: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> None:
    """Hold the weights of a file against those of the model that its config describes.

    Raises:
        ClassifierError: keys are missing, unexpected or of other shapes; names them.
    """
    problems = []
    if missing := wanted.keys() - found.keys():
        problems.append(f"missing: {_some(missing)}")
    if unexpected := found.keys() - wanted.keys():
        problems.append(f"unexpected: {_some(unexpected)}")
    shapes = [
        f"{key} is {list(found[key])}, must be {list(wanted[key])}"
        for key in sorted(found.keys() & wanted.keys())
        if found[key] != wanted[key]
    ]
    if shapes:
        problems.append(f"of another shape: {_some(shapes)}")
    if problems:
        raise ClassifierError(
            f"the weights are not those of the model that config.json describes; "
            f"{'; '.join(problems)}"
        )


def expect_rows(rows: int, outputs: Collection[str]) -> None:
    """Hold the number of logits against the labels.

    Raises:
        ClassifierError: they differ.
    """
    if rows != len(outputs):
        raise ClassifierError(
            f"the head has {rows} outputs, but config.json names {len(outputs)} labels: "
            f"{', '.join(outputs)}"
        )


def _some(keys: Collection[str]) -> str:
    listed = sorted(keys)
    more = f" and {len(listed) - LISTED_KEYS} more" if len(listed) > LISTED_KEYS else ""
    return (", ".join(listed[:LISTED_KEYS]) or "none") + more
