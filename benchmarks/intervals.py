"""How sure a mean over sentences is."""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000


def bounds(
    values: Sequence[float] | npt.NDArray[np.float64], groups: Sequence[Hashable] | None = None
) -> tuple[float, float]:
    """The 95% interval of the mean: percentiles of a bootstrap over the values, of a fixed seed.

    Values that depend on each other, such as those of one sentence, have one group, and are drawn
    together.
    """
    found = np.asarray(values, np.float64)
    known = {group: index for index, group in enumerate(dict.fromkeys(groups or range(len(found))))}
    of = [known[group] for group in groups or range(len(found))]
    sums, sizes = np.bincount(of, found), np.bincount(of)
    drawn = np.random.default_rng(0).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def interval(
    values: Sequence[float] | npt.NDArray[np.float64], groups: Sequence[Hashable] | None = None
) -> str:
    """The mean with its 95% interval, as tables have it."""
    low, high = bounds(values, groups)
    return f"{np.mean(values):.2f} ({low:.2f}–{high:.2f})"
