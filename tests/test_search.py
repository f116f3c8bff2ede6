from collections.abc import Sequence
from typing import Any

import pytest

from emotts.controls import STANDARD, Control
from emotts.emotions import Target, target
from emotts.records import Candidate, Take
from emotts.search import Search, mixed, take_seed
from emotts.tendencies import TENDENCIES
from emotts.testing import ToneEngine


def searching(**changes: object) -> Search:
    arguments: dict[str, Any] = {
        "text": "Hello there.",
        "target": target("anger"),
        "count": 8,
        "seed": 1,
        "engine": "tone",
        "controls": ToneEngine.controls,
        "uses_seed": False,
    }
    return Search(**{**arguments, **changes})


def takes(spec: str = "anger", intensity: float = 1.0, **changes: object) -> list[Take]:
    return searching(target=target(spec, intensity), **changes).draws()


def test_take_0_is_neutral_and_the_others_are_within_range() -> None:
    planned = takes()
    assert [take.index for take in planned] == list(range(8))
    assert planned[0].controls == {}
    for take in planned[1:]:
        assert take.controls
        for name, value in take.controls.items():
            control = ToneEngine.controls[name]
            assert control.low <= value <= control.high


def test_take_1_is_the_centre_of_the_tendency() -> None:
    centre = takes("sadness")[1].controls
    for name, value in centre.items():
        control = ToneEngine.controls[name]
        assert value == pytest.approx(control.at(TENDENCIES["sadness"][name].mean))


def test_a_take_does_not_depend_on_how_many_there_are() -> None:
    assert takes(count=3) == takes(count=32)[:3]


def heard(takes: Sequence[Take], best: int | None = None) -> list[Candidate]:
    """The takes as candidates: one scores best, and where it is None all were rejected."""
    return [
        Candidate(take, None, {}, score=None if best is None else float(take.index == best))
        for take in takes
    ]


def test_rounds_go_on_until_there_are_enough_takes() -> None:
    search = searching(count=32)
    takes: list[Take] = []
    sizes = []
    while proposed := search.propose(heard(takes, best=2)):
        takes += proposed
        sizes.append(len(proposed))
    assert sizes == [4, 4, 8, 8, 8]
    assert [take.index for take in takes] == list(range(32))
    assert takes[:4] == search.draws()[:4]


def test_later_takes_lie_near_what_scored_best() -> None:
    search = searching()
    first = search.propose([])
    for best in (1, 2, 3):
        liked = ToneEngine.controls["pitch"].position(first[best].controls["pitch"])
        before, after = (of["pitch"] for of in (search.prior, search.posterior(heard(first, best))))
        assert min(before.mean, liked) <= after.mean <= max(before.mean, liked)
        assert after.mean == before.mean or best > 1
        assert 0 < after.spread < before.spread


def test_where_all_were_rejected_the_next_takes_are_draws_again() -> None:
    search = searching()
    assert search.propose(heard(search.propose([]))) == search.draws()[4:8]


def test_a_half_intensity_learns_as_far_as_a_full_one() -> None:
    full, half = searching(), searching(target=target("anger", 0.5))
    after = [s.posterior(heard(s.propose([]), best=2))["pitch"].mean for s in (full, half)]
    assert after[0] == pytest.approx(after[1])


def test_takes_differ_by_seed_text_and_engine() -> None:
    assert takes() == takes()
    for change in ({"seed": 2}, {"text": "Other words."}, {"engine": "other"}):
        assert takes(**change)[2].controls != takes()[2].controls
    assert len({take_seed(1, "e", "t", index) for index in range(1000)}) == 1000


def test_intensity_scales_the_distance_from_neutral() -> None:
    half, full = takes(intensity=0.5)[1].controls, takes()[1].controls
    for name, control in ToneEngine.controls.items():
        if name in full and control.low < full[name] < control.high:
            assert control.position(half[name]) == pytest.approx(
                control.position(full[name]) / 2, abs=1e-9
            )
    assert all(
        value == ToneEngine.controls[name].neutral
        for take in takes(intensity=0)[1:]
        for name, value in take.controls.items()
    )


def test_a_blend_lies_between_its_emotions() -> None:
    blend = mixed(Target({"anger": 0.5, "sadness": 0.5}))
    for name, tendency in blend.items():
        ends = [
            TENDENCIES[emotion][name].mean if name in TENDENCIES[emotion] else 0.0
            for emotion in ("anger", "sadness")
        ]
        assert min(ends) - 1e-9 <= tendency.mean <= max(ends) + 1e-9


def test_an_engine_that_cannot_vary_is_asked_once() -> None:
    assert len(takes(controls={})) == 1
    other = {"odd": Control("odd", "", 0.0, 0.0, 1.0, "no emotion is known to move it")}
    assert len(takes(controls=other)) == 1
    assert len({take.seed for take in takes(controls={}, uses_seed=True)}) == 8


def test_an_engine_that_has_only_a_temperature_varies_by_it() -> None:
    drawn = takes(controls={"temperature": STANDARD["temperature"]})
    assert len({take.controls["temperature"] for take in drawn[1:]}) == 7
    assert all(take.controls["temperature"] != 1 for take in drawn[2:])
