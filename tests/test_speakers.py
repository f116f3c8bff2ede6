"""Fallbacks speak while the engine can't: with their own voice, controls and profile."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE_S

from emotts import Config, Host
from emotts.errors import ClassifierGoneError, ConfigError, EngineError, UnknownNameError

TEXT = "The cat sat on the mat. The dog ran."
# Three engines: one speaks when it is let, at a rate and with a voice of its own.
FICKLE = """
import os
from dataclasses import replace
from emotts.audio import Audio
from emotts.errors import ConfigError
from emotts.hookspecs import hookimpl
from emotts.records import Voice
from emotts.testing import ToneEngine

class Fickle(ToneEngine):
    name = "fickle"
    def voices(self):
        return [Voice("moody", "und"), Voice("sulky", "und")]
    def synthesize(self, text, *, voice, takes):
        self.voice(voice)
        mood = os.environ.get("MOOD", "")
        if mood == "cross" or (mood == "dogs" and "dog" in text):
            raise RuntimeError("not today")
        if mood == "licence":
            raise ConfigError("accept the licence first")
        for made in super().synthesize(text, voice="bass", takes=takes):
            silent = made.audio.samples * (mood != "silent")
            yield replace(made, audio=Audio(silent, 22_050))
    def voice(self, name=None):
        return ToneEngine.voice(self, name) if name != "bass" else Voice("bass", "und")

@hookimpl
def emotts_engines():
    return [Fickle]
"""


@pytest.fixture
def host(
    install: Callable[..., None], tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Host:
    install("fickle", FICKLE)
    monkeypatch.setenv("MOOD", "")
    content = Config.load(tones).model_dump()
    ledger = {"path": str(tmp_path / "ledger.jsonl")}
    return Host(
        Config.model_validate(
            {**content, "engine": "fickle", "fallback": ["tone"], "ledger": ledger}
        )
    )


def who(host: Host, text: str = TEXT) -> list[tuple[str, str]]:
    return [(choice.engine, choice.voice.name) for choice in host.say(text, "anger").choices]


def test_the_engine_speaks_as_long_as_it_can(host: Host) -> None:
    assert who(host) == [("fickle", "moody")] * 2


def test_each_sentence_is_tried_by_the_engine_first(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    who(host)
    monkeypatch.setenv("MOOD", "dogs")
    expected = [("fickle", "moody"), ("tone", "alto")]
    assert who(host) == expected
    assert "fickle failed: RuntimeError: not today" in caplog.text
    assert [c.engine for c in host.stream(TEXT, "anger")] == ["fickle", "tone"]
    monkeypatch.setenv("MOOD", "")
    assert who(host) == [("fickle", "moody")] * 2


def test_two_rates_make_one_clip_at_the_first(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    who(host)
    monkeypatch.setenv("MOOD", "dogs")
    speech = host.say(TEXT, "anger")
    assert [choice.audio.rate for choice in speech.choices] == [22_050, 16_000]
    assert speech.audio.rate == 22_050
    lengths = [choice.audio.duration_s for choice in speech.choices]
    assert speech.audio.duration_s == pytest.approx(sum(lengths), abs=1e-3)


def test_a_fallback_is_heard_relative_to_its_own_voice(
    host: Host, tones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOD", "cross")
    (choice,) = host.say("The cat sat.", "anger", seed=4).choices
    (own,) = Host.from_config(tones).say("The cat sat.", "anger", seed=4).choices
    assert [c.score for c in choice.candidates] == [c.score for c in own.candidates]
    assert np.array_equal(choice.audio.samples, own.audio.samples)
    assert choice.matched


def test_what_nobody_can_hear_is_spoken_by_a_fallback(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    who(host)
    monkeypatch.setenv("MOOD", "silent")
    assert who(host) == [("tone", "alto")] * 2


def test_an_engine_that_could_never_be_calibrated_is_spoken_for(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOD", "cross")
    assert who(host) == [("tone", "alto")] * 2
    monkeypatch.setenv("MOOD", "")
    assert who(host) == [("fickle", "moody")] * 2


@pytest.mark.slow
def test_settings_are_no_obstacle_where_the_engine_is_gone(host: Host) -> None:
    content = host.config.model_dump()
    content["engine"] = {"name": "absent", "isolate": True, "python": sys.executable}
    with Host(Config.model_validate(content)) as gone:
        (choice,) = gone.say("The cat sat.", "anger", settings={"rate": 1.2}).choices
    assert choice.engine == "tone"
    assert all(c.effective["rate"] != 1 for c in choice.candidates)


def test_a_voice_that_is_asked_for_is_the_engines(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    (choice,) = host.say("The cat sat.", "anger", voice="sulky").choices
    assert (choice.engine, choice.voice.name) == ("fickle", "sulky")
    with pytest.raises(UnknownNameError, match=r"voice of fickle 'bariton'.*moody, sulky"):
        host.say("The cat sat.", "anger", voice="bariton")
    monkeypatch.setenv("MOOD", "cross")
    (choice,) = host.say("The cat sat.", "anger", voice="sulky").choices
    assert (choice.engine, choice.voice.name) == ("tone", "alto")


def test_the_ledger_says_who_spoke(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who(host)
    monkeypatch.setenv("MOOD", "dogs")
    who(host)
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    spoke = [(line["engine"]["name"], line["voice"]) for line in lines]
    assert spoke == [("fickle", "moody")] * 3 + [("tone", "alto")]
    assert lines[2]["classifiers"] != lines[3]["classifiers"]  # each with its own profile


def test_what_is_for_the_user_to_mend_is_raised(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    who(host)
    monkeypatch.setenv("MOOD", "licence")
    with pytest.raises(ConfigError, match="accept the licence first"):
        who(host)


def test_when_nobody_can_speak_there_is_an_error(
    tones: Path, install: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("fickle", FICKLE)
    monkeypatch.setenv("MOOD", "cross")
    other = FICKLE.replace('"fickle"', '"other"').replace("Fickle", "Other")
    install("other", other)
    content = Config.load(tones).model_dump()
    host = Host(Config.model_validate({**content, "engine": "fickle", "fallback": ["other"]}))
    with pytest.raises(EngineError, match="other failed: RuntimeError: not today"):
        host.say(TEXT, "anger")


def test_a_misspelled_engine_is_no_reason_to_fall_back(tones: Path) -> None:
    content = Config.load(tones).model_dump()
    with pytest.raises(UnknownNameError, match=r"unknown engine 'ton'.*did you mean 'tone'"):
        Host(Config.model_validate({**content, "engine": "ton", "fallback": ["tone"]}))


def test_a_broken_fallback_is_left_out(
    install: Callable[..., None], tones: Path, caplog: pytest.LogCaptureFixture
) -> None:
    install("absent", "import a_module_that_is_nowhere")
    content = Config.load(tones).model_dump()
    assert who(Host(Config.model_validate({**content, "fallback": ["absent"]})), "Cat.") == [
        ("tone", "alto")
    ]
    assert "emotts-absent 1.0 (entry point 'absent') is disabled" in caplog.text


@pytest.mark.slow
def test_another_engine_is_no_help_against_a_classifier_that_is_gone(
    install: Callable[..., None], host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An end that is on its way is waited for, however busy the machine.
    monkeypatch.setattr("emotts.isolation.process.ENDING_S", PATIENCE_S)
    install(
        "deaf",
        """
        import os
        from emotts.hookspecs import hookimpl
        from emotts.testing import PitchClassifier

        class Deaf(PitchClassifier):
            name = "deaf"
            def classify(self, batch, *, profile=None):
                os._exit(9)

        @hookimpl
        def emotts_classifiers():
            return [Deaf]
        """,
    )
    content = {**host.config.model_dump(), "classifiers": [{"name": "deaf", "isolate": True}]}
    with (
        Host(Config.model_validate(content)) as deaf,
        pytest.raises(ClassifierGoneError, match="deaf: it ended with exit code 9"),
    ):
        deaf.say(TEXT, "anger")
