import copy
import logging
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotts import Audio, Candidate, Conditioning, Config, Host
from emotts.arguments import OPTIONS
from emotts.config import EngineConfig
from emotts.errors import AudioError, ConfigError, EmottsError, UnknownNameError

TEXT = "The cat sat. The dog ran."


@pytest.fixture
def config(tones: Path) -> Config:
    return Config.load(tones).model_copy(update={"takes": 6})


@pytest.fixture
def host(config: Config) -> Host:
    return Host(config)


def test_speech_is_the_sentences_after_each_other(host: Host) -> None:
    speech = host.say(TEXT, emotion="anger")
    assert [choice.text for choice in speech.choices] == ["The cat sat.", "The dog ran."]
    assert speech.audio.samples.size == sum(c.audio.samples.size for c in speech.choices)
    assert speech.matched
    assert (speech.engine, speech.request.voice.name) == ("tone", "alto")


def test_the_embedding_is_the_mean_over_the_chosen_takes(host: Host) -> None:
    speech = host.say(TEXT, emotion="sadness")
    chosen = [choice.candidate.predictions["pitch"].embedding for choice in speech.choices]
    weights = [choice.audio.duration_s for choice in speech.choices]
    assert speech.embedding == pytest.approx(np.average(chosen, axis=0, weights=weights))
    assert speech.embedding.dtype == np.float32


def test_streaming_gives_the_same_choices(host: Host) -> None:
    seen: list[Candidate] = []
    streamed = list(host.stream(TEXT, "fear", observe=seen.append))
    said = host.say(TEXT, "fear")
    assert [c.chosen for c in streamed] == [c.chosen for c in said.choices]
    assert len(seen) == sum(len(c.candidates) for c in streamed)


def test_the_target_decides_what_is_said(host: Host) -> None:
    angry, sad = (host.say("The cat sat.", emotion) for emotion in ("anger", "sad"))
    assert angry.choices[0].candidate.predictions["pitch"].top == "anger"
    assert sad.choices[0].candidate.predictions["pitch"].top == "sadness"


def test_the_neutral_voice_reads_as_neutral_whatever_its_pitch(host: Host) -> None:
    """A bass is not sad: both voices are heard relative to themselves."""
    for voice in ("alto", "bass"):
        take_0 = host.say("The cat sat.", "anger", voice=voice).choices[0].candidates[0]
        assert take_0.predictions["pitch"].top == "neutral"


def test_a_profile_is_made_once_and_kept(
    host: Host, config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "emotts.profiles"):
        host.say("The cat sat.", "anger")
        Host(config).say("The cat sat.", "anger")
    assert caplog.text.count("calibrating pitch on voice alto of tone") == 1
    assert [path.suffix for path in (tmp_path / "cache" / "profiles").iterdir()] == [".json"]


def test_requests_are_bounded_and_named(host: Host) -> None:
    with pytest.raises(ConfigError, match="takes must be from 1 to 256; got 0"):
        host.say(TEXT, "anger", takes=0)
    with pytest.raises(UnknownNameError, match=r"unknown voice of tone 'tenor'.*alto, bass"):
        host.say(TEXT, "anger", voice="tenor")
    with pytest.raises(UnknownNameError, match="unknown emotion"):
        host.say(TEXT, "hangry")


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"takse": 3}, r"unknown option of a request 'takse' \(did you mean 'takes'\?\)"),
        ({"takes": "3"}, "takes must be an int; got '3', a str"),
        ({"takes": 2.5}, "takes must be an int; got 2.5"),
        ({"voice": 1}, "voice must be the name of a voice"),
        ({"tone": "sad"}, "tone must be a Tone, such as Speech.tone"),
        ({"observe": 3}, "observe must be a function"),
        ({"emotion": ["anger"]}, r"an emotion is a name, .*; got \['anger'\]"),
        ({"text": None}, "the text must be a str; got None"),
        ({"text": ["One.", "Two."]}, "the text must be a str"),
    ],
)
def test_what_is_asked_for_in_a_wrong_way_is_named(
    asked: dict[str, Any], problem: str, host: Host
) -> None:
    with pytest.raises(EmottsError, match=problem):
        host.say(**{"text": TEXT, "emotion": "anger", **asked})


@pytest.mark.parametrize("name", OPTIONS)
def test_none_says_nothing(name: str, host: Host) -> None:
    text = "[anger]The cat sat.[/]"
    nothing: Any = {name: None}
    assert host.request(text, **nothing) == host.request(text)


def test_none_is_no_budget(tones: Path) -> None:
    host = Host(Config.load(tones).model_copy(update={"budget_ms": 50.0}))
    assert host.request(TEXT, "anger", budget_ms=None).budget_ms is None
    assert host.request(TEXT, "anger").budget_ms == 50


def test_a_part_of_a_recital_is_text(host: Host) -> None:
    with pytest.raises(EmottsError, match="the text must be a str; got None"):
        list(host.recital("anger").speak(None))  # type: ignore[arg-type]


def test_numbers_of_numpy_are_taken_as_pythons_own(host: Host) -> None:
    request = host.request(TEXT, "anger", takes=np.int64(3), seed=np.int64(7))  # type: ignore[arg-type]
    assert [type(value) for value in (request.takes, request.seed)] == [int, int]


@pytest.mark.parametrize("config", ["my.yaml", {"takes": 3}])
def test_a_host_is_made_of_a_config(config: Any) -> None:
    with pytest.raises(ConfigError, match=r"Host.from_config\(path\) reads one"):
        Host(config)


@pytest.mark.parametrize("clips", [["a.wav"], "a.wav", Audio.silence(1, 16_000), [np.zeros(9)]])
def test_what_is_to_be_heard_is_a_list_of_audio(clips: Any, host: Host) -> None:
    with pytest.raises(AudioError, match=r"a clip must be Audio|clips must be in a list"):
        host.classify(clips)


def test_a_target_that_is_not_heard_is_refused_before_calibration(
    host: Host, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="pitch does not hear surprise"):
        host.say(TEXT, "surprise")
    assert not (tmp_path / "cache").exists()


def test_options_override_the_config(host: Host) -> None:
    speech = host.say("The cat sat.", {"anger": 3, "fear": 1}, takes=2, seed=9, voice="bass")
    assert len(speech.choices[0].candidates) == 2
    assert (speech.request.seed, speech.request.voice.name) == (9, "bass")
    assert speech.request.target.weights == {"anger": 0.75, "fear": 0.25}


def test_a_host_of_unknown_parts_lists_the_known(config: Config) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown engine 'toner'.*tone"):
        Host(config.model_copy(update={"engine": EngineConfig(name="toner")}))
    wrong = EngineConfig(name="tone", options={"speed": 2})
    with pytest.raises(ConfigError, match="options of tone: unknown key 'speed'; valid: none"):
        Host(config.model_copy(update={"engine": wrong}))


def test_recordings_are_heard_as_they_are_or_relative_to_their_speaker(host: Host) -> None:
    clips = [c.audio for c in host.say("The cat sat.", "anger").choices[0].candidates if c.audio]
    (plain,) = host.classify(clips[:1])
    (centred,) = host.classify(clips[:1], calibrate=clips)
    assert (plain.centred, centred.centred) == (False, True)
    assert plain.scores != centred.scores


def test_what_was_spoken_is_copied_and_compared_by_what_it_holds(host: Host) -> None:
    once, other = (host.say("The cat sat.", emotion, takes=2) for emotion in ("anger", "fear"))
    for again in (pickle.loads(pickle.dumps(once)), copy.deepcopy(once)):
        assert again.request == once.request
        for one, same, another in (
            (speech.tone for speech in (once, again, other)),
            (speech.choices[0].candidate.predictions["pitch"] for speech in (once, again, other)),
            (Conditioning(embedding=speech.embedding) for speech in (once, again, other)),
        ):
            assert one == same and one != another and one != 1


def test_a_host_that_is_to_be_copied_says_what_to_do(host: Host) -> None:
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="make another of the same config"):
            copied(host)
