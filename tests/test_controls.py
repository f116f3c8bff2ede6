import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotts.builtin.hibari import HibariEngine
from emotts.controls import STANDARD, Control, resolve
from emotts.emotions import EMOTIONS
from emotts.errors import ConfigError
from emotts.tendencies import TENDENCIES

LINEAR = Control("pitch", "semitones", -4, 0, 6, "height")
LOG = Control("rate", "factor", 0.5, 1, 2, "speed", "log")


@pytest.mark.parametrize("control", [LINEAR, LOG])
@given(share=st.floats(0, 1))
def test_a_value_comes_back_from_its_position(control, share):
    value = control.low + share * (control.high - control.low)
    assert control.at(control.position(value)) == pytest.approx(value)


def test_half_is_as_far_from_neutral_as_double_on_a_log_scale():
    assert LOG.position(0.5) == pytest.approx(-LOG.position(2))


@given(position=st.floats(allow_nan=False, allow_infinity=False))
def test_no_position_leaves_the_range(position):
    assert LINEAR.low <= LINEAR.at(position) <= LINEAR.high


def test_the_end_of_a_range_is_written_as_any_value_is():
    """What is found in a cache is written as it was when it was made."""
    pitch = STANDARD["pitch"]
    assert repr([pitch.clamp(99), pitch.at(-99), pitch.clamp(0)]) == "[12.0, -12.0, 0.0]"


def test_a_far_position_on_a_log_scale_is_the_end_of_the_range():
    assert LOG.at(1e6) == LOG.high
    assert LOG.at(-1e6) == LOG.low


@pytest.mark.parametrize(
    ("low", "neutral", "high", "scale"),
    [(1, 0, 2, "linear"), (0, 3, 2, "linear"), (1, 1, 1, "linear"), (0, 1, 2, "log")],
)
def test_a_range_without_its_neutral_value_is_refused(low, neutral, high, scale):
    with pytest.raises(ConfigError, match="control rate"):
        Control("rate", "factor", low, neutral, high, "speed", scale)


def test_resolve_clamps_fills_in_and_leaves_out():
    controls = {"rate": LOG, "pitch": LINEAR}
    assert resolve(controls, {"pitch": 100, "warp": 9}) == {"rate": 1, "pitch": 6}


def test_standard_controls_are_filed_under_their_names():
    assert all(name == control.name for name, control in STANDARD.items())


def test_the_engine_narrows_standard_controls_and_changes_nothing_else():
    for name, control in HibariEngine.controls.items():
        standard = STANDARD[name]
        assert standard.low <= control.low < control.high <= standard.high
        assert control.within(standard.low, standard.high) == standard


def test_every_emotion_has_tendencies():
    assert set(TENDENCIES) == set(EMOTIONS)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_tendencies_move_controls_that_exist_to_places_within_reach(emotion):
    for name, tendency in TENDENCIES[emotion].items():
        control = HibariEngine.controls[name]
        value = (
            control.neutral * math.exp(tendency.mean)
            if control.scale == "log"
            else control.neutral + tendency.mean
        )
        assert control.low <= value <= control.high, name
        assert tendency.spread > 0


def test_no_two_emotions_tend_to_the_same():
    centres = [
        tuple(
            TENDENCIES[emotion][name].mean if name in TENDENCIES[emotion] else 0
            for name in STANDARD
        )
        for emotion in EMOTIONS
    ]
    assert len(set(centres)) == len(centres)


@pytest.mark.parametrize(
    ("name", "higher", "lower"),
    [
        ("rate", "anger", "sadness"),
        ("pitch", "fear", "sadness"),
        ("pitch", "surprise", "disgust"),
        ("pitch_range", "happiness", "boredom"),
        ("brightness", "anger", "calm"),
        ("energy", "anger", "sadness"),
    ],
)
def test_tendencies_agree_with_the_reviews(name, higher, lower):
    assert TENDENCIES[higher][name].mean > TENDENCIES[lower][name].mean


def test_the_documentation_has_the_ranges_of_the_engine():
    page = (Path(__file__).parents[1] / "docs" / "controls.md").read_text(encoding="utf-8")
    for name, control in HibariEngine.controls.items():
        low, high = (f"{value:g}".replace("-", "−") for value in (control.low, control.high))
        row = f"| `{name}` | {control.unit} | {low} … {high} | {control.neutral:g} |"
        assert row in page
