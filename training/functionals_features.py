"""Functionals of the corpora under each condition, computed once and cached."""

import hashlib
import inspect
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotts.builtin import active, contours, descriptors, f0, features, functionals, phonation
from training import corpora, functionals_conditions
from training.conditions import Condition, Floats

logger = logging.getLogger(__name__)

SEED = 20_261
_SOURCES = (active, contours, descriptors, f0, features, phonation, functionals_conditions)


@dataclass(frozen=True)
class Extractor:
    """Measures clips under conditions."""

    cache: Path = corpora.CACHE
    """Where features are kept; outside the repository, for they derive from the corpora."""

    def vocoded(self, samples: Floats, _: np.random.Generator) -> Floats:
        """The condition of having been through WORLD."""
        return functionals_conditions.cached(samples, self.cache / "world")

    def mild_vocoded(self, samples: Floats, random: np.random.Generator) -> Floats:
        """The condition of having been through WORLD, with another bandwidth and some noise."""
        return functionals_conditions.mild(self.vocoded(samples, random), random)

    def table(
        self, clips: corpora.Clips, name: str, condition: Condition
    ) -> npt.NDArray[np.float64]:
        """[n, d] functionals of the clips under a condition."""
        path = self.cache / f"functionals-{_slug(name)}-{_key(clips, condition)}.npy"
        if not path.exists():
            logger.info("measuring %d clips, %s", len(clips), name)
            found = [_one(clip, condition) for clip in clips.path]
            self.cache.mkdir(parents=True, exist_ok=True)
            np.save(path, np.array(found, np.float32))
        return np.load(path).astype(np.float64)


def _one(path: str, condition: Condition) -> npt.NDArray[np.float32]:
    # The seed hangs on the clip, not on its place in the list.
    name = int.from_bytes(hashlib.sha256(Path(path).name.encode()).digest()[:8])
    samples = condition(corpora.samples(path), np.random.default_rng([SEED, name]))
    return functionals.embed(samples)


def _key(clips: corpora.Clips, condition: Condition) -> str:
    """What changes with whatever the features depend on."""
    digest = hashlib.sha256()
    for source in (*_SOURCES, condition):
        digest.update(inspect.getsource(source).encode())
    digest.update("\n".join(Path(path).name for path in clips.path).encode())
    return digest.hexdigest()[:16]


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)
