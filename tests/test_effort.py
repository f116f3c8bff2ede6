import math

import numpy as np
import pytest

from emotts.effort import checked_budget, checked_stop, diversity
from emotts.errors import ConfigError


def test_diversity_is_the_mean_over_pairs() -> None:
    # Three points 3, 4 and 5 apart, in a space of two controls.
    positions = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    right, up, left = np.eye(2, dtype=np.float32)[0], np.eye(2, dtype=np.float32)[1], -np.eye(2)[0]
    found = diversity(positions, [right, 5 * up, left.astype(np.float32)])
    assert found.controls == pytest.approx((3 + 4 + 5) / 3 / math.sqrt(2))
    assert found.embeddings == pytest.approx((1 + 1 + 2) / 3)


def test_draws_from_the_prior_are_the_square_root_of_2_apart() -> None:
    drawn = np.random.default_rng(0).standard_normal((200, 40))
    assert diversity(drawn, []).controls == pytest.approx(math.sqrt(2), abs=0.02)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_takes_do_not_differ(count: int) -> None:
    found = diversity(np.zeros((count, 3)), [np.ones(4, np.float32)] * count)
    assert (found.controls, found.embeddings) == (0.0, 0.0)
    assert diversity(np.zeros((count, 0)), []).controls == 0.0


def test_what_bounds_a_request_is_checked() -> None:
    assert checked_stop("never") == "never"
    assert checked_budget(None) is None and checked_budget(2.5) == 2.5
    with pytest.raises(ConfigError, match="stop must be adaptive or never; got 'soon'"):
        checked_stop("soon")
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ConfigError, match="budget_ms must be above 0 and finite"):
            checked_budget(wrong)
