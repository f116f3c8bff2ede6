"""Float32 numbers as decimals: short, and fast enough for a thousand of them in every row."""

import numpy as np
import numpy.typing as npt

LARGEST, LEAST = 9, 6
"""Digits: so many are enough for every float32, and so many are kept by every one."""
TINY = 1e-45
"""Below the smallest float32 that is not 0."""


def shortest(values: npt.NDArray[np.float32]) -> list[float]:
    """Floats whose own decimals are the fewest that read back as the same float32.

    That is what `str` makes of a float32, but for all of them at once: each is rounded to 9, 8, 7
    and 6 digits, and the fewest that give the number back are taken. The float64 nearest to so few
    digits prints as these digits.

    Args:
        values: [n], finite. Beyond 10⁻¹³ and 10⁶ the powers of ten that are divided by are not
            exact, and there may be more digits; they read back as the same all the same.
    """
    exact = values.astype(np.float64)
    scale = 10.0 ** (LARGEST - 1 - np.floor(np.log10(np.maximum(np.abs(exact), TINY))))
    found = np.rint(exact * scale) / scale
    for _ in range(LARGEST - LEAST):
        scale /= 10
        rounded = np.rint(exact * scale) / scale
        np.copyto(found, rounded, where=rounded.astype(np.float32) == values)
    shortened: list[float] = found.tolist()
    return shortened
