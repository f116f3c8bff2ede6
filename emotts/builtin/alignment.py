"""How far two sequences are apart along the path that aligns them best."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from emotts.builtin.f0 import Floats

# Rows at once: all distances of two takes that ran away for minutes would fill gigabytes.
BLOCK = 32


def distance(one: Floats, other: Floats) -> float:
    """Mean distance of two sequences of vectors along the path that aligns them best.

    Dynamic time warping after Sakoe & Chiba (1978), symmetric: a step in both counts twice.

    Args:
        one: [n, d].
        other: [m, d].
    """
    if not (len(one) and len(other)):
        return 0.0
    if len(one) > len(other):
        one, other = other, one
    costs = np.full(len(other) + 1, np.inf)
    costs[0] = 0.0
    # Within a row, each cell is reached from above or from the cell before it, at its own cost:
    # with the costs of the cells before taken off, that is the least of all from above so far.
    for steps in _between(one, other):
        along = steps.cumsum()
        above = np.minimum(costs[1:] + steps, costs[:-1] + 2 * steps)
        above -= along
        costs[1:] = np.minimum.accumulate(above) + along
        costs[0] = np.inf
    return float(costs[-1] / (len(one) + len(other)))


def _between(one: Floats, other: Floats) -> Iterator[npt.NDArray[np.float64]]:
    """The distances of each of one sequence to all of the other: n of [m]."""
    for start in range(0, len(one), BLOCK):
        apart = one[start : start + BLOCK, None].astype(np.float64) - other
        yield from np.sqrt(np.einsum("nmd,nmd->nm", apart, apart))
