"""Dynamic time warping, against its definition written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotts.builtin.alignment import distance


def by_definition(one: np.ndarray, other: np.ndarray) -> float:
    costs = np.full((len(one) + 1, len(other) + 1), np.inf)
    costs[0, 0] = 0
    for i, first in enumerate(one, start=1):
        for j, second in enumerate(other, start=1):
            step = float(np.linalg.norm(first - second))
            costs[i, j] = min(
                costs[i - 1, j] + step, costs[i, j - 1] + step, costs[i - 1, j - 1] + 2 * step
            )
    return float(costs[-1, -1] / (len(one) + len(other)))


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_it_is_the_cheapest_path(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = (random.normal(size=(count, 3)).astype(np.float32) for count in (rows, columns))
    assert distance(one, other) == pytest.approx(by_definition(one, other))
    assert distance(other, one) == pytest.approx(distance(one, other))


def test_a_stretched_sequence_is_as_near_as_itself() -> None:
    one = np.random.default_rng(1).normal(size=(20, 13)).astype(np.float32)
    assert distance(one, np.repeat(one, 3, axis=0)) == pytest.approx(0)


def test_there_is_no_distance_to_nothing() -> None:
    empty = np.zeros((0, 13), np.float32)
    assert distance(empty, np.ones((3, 13), np.float32)) == distance(empty, empty) == 0
