from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotts.closeness import closeness, cosine, point_distance
from emotts.dimensions import MIDDLE, POINTS, expected
from emotts.emotions import Target, target
from emotts.records import Prediction
from emotts.scoring import matched, score


def heard(embedding: tuple[float, ...] = (1.0, 0.0), **scores: float) -> Prediction:
    return Prediction(scores, np.array(embedding, np.float32), centred=True)


TAKE_0 = heard(anger=0.1, fear=0.1, neutral=0.8)


def anger(level: float) -> Prediction:
    """So much anger, the rest as in take 0."""
    return heard(anger=level, fear=(1 - level) / 9, neutral=8 * (1 - level) / 9)


@given(st.floats(0.05, 0.95))
def test_the_best_take_is_the_one_at_the_asked_intensity(intensity: float) -> None:
    levels = np.linspace(0, 1, 41)
    scores = [score(anger(p), target("anger", intensity), TAKE_0) for p in levels]
    asked = 0.1 + intensity * 0.9
    assert levels[int(np.argmax(scores))] == pytest.approx(asked, abs=0.026)


def test_in_full_there_is_no_too_much() -> None:
    scores = [score(anger(p), target("anger"), TAKE_0) for p in (0.2, 0.5, 0.9, 0.99, 0.999)]
    assert scores == sorted(scores)


def test_of_none_of_it_take_0_is_best() -> None:
    none = target("anger", 0.0)
    assert score(TAKE_0, none, TAKE_0) == 0 > score(anger(0.3), none, TAKE_0)


def test_a_blend_is_best_in_its_proportions() -> None:
    blend = target("anger:.6,fear:.4")
    shares = np.linspace(0.05, 0.95, 19)
    scores = [score(heard(anger=s, fear=1 - s, neutral=0.0), blend, TAKE_0) for s in shares]
    assert shares[int(np.argmax(scores))] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("level", "intensity", "expected"),
    [
        (0.9, 1.0, True),
        (0.4, 1.0, False),
        (0.4, 0.4, True),
        (0.15, 0.4, False),
        (0.9, 0.4, False),
        (0.1, 0.0, True),
        (0.8, 0.0, False),
    ],
)
def test_matched_is_the_level_that_was_asked_for(
    level: float, intensity: float, expected: bool
) -> None:
    assert matched(anger(level), target("anger", intensity)) is expected


def test_another_emotion_above_the_wanted_one_is_no_match() -> None:
    assert matched(heard(anger=0.4, fear=0.1, neutral=0.5), target("anger", 0.4))
    assert not matched(heard(anger=0.4, fear=0.5, neutral=0.1), target("anger", 0.4))


def test_a_blend_is_matched_when_all_of_it_is_heard_first() -> None:
    blend = target("anger:.6,fear:.4")
    assert matched(heard(anger=0.5, fear=0.3, sadness=0.2), blend)
    assert not matched(heard(anger=0.75, fear=0.05, sadness=0.2), blend)


def test_a_recording_draws_towards_its_embedding() -> None:
    like = heard((0.0, 2.0), anger=1.0, fear=0.0, neutral=0.0)
    near, far = replace(anger(0.9), embedding=like.embedding), anger(0.9)
    full = target("anger")
    assert score(near, full, TAKE_0, like) > score(far, full, TAKE_0, like)
    assert score(near, full, TAKE_0) == score(far, full, TAKE_0)


def test_an_embedding_of_an_unknown_speaker_counts_for_nothing() -> None:
    like = replace(heard((0.0, 2.0), anger=1.0, fear=0.0, neutral=0.0), centred=False)
    near, far = replace(anger(0.9), embedding=like.embedding), anger(0.9)
    assert closeness(near, target("anger"), None, like) == closeness(
        far, target("anger"), None, like
    )


def test_cosine_is_that_of_the_angle() -> None:
    one = np.array([1, 0], np.float32)
    assert cosine(one, np.array([3, 3], np.float32)) == pytest.approx(0.5**0.5)
    assert cosine(one, np.zeros(2, np.float32)) == 0


def test_emotions_amount_to_a_point() -> None:
    assert expected({"happiness": 1.0}) == pytest.approx(POINTS["happiness"])
    mixed = expected({"happiness": 0.5, "sadness": 0.5, "contempt": 1.0})
    middle = (POINTS["happiness"]["valence"] + POINTS["sadness"]["valence"]) / 2
    assert mixed["valence"] == pytest.approx(middle)
    assert set(expected({"contempt": 1.0}).values()) == {MIDDLE}


def test_a_point_is_heard_by_its_emotions() -> None:
    wanted = target("arousal=.75,valence=.9")
    wanted.within(("happiness", "neutral"), classifier="compact")
    happy, flat = heard(happiness=0.95, neutral=0.05), heard(happiness=0.1, neutral=0.9)
    assert score(happy, wanted, flat) > 0
    assert matched(happy, wanted) and not matched(flat, wanted)
    assert point_distance(happy, wanted) < 0.05


def test_without_take_0_a_level_starts_from_an_even_share() -> None:
    half = Target({"anger": 1.0}, 0.5)
    near = heard(anger=2 / 3, fear=1 / 6, neutral=1 / 6)
    assert score(near, half) == pytest.approx(0)
    assert score(anger(0.99), half) < 0
