import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from emotts import Config, Host
from emotts.errors import ConfigError
from emotts.ledger import audio_hash

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
