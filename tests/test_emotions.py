import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotts.emotions import EMOTIONS, Target, canonical, target
from emotts.errors import ConfigError, EmottsError, UnknownNameError


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Angry", "anger"),
        ("hap", "happiness"),
        ("ps", "surprise"),
        ("生气/angry", "anger"),
        ("<|HAPPY|>", "happiness"),
        ("calm", "calm"),
        ("中立", "neutral"),
        ("other", None),
        ("<unk>", None),
        ("unuse_3", None),
        ("LABEL_2", None),
        ("A", None),
        ("", None),
    ],
)
def test_labels_of_published_checkpoints(label: str, expected: str | None) -> None:
    assert canonical(label) == expected


def test_every_emotion_names_itself() -> None:
    assert [canonical(name) for name in EMOTIONS] == list(EMOTIONS)


def test_a_name_is_a_target() -> None:
    assert target("joy") == Target({"happiness": 1.0}, 1.0)
    assert target("sad", 0.5).intensity == 0.5


@pytest.mark.parametrize(
    "spec", ["happiness:0.7,surprise:0.3", "happy:7, surprised:3", {"joy": 1.4, "surprise": 0.6}]
)
def test_a_blend_is_normalised(spec: str | dict[str, float]) -> None:
    blend = target(spec)
    assert blend.weights == pytest.approx({"happiness": 0.7, "surprise": 0.3})
    assert blend.dominant == "happiness"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("happines", "unknown emotion 'happines' .did you mean 'happiness'"),
        ("happiness:lots", "no weighted emotion; write it as happiness:0.7"),
        ("happiness:-1", "must be above 0"),
        ("happiness:nan", "must be above 0"),
        ("joy,happiness", "names happiness twice"),
        ("", "name at least one emotion"),
        ({}, "name at least one emotion"),
    ],
)
def test_a_wrong_target_says_what_is_right(spec: str | dict[str, float], message: str) -> None:
    with pytest.raises(EmottsError, match=message):
        target(spec)


@pytest.mark.parametrize("intensity", [-0.1, 1.1, float("nan")])
def test_intensity_is_bounded(intensity: float) -> None:
    with pytest.raises(ConfigError, match="intensity must be from 0 to 1"):
        target("anger", intensity)


def test_an_unknown_emotion_lists_the_valid_ones() -> None:
    with pytest.raises(UnknownNameError) as error:
        target("zeal")
    assert all(name in str(error.value) for name in EMOTIONS)


def test_a_target_that_a_classifier_lacks_is_refused_with_what_it_hears() -> None:
    with pytest.raises(ConfigError, match="greek does not hear neutral; it hears: anger, fear"):
        target("neutral").over(("anger", "fear"), by="greek")


@given(
    st.dictionaries(
        st.sampled_from(EMOTIONS),
        st.floats(0.01, 100, allow_nan=False).map(lambda x: round(x, 3)),
        min_size=1,
    )
)
def test_a_target_reads_back_as_it_is_written(weights: dict[str, float]) -> None:
    blend = target(weights)
    assert target(str(blend)).weights == pytest.approx(blend.weights, rel=1e-4)


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_a_clear_error(text: str) -> None:
    try:
        assert sum(target(text).weights.values()) == pytest.approx(1)
    except EmottsError as error:
        assert str(error)
