import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scarce import files_of_at_most

from emotts import Audio, Check, Config, Host, Measurement, Prediction, Rendering, Take, Voice
from emotts.errors import ConfigError
from emotts.jsonform import speech_form
from emotts.ledger import append, audio_hash
from emotts.records import Profile
from emotts.replay import read
from emotts.testing import PitchClassifier, ToneEngine, plugins_with

TEXT = "The cat sat. The dog ran."
MakeHost = Callable[[object], Host]


@pytest.fixture
def host(tones: Path) -> MakeHost:
    content = Config.load(tones).model_dump()
    return lambda ledger: Host(Config.model_validate({**content, "ledger": ledger}))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_one_line_a_sentence_says_all_that_was_decided(tmp_path: Path, host: MakeHost) -> None:
    path = tmp_path / "ledger.jsonl"
    speech = host(str(path)).say(TEXT, "anger", seed=5, intensity=0.5)
    first, second = lines(path)
    choice = speech.choices[0]
    assert first["text_sha256"] == hashlib.sha256(choice.text.encode()).hexdigest()
    assert (first["target"], first["intensity"], first["seed"]) == ("anger", 0.5, 5)
    assert first["audio_sha256"] == audio_hash(choice.audio)
    assert first["chosen"] == choice.chosen
    assert [c["score"] for c in first["candidates"]] == [c.score for c in choice.candidates]
    assert first["classifiers"][0]["name"] == "pitch"
    assert second["text_sha256"] != first["text_sha256"]


def test_texts_are_kept_only_when_asked_for(tmp_path: Path, host: MakeHost) -> None:
    path = tmp_path / "ledger.jsonl"
    host(str(path)).say(TEXT, "anger")
    assert "The cat" not in path.read_text()
    host({"path": str(path), "text": True}).say(TEXT, "anger")
    assert [line.get("text") for line in lines(path)] == [
        None,
        None,
        "The cat sat.",
        "The dog ran.",
    ]


def test_the_same_request_again_gives_the_same_entry(tmp_path: Path, host: MakeHost) -> None:
    path = tmp_path / "ledger.jsonl"
    for _ in range(2):
        host(str(path)).say("The cat sat.", "anger")
    first, second = lines(path)
    del first["time"], second["time"]
    assert first == second


def test_a_ledger_that_cannot_be_written_is_an_error(tmp_path: Path, host: MakeHost) -> None:
    with pytest.raises(ConfigError, match=r"the ledger .* can't be written"):
        host(str(tmp_path / "nowhere" / "ledger.jsonl")).say("The cat sat.", "anger")


def test_what_there_is_no_room_for_is_an_error(tmp_path: Path) -> None:
    with files_of_at_most(100), pytest.raises(ConfigError, match=r"the ledger .* can't be written"):
        append(tmp_path / "ledger.jsonl", {"text": "a" * 200})


def test_a_recording_may_have_any_name(tmp_path: Path, host: MakeHost) -> None:
    path, name = tmp_path / "ledger.jsonl", os.fsdecode(b"gr\xfc\xdfe.wav")
    speaker = host(str(path))
    spoken = speaker.say("The cat sat.", "anger", takes=1).audio
    like = speaker.request("The cat sat.", like=spoken).like
    assert like is not None
    speaker.say("The cat sat.", like=replace(like, path=name), takes=1)
    assert lines(path)[-1]["like"]["path"] == name
    assert read(path, 2)["like"]["path"] == name


class NumpyEngine(ToneEngine):
    name = "numpy-engine"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for made in super().synthesize(text, voice=voice, takes=takes):
            yield replace(made, effective={k: np.float32(v) for k, v in made.effective.items()})


class NumpyClassifier(PitchClassifier):
    name = "numpy-classifier"

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        return [
            replace(heard, scores={k: np.float32(v) for k, v in heard.scores.items()})
            for heard in super().classify(batch, profile=profile)
        ]


class NumpyCheck(Check):
    name = "numpy-check"

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        peaks = [np.abs(clip.samples).max() for clip in batch]
        return [[Measurement("peak", p, np.float32(1), p <= np.float32(1), "ok")] for p in peaks]


def test_parts_may_use_numbers_of_numpy(tmp_path: Path, tones: Path) -> None:
    config = Config.model_validate(
        {
            "engine": "numpy-engine",
            "classifiers": ["numpy-classifier"],
            "checks": ["numpy-check"],
            "ledger": str(tmp_path / "ledger.jsonl"),
        }
    )
    plugins = plugins_with(
        engines=[NumpyEngine], classifiers=[NumpyClassifier], checks=[NumpyCheck]
    )
    speech = Host(config, plugins=plugins).say("The cat sat.", "anger")
    (line,) = lines(tmp_path / "ledger.jsonl")
    form = json.loads(json.dumps(speech_form(speech, output=None)))
    told = form["sentences"][0]["candidates"]
    for kept, shown in zip(line["candidates"], told, strict=True):
        assert kept["effective"] == shown["effective"] != {}
        assert kept["heard"]["numpy-classifier"]["scores"] == shown["prediction"]
        assert kept["checks"] == {"peak": shown["checks"][0]["value"]}
