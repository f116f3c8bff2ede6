"""Those who listen: verifiers that choose, and juries that share no corpora with them."""

import ast
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.proof.memory import RememberingListener
from emotts.audio import Audio
from emotts.builtin.functionals import Head
from emotts.listener import Listener
from emotts.records import Embedding
from training import corpora, judges
from training.corpora import CACHE
from training.judges import Judge

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
HALVES = ("first", "second")
NAMES = tuple(f"{family} {half}" for family in judges.FAMILIES for half in HALVES)
KEPT = 500
"""Embeddings that are remembered: more than there are takes of a sentence."""
ROOT = Path(__file__).parents[2]
# What a trained judge depends on, beside the corpora; of modules, comments and docstrings aside.
LEARNING = (
    *("calibration", "corpora", "folds", "functionals_heads", "heads", "judges", "metrics"),
)
EARS: Mapping[str, tuple[str, ...]] = {
    "whisper": (
        "emotts/assets/compact/encoder.onnx",
        *(f"emotts/builtin/{name}.py" for name in ("active", "encoder", "logmel")),
        *(f"training/{name}.py" for name in ("conditions", "features")),
    ),
    "functionals": (
        *(f"emotts/builtin/{name}.py" for name in ("active", "contours", "descriptors", "f0")),
        *(f"emotts/builtin/{name}.py" for name in ("features", "functionals", "phonation")),
        *(f"training/functionals_{name}.py" for name in ("conditions", "features")),
    ),
}


@dataclass(frozen=True)
class Trial:
    """One verifier before one jury."""

    verifier: tuple[str, ...]
    """Names of the listeners who choose."""
    jury: tuple[str, ...]
    """Names of those who tell whether it was chosen well."""

    @property
    def name(self) -> str:
        """In words."""
        return f"{' + '.join(self.verifier)} chooses, {' + '.join(self.jury)} judges"


def same_families() -> list[Trial]:
    """Both families on one half of the corpora before both on the other, in turns."""
    first, second = (tuple(f"{family} {half}" for family in judges.FAMILIES) for half in HALVES)
    return [Trial(first, second), Trial(second, first)]


def cross_families() -> list[Trial]:
    """One family on one half of the corpora before the other family on the other half."""
    one, other = judges.FAMILIES
    chooses, judges_ = HALVES
    return [
        Trial((f"{one} {chooses}",), (f"{other} {judges_}",)),
        Trial((f"{other} {chooses}",), (f"{one} {judges_}",)),
    ]


@dataclass
class Remembering:
    """Embeds a clip once, however many heads hear it."""

    embed: Callable[[Floats], Embedding]
    known: OrderedDict[bytes, Embedding] = field(default_factory=OrderedDict)

    def __call__(self, samples: Floats) -> Embedding:
        """The embedding of a clip."""
        key = hashlib.blake2b(samples.tobytes(), digest_size=16).digest()
        if key not in self.known:
            self.known[key] = self.embed(samples)
            if len(self.known) > KEPT:
                self.known.popitem(last=False)
        return self.known[key]


@dataclass(frozen=True)
class Trained:
    """A judge without its ears, as it is kept."""

    labels: tuple[str, ...]
    heads: Mapping[str, Head]
    recall: Mapping[str, Any]
    """What it is worth on people; see `judges.own_recall`."""

    def save(self, path: Path) -> None:
        """Write it."""
        arrays = {f"{v}/{n}": a for v, head in self.heads.items() for n, a in vars(head).items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, meta=json.dumps([self.labels, self.recall]), **arrays)

    @classmethod
    def load(cls, path: Path) -> "Trained":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as table:
            labels, recall = json.loads(str(table["meta"]))
            views: dict[str, dict[str, Any]] = {}
            for name in table.files:
                view, _, part = name.partition("/")
                if part:
                    views.setdefault(view, {})[part] = table[name]
        return cls(tuple(labels), {v: Head(**parts) for v, parts in views.items()}, recall)


def prepare(workers: int) -> None:
    """Train the judges that are not kept yet."""
    missing = [name for name in NAMES if not _file(name).exists()]
    if missing:
        logger.info("training %s", ", ".join(missing))
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            list(pool.map(_train, missing))


def _train(name: str) -> None:
    family, half = name.split()
    clips = corpora.load()
    chosen = judges.halves(clips)[HALVES.index(half)]
    judge = judges.trained(family, clips, chosen)
    recall = judges.own_recall(family, clips, chosen)
    Trained(judge.labels, judge.heads, recall).save(_file(name))


def _file(name: str) -> Path:
    digest = hashlib.sha256()
    family, _ = name.split()
    for source in (*EARS[family], *(f"training/{module}.py" for module in LEARNING)):
        content = (ROOT / source).read_bytes()
        digest.update(_behaviour(content) if source.endswith(".py") else content)
    return CACHE / "proof" / f"{name.replace(' ', '-')}-{digest.hexdigest()[:16]}.npz"


def _behaviour(source: bytes) -> bytes:
    """A module's code without its comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
    return ast.dump(tree).encode()


class Panel:
    """A classifier of each family, trained on each half, all centred on one voice."""

    def __init__(self, varied: Sequence[Audio]) -> None:
        """Give the judges of `prepare` their ears.

        Args:
            varied: renderings of the voice in varied prosody.
        """
        self._listeners: dict[str, Listener] = {}
        self.recall: dict[str, Any] = {}
        for family in judges.FAMILIES:
            ears = Remembering(judges.ears(family))
            for half in HALVES:
                name = f"{family} {half}"
                kept = Trained.load(_file(name))
                judge = Judge(f"{family}-{half}", kept.labels, ears, kept.heads)
                self._listeners[name] = RememberingListener(judge, judge.profile(varied))
                self.recall[name] = kept.recall

    def of(self, names: Sequence[str]) -> list[Listener]:
        """The listeners of these names."""
        return [self._listeners[name] for name in names]
