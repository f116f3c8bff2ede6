"""Embeddings of the corpora under each condition, computed once and cached."""

import ast
import hashlib
import inspect
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from emotts.builtin import active, encoder, logmel
from training import conditions, corpora
from training.conditions import Condition

logger = logging.getLogger(__name__)

SEED = 20_260
FLOAT = np.float32


@dataclass(frozen=True)
class Extractor:
    """Embeds clips with the encoder that ships."""

    model: bytes
    """The encoder's ONNX file."""
    cache: Path
    """Where features are kept; outside the repository, for they derive from the corpora."""
    threads: int

    def embeddings(
        self, clips: corpora.Clips, name: str, condition: Condition
    ) -> npt.NDArray[np.float32]:
        """[n, d] embeddings of the clips under a condition."""
        return self._table(clips, name, condition)[0]

    def surface(
        self, clips: corpora.Clips, name: str, condition: Condition
    ) -> npt.NDArray[np.float32]:
        """[n, 3] what a head must not need: seconds, level (dB) and peak (dB), after the trim."""
        return self._table(clips, name, condition)[1]

    def _table(
        self, clips: corpora.Clips, name: str, condition: Condition
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        path = self.cache / f"{self._key(clips, name)}.npz"
        if not path.exists():
            logger.info("extracting %d clips, %s", len(clips), name)
            ears = encoder.Encoder(self.model)

            def one(path: str) -> tuple[npt.NDArray[np.float32], tuple[float, ...]]:
                # The seed hangs on the clip, not on its place in the list.
                name = int.from_bytes(hashlib.sha256(Path(path).name.encode()).digest()[:8])
                samples = condition(corpora.samples(path), np.random.default_rng([SEED, name]))
                return ears.embed(samples), _surface(samples)

            with ThreadPoolExecutor(self.threads) as pool:
                found = list(pool.map(one, clips.path))
            self.cache.mkdir(parents=True, exist_ok=True)
            np.savez(
                path,
                embeddings=np.array([embedding for embedding, _ in found], FLOAT),
                surface=np.array([surface for _, surface in found], FLOAT),
                names=np.array([Path(path).name for path in clips.path]),
            )
        with np.load(path, allow_pickle=False) as table:
            return table["embeddings"], table["surface"]

    def _key(self, clips: corpora.Clips, name: str) -> str:
        """A name that changes with whatever the features depend on."""
        digest = hashlib.sha256(self.model)
        for module in (active, encoder, logmel, conditions):
            digest.update(_behaviour(module).encode())
        digest.update("\n".join(Path(path).name for path in clips.path).encode())
        digest.update(name.encode())
        slug = "".join(letter if letter.isalnum() else "-" for letter in name)
        return f"{slug}-{digest.hexdigest()[:16]}"


def _behaviour(module: ModuleType) -> str:
    """The module's source but for its comments and docstrings."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
    return ast.dump(tree)


def _surface(samples: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    speech = active.active(samples, logmel.RATE).astype(np.float64)
    decibels = 20 * np.log10([np.sqrt((speech**2).mean()), np.abs(speech).max()])
    return speech.size / logmel.RATE, float(decibels[0]), float(decibels[1])
