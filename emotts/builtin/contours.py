"""Statistics of contours: how a quantity is spread, how it moves, and the line that it draws.

Each function gives its statistics by name, so that whoever reads a model's weights knows what they
weigh.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import scipy.fft

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Values = Mapping[str, float]

# A contour's line is drawn over this many points, whatever its length in seconds.
POINTS = 48
_SMALL = 1e-6


def spread(values: Floats) -> Values:
    """Level, width and lopsidedness of [n] values, n > 0."""
    low, quarter, middle, three_quarters, high = map(
        float, _quantiles(values, (0.05, 0.25, 0.5, 0.75, 0.95))
    )
    mean, deviation = float(values.mean()), float(values.std())
    return {
        "mean": mean,
        "deviation": deviation,
        "low": low,
        "middle": middle,
        "high": high,
        "range": high - low,
        "core": three_quarters - quarter,
        "skew": float(((values - mean) ** 3).mean() / (deviation**3 + _SMALL)),
    }


def motion(contour: Floats, kept: Mask, step_s: float) -> Values:
    """How fast a contour rises and falls, in its unit a second.

    Args:
        contour: [T] one value every `step_s` seconds.
        kept: [T] where it means something; a slope needs that on both sides.
        step_s: seconds between values.
    """
    slopes = ((contour[2:] - contour[:-2]) / (2 * step_s))[kept[2:] & kept[1:-1] & kept[:-2]]
    if not slopes.size:
        slopes = np.zeros(1, np.float32)
    rising, falling = np.maximum(slopes, 0), np.maximum(-slopes, 0)
    up = rising.sum() / max(1, np.count_nonzero(rising))
    down = falling.sum() / max(1, np.count_nonzero(falling))
    return {
        "rise": float(up),
        "fall": float(down),
        "lean": float((up - down) / (up + down + _SMALL)),
        "speed": float(np.sqrt((slopes**2).mean())),
        "rising": float((slopes > 0).mean()),
    }


def table(values: Floats) -> Mapping[str, Floats]:
    """Level and width of k quantities at once, [k] each, from [k, n] values, n > 0."""
    low, middle, high = _quantiles(values, (0.1, 0.5, 0.9))
    return {
        "mean": values.mean(axis=1),
        "deviation": values.std(axis=1),
        "low": low,
        "middle": middle,
        "high": high,
    }


def roughness(contours: Floats, kept: Mask) -> Floats:
    """Mean absolute second difference of [..., T] where three neighbours are kept, [...]."""
    bends = np.abs(contours[..., 2:] - 2 * contours[..., 1:-1] + contours[..., :-2])
    bends = bends[..., kept[2:] & kept[1:-1] & kept[:-2]]
    if not bends.shape[-1]:
        return np.zeros(bends.shape[:-1], np.float32)
    mean: Floats = bends.mean(axis=-1)
    return mean


def line(contour: Floats, coefficients: int) -> Values:
    """The line that a contour draws from its first to its last value, whatever its length.

    Its slow cosines (1 is a fall, 2 a valley …), where in time it peaks and dips, and how its
    first and last fifth lie to its mean.
    """
    at = np.linspace(0, len(contour) - 1, POINTS)
    drawn = np.interp(at, np.arange(len(contour)), contour)
    centred = drawn - drawn.mean()
    cosines = scipy.fft.dct(centred, norm="ortho")[1 : coefficients + 1] / np.sqrt(POINTS)
    fifth = POINTS // 5
    return {
        **{f"cosine{index}": float(value) for index, value in enumerate(cosines, start=1)},
        "peak_at": float(drawn.argmax() / POINTS),
        "dip_at": float(drawn.argmin() / POINTS),
        "start": float(centred[:fifth].mean()),
        "end": float(centred[-fifth:].mean()),
        "last": float(centred[-fifth // 2 :].mean() - centred[-fifth : -fifth // 2].mean()),
    }


def together(first: Floats, second: Floats) -> float:
    """Correlation of [n] values with [n] others, 0 where one of them does not move."""
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / scale if scale > _SMALL else 0.0


def runs(mask: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Starts and ends (exclusive) of the runs of True."""
    edges = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _quantiles(values: Floats, shares: Sequence[float]) -> list[Floats]:
    """Quantiles over the last axis, interpolated; `np.quantile` takes ten times as long."""
    ordered = np.sort(values, axis=-1)
    places = np.multiply(shares, values.shape[-1] - 1)
    below = places.astype(np.intp)
    above = np.minimum(below + 1, values.shape[-1] - 1)
    low, high = ordered[..., below], ordered[..., above]
    return list(np.moveaxis(low + (high - low) * (places - below), -1, 0))
