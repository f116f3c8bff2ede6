import io
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from emotts import read
from emotts.cli import cli
from emotts.cli.progress import progress
from emotts.records import Candidate, Take

TEXT = "The cat sat. The dog ran."


CHATTY = """
from emotts import hookimpl
from emotts.testing import PitchClassifier, ToneEngine

class Chatty(ToneEngine):
    name = "chatty"
    def synthesize(self, text, **asked):
        print("I speak!")
        return super().synthesize(text, **asked)

class Loud(PitchClassifier):
    name = "loud"
    def classify(self, batch, **asked):
        print("I hear!")
        return super().classify(batch, **asked)

@hookimpl
def emotts_engines(): return [Chatty]

@hookimpl
def emotts_classifiers(): return [Loud]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and a system without a player."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(folder / "bin"))
    return folder


def say(tones: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["say", "--config", str(tones), *arguments], input=stdin)


def player(folder: Path, name: str, script: str) -> None:
    """Put a program on the path, in place of one that needs a sound card."""
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_writes_a_wav_and_shows_what_was_heard(tones: Path, folder: Path) -> None:
    result = say(tones, TEXT, "--emotion", "sadness", "-o", "hello.wav")
    assert result.exit_code == 0, result.output
    assert read("hello.wav").rate == 16_000
    assert os.listdir(folder) == ["hello.wav"]
    assert "The cat sat." in result.stdout and "The dog ran." in result.stdout
    assert "take 0" in result.stdout and "sadness: matched, margin" in result.stdout
    assert result.stderr == ""


def test_json_is_one_object_of_the_documented_schema(tones: Path, folder: Path) -> None:
    result = say(
        tones, TEXT, "-e", "happy:0.7,surprise:.3", "--classifier", "pitch", "-o", "a.wav", "--json"
    )
    assert result.exit_code == 2
    assert "pitch does not hear surprise; it hears: anger, fear" in result.stderr
    result = say(
        tones,
        TEXT,
        "-e",
        "happy:0.75,fear:.25",
        "--seed",
        "3",
        "--stop",
        "never",
        "-o",
        "a.wav",
        "--json",
    )
    spoken = json.loads(result.stdout)
    assert list(spoken) == [
        *("text", "target", "intensity", "like"),
        *("engine", "voice", "classifier", "sample_rate", "seed"),
        *("output", "duration_s", "settings", "warnings", "sentences"),
    ]
    assert spoken["target"] == {"happiness": 0.75, "fear": 0.25}
    assert (spoken["engine"], spoken["voice"], spoken["seed"]) == ("tone", "alto", 3)
    assert (spoken["output"], spoken["intensity"]) == ("a.wav", 1.0)
    assert spoken["duration_s"] == pytest.approx(read("a.wav").duration_s)
    sentence = spoken["sentences"][0]
    assert list(sentence) == [
        *("text", "target", "intensity", "pause_s"),
        *("matched", "margin", "chosen", "engine", "voice"),
        *("cached", "advice", "effort", "candidates"),
    ]
    assert list(sentence["effort"]) == ["planned", "tried", "rounds", "stopped", "diversity"]
    assert list(sentence["effort"]["diversity"]) == ["controls", "embeddings"]
    assert sentence["effort"]["tried"] == len(sentence["candidates"])
    assert [candidate["index"] for candidate in sentence["candidates"]] == [0, 1, 2, 3]
    assert list(sentence["candidates"][1]) == [
        *("index", "seed", "requested", "effective", "conditioning"),
        *("score", "rejected", "checks", "prediction"),
    ]
    scores = [candidate["score"] for candidate in sentence["candidates"]]
    assert scores[sentence["chosen"]] == max(scores)


def test_embedding_is_added_on_request(tones: Path, folder: Path) -> None:
    result = say(tones, TEXT, "-e", "fear", "-o", "a.wav", "--json", "--embedding")
    form = json.loads(result.stdout)
    assert (len(form["embedding"]), form["fingerprint"]) == (2, "pitch")


def test_the_same_seed_writes_the_same_bytes(tones: Path, folder: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        say(tones, TEXT, "-e", "fear", "--seed", seed, "--stop", "never", "-o", f"{name}.wav")
    a, b, c = (Path(f"{name}.wav").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("arguments", [("-f", "text.txt"), ("-f", "-"), ("-",), ()])
def test_the_text_comes_from_a_file_or_standard_input(
    tones: Path, folder: Path, arguments: tuple[str, ...]
) -> None:
    Path("text.txt").write_text(f"{TEXT}\n")
    result = say(tones, *arguments, "-e", "fear", "-o", "a.wav", "--json", stdin=f"{TEXT}\n")
    assert json.loads(result.stdout)["text"] == TEXT


def test_a_mark_of_the_encoding_is_no_text(tones: Path, folder: Path) -> None:
    Path("text.txt").write_text(TEXT, encoding="utf-8-sig")
    result = say(tones, "-f", "text.txt", "-e", "fear", "--takes", "1", "-o", "a.wav", "--json")
    assert json.loads(result.stdout)["text"] == TEXT


def test_audio_on_standard_output_moves_the_report_to_standard_error(
    tones: Path, folder: Path
) -> None:
    result = say(tones, TEXT, "-e", "fear", "-o", "-")
    samples, rate = soundfile.read(io.BytesIO(result.stdout_bytes))
    assert rate == 16_000 and len(samples) > rate
    assert "fear: matched" in result.stderr
    result = say(tones, TEXT, "-e", "fear", "-o", "-", "--json")
    assert json.loads(result.stderr)["output"] == "-"


def test_what_plugins_print_is_no_part_of_what_is_asked_for(
    tones: Path, folder: Path, install: Callable[[str, str], None]
) -> None:
    install("chatty", CHATTY)
    tones.write_text("engine: chatty\nclassifiers: [loud]\ntakes: 1\n")
    result = say(tones, "Hi.", "-e", "fear", "-o", "-")
    assert soundfile.info(io.BytesIO(result.stdout_bytes)).samplerate == 16_000
    assert "I speak!" in result.stderr and "I hear!" in result.stderr
    assert json.loads(say(tones, "Hi.", "-e", "fear", "-o", "a.wav", "--json").stdout)
    arguments = ["classify", "a.wav", "--calibrate", "a.wav", "--json", "--config", str(tones)]
    assert json.loads(CliRunner().invoke(cli, arguments).stdout)[0]["top"]


def test_keeps_every_take_beside_the_evidence(tones: Path, folder: Path) -> None:
    arguments = ["-o", "a.wav", "--keep-takes", "takes", "--stop", "never", "--json"]
    result = say(tones, TEXT, "-e", "fear", *arguments)
    expected = {f"{sentence}-{take}.wav" for sentence in range(2) for take in range(4)}
    assert {path.name for path in Path("takes").iterdir()} == {*expected, "speech.json"}
    assert json.loads(Path("takes/speech.json").read_text()) == json.loads(result.stdout)
    chosen = json.loads(result.stdout)["sentences"][0]["chosen"]
    take = read(f"takes/0-{chosen}.wav").samples
    assert (read("a.wav").samples[: take.size] == take).all()


def test_without_a_player_it_writes_and_says_where(tones: Path, folder: Path) -> None:
    for name in ("speech.wav", "speech-2.wav"):
        result = say(tones, TEXT, "-e", "fear")
        assert f"wrote {name}, for there is no player" in result.stderr
        assert read(name).duration_s > 1


def test_plays_with_the_first_player_that_works(tones: Path, folder: Path) -> None:
    player(folder, "paplay", "echo 'Connection refused' >&2; exit 1")
    player(folder, "aplay", f'echo "$@" > {folder}/how; /bin/cat > {folder}/played.raw')
    result = say(tones, TEXT, "-e", "fear", "--json")
    spoken = json.loads(result.stdout)
    assert spoken["output"] is None and "-r 16000" in Path("how").read_text()
    samples = np.frombuffer(Path("played.raw").read_bytes(), "<i2")
    assert samples.size == round(spoken["duration_s"] * 16_000)
    assert not Path("speech.wav").exists()
    result = say(tones, TEXT, "-e", "fear", "--play", "-o", "a.wav")
    samples = np.frombuffer(Path("played.raw").read_bytes(), "<i2") / 32_768
    assert np.abs(samples - read("a.wav").samples).max() < 1e-4


def test_a_player_that_fails_leaves_a_file(tones: Path, folder: Path) -> None:
    player(folder, "aplay", "echo 'no soundcards found...' >&2; exit 1")
    result = say(tones, TEXT, "-e", "fear")
    assert result.exit_code == 0
    assert "wrote speech.wav, for aplay failed: no soundcards found..." in result.stderr
    result = say(tones, TEXT, "-e", "fear", "--play")
    assert result.exit_code == 2 and "no soundcards found" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-e", "hapiness"), "unknown emotion 'hapiness' (did you mean 'happiness'?); valid: ang"),
        (("-e", "fear", "--voice", "tenor"), "unknown voice of tone 'tenor'; valid: alto, bass"),
        (("-e", "fear", "--engine", "tones"), "unknown engine 'tones' (did you mean 'tone'?)"),
        (
            ("-e", "fear", "--classifier", "ear"),
            "unknown classifier 'ear'; valid: compact, functionals, pitch",
        ),
        (("-e", "fear", "--model", "large"), "unknown option of classifier pitch 'model'"),
        (("-e", "fear", "--takes", "0"), "takes must be from 1 to"),
        (("-e", "fear", "--intensity", "2"), "intensity must be from 0 to 1; got 2"),
        (("-e", "fear", "--play"), "there is no player; install one of paplay"),
        (
            ("-e", "fear", "-o", "nowhere/a.wav"),
            "nowhere/a.wav: can't be written: there is no folder /",
        ),
        (("-e", "fear", "-o", ""), "the output has no name; name a file: speech.wav"),
        (("-e", "fear", "-o", "."), ".: is a folder; name a file in it: speech.wav"),
        (
            ("-e", "fear", "-o", "takes/"),
            "takes/: is a folder; name a file in it: takes/speech.wav",
        ),
        (("-e", "fear", "-o", "a.mp3"), "a.mp3: speech is written as WAV: a.wav"),
        (
            ("-e", "fear", "--ledger", "nowhere/l.jsonl"),
            "the ledger nowhere/l.jsonl: can't be written: ",
        ),
        (("-e", "fear", "--keep-takes", __file__), "is no folder, but takes are many files"),
        (("-e", "fear", "--tone", "no.json"), "no.json: can't be read as what `emotts say --json"),
        (("Again.", "-e", "fear"), f"put it in quotes: '{TEXT} Again.'"),
        (("-e", "fear", "-f", "text.txt"), "the text is given twice"),
        ((), "no target: name an emotion, or a recording to sound like"),
        ((), "use --emotion NAME, --like FILE, or a tag in the text, such as [fear]"),
    ],
)
def test_a_wrong_option_names_the_right_ones(
    tones: Path, folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = say(tones, TEXT, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr and not os.listdir(folder)


def test_a_text_in_another_encoding_is_not_spoken_in_part(tones: Path, folder: Path) -> None:
    result = CliRunner().invoke(cli, ["say", "Gr\udcfc\udcdfe.", "-e", "fear"])
    assert result.exit_code == 2 and "not in the encoding of the terminal" in result.stderr


def test_a_terminal_is_told_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress(8) as observe:
        before = capsys.readouterr().err
        observe(Candidate(Take(0, 0), None, {}))
    assert "a voice that is new takes longer" in before and "0/8" in before
    assert "takes " in (after := capsys.readouterr().err) and "1/8" in after


def test_an_unknown_key_of_a_config_names_itself(tones: Path, folder: Path) -> None:
    tones.write_text("engine: tone\ntake: 4\n")
    result = say(tones, TEXT, "-e", "fear")
    assert result.exit_code == 2 and "unknown key 'take'; valid: engine" in result.stderr


def test_text_that_is_too_long_or_says_nothing_is_refused(tones: Path, folder: Path) -> None:
    result = say(tones, "-e", "fear", stdin="word " * 1000)
    assert result.exit_code == 2 and "at most 4,096" in result.stderr
    result = say(tones, "-e", "fear", stdin="...")
    assert result.exit_code == 2 and "nothing to speak" in result.stderr
    result = say(tones, "-e", "fear", "-f", "no.txt")
    assert result.exit_code == 2 and "no.txt: can't be read as text: No such" in result.stderr
