import pytest

from emotts.controls import Control
from emotts.emotions import Target, target
from emotts.records import Take
from emotts.search import Search, mixed, take_seed
from emotts.tendencies import TENDENCIES
from emotts.testing import ToneEngine


def takes(spec: str = "anger", intensity: float = 1.0, **changes: object) -> list[Take]:
    arguments = {
        "text": "Hello there.",
        "target": target(spec, intensity),
        "count": 8,
        "seed": 1,
        "engine": "tone",
        "controls": ToneEngine.controls,
        "uses_seed": False,
    }
    return Search(**{**arguments, **changes}).draws()  # type: ignore[arg-type]


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
