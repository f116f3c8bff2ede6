"""What a text asks for besides the request: tags, settings and pauses, from text to audio."""

from pathlib import Path

import pytest

from emotts import Config, Host
from emotts.errors import ConfigError, TextError


@pytest.fixture
def host(tones: Path) -> Host:
    return Host(Config.load(tones).model_copy(update={"takes": 6, "stop": "never"}))


def test_each_part_has_its_own_target(host: Host) -> None:
    speech = host.say("[anger]The cat sat.[/] The dog ran. [sadness:0.5]It rained.", "fear")
    assert [choice.text for choice in speech.choices] == [
        "The cat sat.",
        "The dog ran.",
        "It rained.",
    ]
    assert [choice.target.dominant for choice in speech.choices] == ["anger", "fear", "sadness"]
    assert speech.choices[2].target.intensity == 0.5


def test_a_tagged_text_needs_no_other_emotion(host: Host) -> None:
    first, second = host.say("[anger]The cat sat.[/] The dog ran.").choices
    assert (first.target.dominant, second.target.dominant) == ("anger", "neutral")
    with pytest.raises(ConfigError, match="no target"):
        host.say("The cat sat.")


def test_a_target_in_the_text_is_refused_before_anything_is_spoken(host: Host) -> None:
    with pytest.raises(ConfigError, match="boredom"):
        host.say("The cat sat. [boredom]The dog ran.", "anger")


def test_markup_can_be_left_alone(host: Host) -> None:
    (choice,) = host.say("[anger] is a word here", "fear", markup=False).choices
    assert choice.text == "[anger] is a word here"


def test_what_is_left_out_is_told(host: Host) -> None:
    speech = host.say(
        "[angre]The cat [laughs] sat.", "fear", settings={"warmth": 2.0, "pitch": 99.0}
    )
    told = " ".join(speech.request.warnings)
    assert "anger" in told
    assert "[laughs]" in told
    assert "no control warmth" in told and "it has rate, pitch" in told
    assert "moves pitch from -8 to 8 only; 99 was asked for" in told
    assert [choice.text for choice in speech.choices] == ["The cat sat."]


def test_a_pause_is_heard_between_the_sentences(host: Host) -> None:
    text = 'The cat sat. <break time="1500ms"/> The dog ran.'
    first, second = host.say(text, "fear").choices
    assert (first.pause_s, second.pause_s) == (0, 1.5)
    whole = host.say(text, "fear").audio
    without = host.say("The cat sat. The dog ran.", "fear").audio
    assert whole.duration_s == pytest.approx(without.duration_s + 1.5)


def test_pauses_with_nothing_to_speak_between_them_are_one_of_a_minute_at_most(host: Host) -> None:
    text = "".join('<break time="40s"/>. ' for _ in range(9)) + "The dog ran."
    (choice,) = host.say(text, "fear", takes=1).choices
    assert choice.pause_s == 60


def test_settings_move_every_take_and_add_to_the_emotion(host: Host) -> None:
    plain, fast = (
        host.say("The cat sat.", "anger", settings=settings).choices[0]
        for settings in ({}, {"rate": 1.5})
    )
    for before, after in zip(plain.candidates[:4], fast.candidates[:4], strict=True):
        assert after.effective["rate"] == pytest.approx(
            min(2, 1.5 * before.effective["rate"]), rel=1e-6
        )
        assert after.effective["pitch"] == pytest.approx(before.effective["pitch"])


def test_tags_add_to_settings(host: Host) -> None:
    text = 'The cat sat. <prosody rate="120%" pitch="+2st">The dog ran.</prosody>'
    first, second = host.say(text, "fear", settings={"rate": 1.25}).choices
    assert first.candidates[0].effective["rate"] == pytest.approx(1.25)
    assert second.candidates[0].effective["rate"] == pytest.approx(1.5)
    assert second.candidates[0].effective["pitch"] == pytest.approx(2)


def test_tags_alone_are_nothing_to_speak(host: Host) -> None:
    with pytest.raises(TextError, match="nothing to speak"):
        host.say("[anger][/]<break/>", "fear")
