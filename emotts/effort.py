"""What a choice took: how many takes, why no more of them, and how much they differed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from emotts.errors import ConfigError

Stop = Literal["adaptive", "never"]
"""When to stop before all takes are made: as soon as one reaches the target, or never."""
STOPS: tuple[Stop, ...] = get_args(Stop)

Stopped = Literal["certain", "takes", "budget", "engine can't vary", "engine failed"]
"""Why no more takes were made."""

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Diversity:
    """How much the takes of a sentence differ, take 0 aside: means over their pairs."""

    controls: float
    """Distance of the controls, each in units of its prior's spread; root mean square over them.

    Draws from the prior itself lie at about the square root of 2."""
    embeddings: float
    """Cosine distance, 0…2, of what the first classifier heard."""


@dataclass(frozen=True)
class Effort:
    """What a choice took."""

    planned: int
    """Takes at most, take 0 included."""
    rounds: int
    """How often takes were proposed; each round after the first learned from those before."""
    stopped: Stopped
    """Why there were no more."""
    diversity: Diversity
    """How much the takes differ."""


def checked_stop(stop: str) -> Stop:
    """The word as one of those that say when to stop.

    Raises:
        ConfigError: it is none of them.
    """
    for known in STOPS:
        if stop == known:
            return known
    raise ConfigError(f"stop must be {' or '.join(STOPS)}; got {stop!r}")


def checked_budget(budget_ms: float | None) -> float | None:
    """The budget, where it is one.

    Raises:
        ConfigError: it is no number of milliseconds above 0.
    """
    if budget_ms is not None and not 0 < budget_ms < math.inf:
        raise ConfigError(f"budget_ms must be above 0 and finite; got {budget_ms:g}")
    return budget_ms


def diversity(positions: Rows, embeddings: Sequence[npt.NDArray[np.float32]]) -> Diversity:
    """How much some takes differ; 0 where there is no pair of them.

    Args:
        positions: [n, k] of the controls, in units of their priors' spreads; k may be 0.
        embeddings: m of [d], of those takes that were heard.
    """
    if len(embeddings) > 1:
        rows = np.asarray(embeddings, np.float64)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = rows / np.maximum(lengths, np.finfo(float).tiny)
        # Two unit vectors are sqrt(2 - 2 cos) apart.
        apart = _mean_over_pairs(_squares(unit) / 2)
    else:
        apart = 0.0
    return Diversity(
        controls=_mean_over_pairs(np.sqrt(_squares(positions) / max(1, positions.shape[1]))),
        embeddings=apart,
    )


def _squares(rows: Rows) -> Rows:
    """[n, n] squared distances between rows."""
    norms = (rows**2).sum(axis=1)
    products = np.einsum("id,jd->ij", rows, rows)  # for a product by BLAS threads would be started
    return np.asarray(np.maximum(norms[:, None] + norms - 2 * products, 0.0))


def _mean_over_pairs(distances: Rows) -> float:
    """Mean of what lies above the diagonal."""
    above = distances[np.triu_indices(len(distances), 1)]
    return float(above.mean()) if above.size else 0.0
