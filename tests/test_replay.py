"""A ledger's lines can be spoken again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emotts import Config, Host
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.cli import cli
from emotts.config import LedgerConfig
from emotts.errors import ConfigError
from emotts.ledger import audio_hash
from emotts.options import Options
from emotts.records import Take
from emotts.replay import read, replay
from emotts.testing import ToneEngine

TEXT = "The cat sat. The dog ran."
ENGINE = ToneEngine(Options())


def speak(tones: Path, *, text: bool = True, budget_ms: float | None = None) -> Path:
    path = tones.parent / "ledger.jsonl"
    kept = LedgerConfig(path=str(path), text=text)
    Host(Config.load(tones).model_copy(update={"ledger": kept})).say(
        TEXT, "anger", takes=12, budget_ms=budget_ms
    )
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["replay", *map(str, arguments)])


@pytest.mark.parametrize("budget_ms", [None, 30.0])
def test_every_line_gives_the_same_audio(tones: Path, budget_ms: float | None) -> None:
    path = speak(tones, budget_ms=budget_ms)
    for number, sentence in enumerate(("The cat sat.", "The dog ran."), 1):
        line = read(path, number)
        assert line["text"] == sentence
        assert audio_hash(replay(line, ENGINE)) == line["audio_sha256"]


def test_the_command_writes_it_and_says_so(tones: Path, tmp_path: Path) -> None:
    path = speak(tones)
    result = run(path, "--line", 2, "--config", tones, "-o", tmp_path / "again.wav")
    assert result.exit_code == 0, result.output
    assert "line 2: the same" in result.stdout and (tmp_path / "again.wav").is_file()
    told = json.loads(run(path, "--config", tones, "--json").stdout)
    assert told["audio_sha256"] == read(path, 1)["audio_sha256"]


def test_without_texts_the_sentence_must_be_given_and_be_the_right_one(tones: Path) -> None:
    path = speak(tones, text=False)
    assert "the ledger kept only the text's hash" in run(path).stderr
    assert "'The dog.' is not the sentence" in run(path, "--text", "The dog.").stderr
    assert run(path, "--text", "The cat sat.").exit_code == 0


def test_another_engine_or_another_sound_is_an_error(tones: Path) -> None:
    line = read(speak(tones), 1)

    class Newer(ToneEngine):
        fingerprint = "tone 2"

    with pytest.raises(ConfigError, match="the ledger's engine was tone; here is tone 2"):
        replay(line, Newer(Options()))
    louder = [{**candidate, "requested": {"energy": 3}} for candidate in line["candidates"]]
    with pytest.raises(ConfigError, match="this is not what was spoken: its hash is"):
        replay({**line, "candidates": louder}, ENGINE)


def test_what_was_conditioned_on_an_embedding_cannot_be_replayed(tones: Path) -> None:
    line = read(speak(tones), 1)
    asked = [{**c, "conditioning": {"embedding": "00"}} for c in line["candidates"]]
    with pytest.raises(ConfigError, match="conditioned on an embedding"):
        replay({**line, "candidates": asked}, ENGINE)


def test_what_is_no_ledger_is_refused(tones: Path, tmp_path: Path) -> None:
    path = speak(tones)
    for number in (0, 3):
        with pytest.raises(ConfigError, match=f"line {number}: there are lines 1 to 2"):
            read(path, number)
    with pytest.raises(ConfigError, match="can't be read as a ledger"):
        read(tmp_path / "nowhere", 1)
    for content in ("no JSON", "[]", "{}", '{"candidates": [], "chosen": 0}'):
        (tmp_path / "other").write_text(content)
        with pytest.raises(ConfigError, match="is no line of a ledger"):
            read(tmp_path / "other", 1)


@pytest.mark.slow
def test_hibari_makes_a_take_alone_as_it_made_it_among_others() -> None:
    engine = HibariEngine(HibariOptions(threads=1))
    takes = [Take(i, i, {"pitch": i, "jitter": i / 4, "breathiness": i / 4}) for i in range(4)]
    among = [
        audio_hash(made.audio)
        for made in engine.renderings("We won the cup.", voice="heart", takes=takes)
    ]
    for take, expected in zip(reversed(takes), reversed(among), strict=True):
        (made,) = HibariEngine(HibariOptions(threads=1)).renderings(
            "We won the cup.", voice="heart", takes=[take]
        )
        assert audio_hash(made.audio) == expected
