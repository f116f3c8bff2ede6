"""How sure a mean over sentences is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000


def bounds(values: Sequence[float] | npt.NDArray[np.float64]) -> tuple[float, float]:
    """The 95% interval of the mean: percentiles of a bootstrap over the values, of a fixed seed."""
    found = np.asarray(values, np.float64)
    drawn = np.random.default_rng(0).integers(0, len(found), (RESAMPLES, len(found)))
    low, high = np.percentile(found[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def interval(values: Sequence[float] | npt.NDArray[np.float64]) -> str:
    """The mean with its 95% interval, as tables have it."""
    low, high = bounds(values)
    return f"{np.mean(values):.2f} ({low:.2f}–{high:.2f})"
