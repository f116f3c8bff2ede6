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
        ("happiness:lots", "has no number; write it as happiness:0.7"),
        ("arousal=x", "has no number; write it as arousal=0.7"),
        ("happy:0.5 sad:0.5", "'happy:0.5 sad:0.5' needs commas; write it as happiness:0.7,fear"),
        ("arousal=1.2", "arousal must be from 0 to 1; got 1.2"),
        ("arousal=nan", "arousal must be from 0 to 1"),
        ("arousal=.3,activation=.2", "names arousal twice"),
        ("arousal=.3,anger:1", "unknown dimension 'anger'; valid: arousal, dominance, valence"),
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
        target("neutral").within(("anger", "fear"), classifier="greek")


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


def test_a_point_lies_nearest_to_an_emotion_and_reads_back() -> None:
    point = target("arousal=.8, valence=.9")
    assert point.dimensions == {"arousal": 0.8, "valence": 0.9}
    assert point.weights == {"happiness": 1.0}
    assert str(point) == "arousal=0.8,valence=0.9"
    assert target({"pleasure": 0.1, "arousal": 0.3}).weights == {"sadness": 1.0}


def test_intensity_moves_an_emotions_point_away_from_the_middle() -> None:
    full, half, none = (target("anger", i).dimensions for i in (1, 0.5, 0))
    for name in full:
        assert half[name] == pytest.approx((full[name] + 0.5) / 2)
        assert none[name] == 0.5


def test_a_point_needs_a_classifier_of_its_dimensions_or_of_emotions_that_have_them() -> None:
    point = target("arousal=.8,valence=.9")
    point.within((), ("arousal", "dominance", "valence"), classifier="dims")
    point.within(("anger", "fear"), classifier="compact")  # they have points of their own
    with pytest.raises(ConfigError, match="scorn does not hear arousal, valence; it hears: cont"):
        point.within(("contempt",), classifier="scorn")
    with pytest.raises(ConfigError, match="dims does not hear valence; it hears: arousal"):
        point.within((), ("arousal",), classifier="dims")


def test_a_classifier_of_dimensions_hears_emotions_that_have_a_point() -> None:
    target("anger").within((), ("arousal", "valence", "dominance"), classifier="dims")
    with pytest.raises(ConfigError, match="dims does not hear contempt; it hears: anger, disg"):
        target("contempt").within((), ("arousal",), classifier="dims")
