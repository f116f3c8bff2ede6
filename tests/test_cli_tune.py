"""`emotts tune`, through the command line: on tones, and once on a real voice."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emotts import tuned
from emotts.cli import cli
from emotts.tendencies import TENDENCIES
from emotts.tunedfile import Tuned
from emotts.tuning.texts import SENTENCES

pytestmark = pytest.mark.slow

# Enough of them to learn something, and short.
TEXTS = "\n".join(SENTENCES[:18])


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMOTTS_DATA", str(tmp_path / "data"))


OTHER = """
from dataclasses import replace
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier

class Other(PitchClassifier):
    name = "other"

class Contrary(PitchClassifier):
    name = "contrary"  # hears fear where others hear none
    def classify(self, batch, *, profile=None):
        heard = super().classify(batch, profile=profile)
        return [replace(one, scores=turned(one.scores)) for one in heard]

def turned(scores):
    fear = 1 - scores["fear"]
    rest = (1 - fear) / (len(scores) - 1)
    return {name: fear if name == "fear" else rest for name in scores}

@hookimpl
def emotts_classifiers():
    return [Other, Contrary]
"""


@pytest.fixture
def base(tones: Path, install: Any, texts: str) -> list[str]:
    """Tunes fear on tones; the built-in judges would take longer than all the rest."""
    install("other", OTHER)
    return ["--config", str(tones), "-e", "fear", "--texts", texts, "--judge", "other"]


@pytest.fixture
def texts(tmp_path: Path) -> str:
    file = tmp_path / "texts.txt"
    file.write_text(TEXTS)
    return str(file)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["tune", *arguments])


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_tuned_voice_speaks_otherwise_at_once(
    base: list[str], tones: Path, tmp_path: Path
) -> None:
    config = ["--config", str(tones)]
    result = run(*base, "-e", "sad", "--curve", "8")
    assert result.exit_code == 0, result.output
    file = tmp_path / "data" / "tuned" / "tone-alto.json"
    assert f"wrote {file}" in result.stdout
    assert "heard first by pitch, which tuned and chose" in result.stdout
    assert "to pitch, which tuned and chose: 4 tuned takes do" in result.stdout
    assert "heard first by other, which judges" in result.stdout
    assert "…" not in result.stdout  # nothing is cut off at 80 columns
    content = Tuned.load(file)
    assert set(content.emotions) == {"fear", "sadness"} and content.classifiers == {
        "pitch": "pitch"
    }
    output = ["-o", str(tmp_path / "a.wav")]
    said = CliRunner().invoke(cli, ["say", "One.", "-e", "fear", *config, *output, "--json"])
    (sentence,) = json.loads(said.stdout)["sentences"]
    pitch = sentence["candidates"][1]["requested"]["pitch"]
    assert pitch == pytest.approx(content.emotions["fear"]["pitch"][0])
    assert pitch != pytest.approx(TENDENCIES["fear"]["pitch"].mean)


def test_tuning_gains_what_the_curve_says(base: list[str]) -> None:
    *steps, last = lines(run(*base, "--json"))
    assert [step["stage"] for step in steps] == ["learn"] * 18 + ["measure"] * 12
    assert [step["done"] for step in steps[:18]] == list(range(1, 19))
    assert steps[17]["left_s"] == 0 and steps[0]["left_s"] > 0
    assert last["stage"] == "done" and last["complete"] is True
    curve = last["evidence"]["curve"]
    assert curve["takes"] == [1, 2, 4, 8, 16, 32] and curve["sentences"] == 6
    own = curve["heard_by"]["chooses"]
    literature, found = (
        [point["mean"] for point in own["score"][priors]] for priors in ("literature", "tuned")
    )
    assert literature[0] == found[0]  # the neutral take is the same
    assert literature == sorted(literature) and found == sorted(found)
    assert found[1] > literature[1] + 0.2  # the centre of the priors: it moved to what is liked
    assert own["equal"]["takes"] == 4 and own["equal"]["untuned"] >= 4
    assert curve["judges"] == {"other": "other"}
    assert curve["heard_by"]["other"] == own  # it hears what pitch hears
    assert 0 <= last["reached"]["fear"] <= 1


def test_what_the_judges_hear_less_of_is_not_kept(base: list[str], tmp_path: Path) -> None:
    arguments = [argument.replace("other", "contrary") for argument in base]
    result = run(*arguments, "--curve", "4")
    assert result.exit_code == 0, result.output
    assert re.search(r"fear loses .-\d\.\d\d. to the priors that it had, and k", result.stdout)
    assert "wrote nothing: nothing is gained" in result.stdout
    assert not list((tmp_path / "data" / "tuned").iterdir())
    *_, last = lines(run(*arguments, "-e", "sadness", "--curve", "4", "--json"))
    assert last["output"] and set(last["evidence"]["left_out"]) == {"fear"}
    assert set(last["emotions"]) == set(last["reached"]) == {"sadness"}


def test_a_file_of_something_else_is_not_written_over(base: list[str], tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("[1]")
    result = run(*base, "-o", str(tmp_path / "notes.json"))
    assert result.exit_code == 2 and "notes.json: holds no tuned priors" in result.stderr


def test_the_same_command_writes_the_same_bytes(base: list[str], tmp_path: Path) -> None:
    written = []
    for name in ("a.json", "b.json"):
        output = tmp_path / name
        assert run(*base, "--curve", "4", "-o", str(output)).exit_code == 0
        written.append(output.read_bytes())
    assert written[0] == written[1]
    assert not list((tmp_path / "cache" / "tuning").iterdir())  # nothing is left to go on with
    assert not (tmp_path / "data").exists()  # -o put it elsewhere


def test_parts_in_processes_of_their_own_are_tuned_alike(
    base: list[str], tones: Path, tmp_path: Path
) -> None:
    base += ["--curve", "0", "--takes", "2", "--json", "-o"]
    *_, here = lines(run(*base, str(tmp_path / "here.json")))
    tones.write_text(
        "engine: {name: tone, isolate: true}\n"
        "classifiers: [{name: pitch, isolate: true}]\nchecks: [signal]\n"
    )
    *_, isolated = lines(run(*base, str(tmp_path / "isolated.json")))
    assert isolated["complete"] and isolated["emotions"] == here["emotions"]


MORTAL = """
import os
from emotts.hookspecs import hookimpl
from emotts.testing import ToneEngine

class Mortal(ToneEngine):
    name = "mortal"
    spoken = 0
    def synthesize(self, text, *, voice, takes):
        Mortal.spoken += 1
        if Mortal.spoken == int(os.environ.get("ENDS_AT", 0)):
            os.kill(os.getpid(), int(os.environ["ENDS_BY"]))
        yield from super().synthesize(text, voice=voice, takes=takes)

@hookimpl
def emotts_engines():
    return [Mortal]
"""
# Two classifiers are calibrated on twelve sentences each; then eight are heard, and the ninth not.
CALIBRATED, HEARD = 24, 8


def ended(
    arguments: list[str], by: signal.Signals, heard: int = HEARD
) -> subprocess.CompletedProcess[str]:
    """What a process says that a signal ends while it hears the ninth sentence, or another."""
    ends = {"ENDS_AT": str(CALIBRATED + heard + 1), "ENDS_BY": str(by.value)}
    command = [sys.executable, "-m", "emotts", "tune", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **ends})


def test_a_killed_job_goes_on_where_it_was(base: list[str], install: Any, tmp_path: Path) -> None:
    install("mortal", MORTAL)
    arguments = ["mortal", *base, "--curve", "4", "--json"]
    file = tmp_path / "data" / "tuned" / "mortal-alto.json"
    assert ended(arguments, signal.SIGKILL).returncode == -signal.SIGKILL
    assert Tuned.load(file).evidence["sentences"] == 6  # the first of three generations
    *steps, last = lines(run(*arguments))
    assert [step["earlier"] for step in steps if step["stage"] == "learn"][7:] == [HEARD] * 11
    assert last["complete"]
    resumed = file.read_bytes()
    assert lines(run(*arguments, "--restart"))[0]["earlier"] == 0
    assert file.read_bytes() == resumed


def test_ctrl_c_leaves_what_was_learned(base: list[str], install: Any, tmp_path: Path) -> None:
    install("mortal", MORTAL)
    done = ended(["mortal", *base, "--json"], signal.SIGINT)
    assert done.returncode == 130
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["stage"] == "done" and last["complete"] is False
    file = tmp_path / "data" / "tuned" / "mortal-alto.json"
    assert last["output"] == str(file) and Tuned.load(file).emotions["fear"]


def test_ctrl_c_before_anything_was_learned_is_ctrl_c(base: list[str], install: Any) -> None:
    install("mortal", MORTAL)
    done = ended(["mortal", *base], signal.SIGINT, heard=1)
    assert (done.returncode, done.stdout) == (130, "")
    assert "nothing is written: fewer than 8 sentences were heard" in done.stderr


def test_time_that_is_short_is_kept_to(base: list[str]) -> None:
    *steps, last = lines(run(*base, "--minutes", "0.0001", "--json"))
    assert sum(step["stage"] == "learn" for step in steps) == 8
    assert last["complete"] is False and last["evidence"]["curve"]["sentences"] == 2
    *steps, last = lines(run(*base, "--json"))
    assert last["complete"] is True and steps[7]["earlier"] == 8


def test_what_was_tuned_before_is_told(base: list[str], tmp_path: Path) -> None:
    base += ["--curve", "4"]
    file = tmp_path / "data" / "tuned" / "tone-alto.json"
    *_, first = lines(run(*base, "-e", "sadness", "--json"))
    *_, last = lines(run(*base, "--json"))  # fear alone
    assert list(last["evidence"]["curve"]["heard_by"]["other"]["hit"]) == [
        *("literature", "own", "tuned")
    ]
    assert last["output"] == str(file) and last["before"]["emotions"] == first["emotions"]
    assert last["emotions"]["sadness"] == first["emotions"]["sadness"]
    kept = file.read_bytes()
    result = run(*base, "--minutes", "0.0001", "--report", str(tmp_path / "a.html"))
    assert f"wrote nothing: {file} was made by the same job, from more" in result.stdout
    assert file.read_bytes() == kept


def test_reports_show_the_curve(base: list[str], tmp_path: Path) -> None:
    base += ["--curve", "4"]
    html, svg = tmp_path / "a.html", tmp_path / "a.svg"
    assert run(*base, "--report", str(html)).exit_code == 0
    page = html.read_text()
    assert "alto of tone, tuned" in page and "tuned takes do" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")  # needs no network
    assert run(*base, "--report", str(svg)).exit_code == 0
    assert svg.read_text().startswith("<svg ") and svg.read_text() in page
    result = run(*base, "--report", str(tmp_path / "a.pdf"))
    assert result.exit_code == 2 and "a report is an .html or .svg file" in result.stderr


def test_without_a_curve_nothing_is_measured(base: list[str]) -> None:
    *steps, last = lines(run(*base, "--curve", "0", "--takes", "2", "--json"))
    assert {step["stage"] for step in steps} == {"learn"}
    assert "curve" not in last["evidence"] and last["reached"] == {} and last["complete"]


def test_voices_and_doctor_tell_how_a_voice_is_tuned(
    base: list[str], tones: Path, tmp_path: Path
) -> None:
    def told() -> dict[str, Any]:
        config = ["--config", str(tones), "--json"]
        first, _ = json.loads(CliRunner().invoke(cli, ["voices", *config]).stdout)
        doctor = json.loads(CliRunner().invoke(cli, ["doctor", *config]).stdout)["priors"]
        assert first["priors"] == doctor["source"] and first["stale"] == doctor["stale"]
        return doctor

    nothing = {"source": "literature", "file": None, "stale": None}
    assert told() == {"engine": "tone", "voice": "alto", **nothing}
    assert run(*base, "--curve", "0").exit_code == 0
    file = tmp_path / "data" / "tuned" / "tone-alto.json"
    assert told() == {
        **{"engine": "tone", "voice": "alto"},
        **{"source": "tuned", "file": str(file), "stale": None},
    }
    Tuned.load(file).model_copy(update={"classifiers": {"pitch": "older"}}).save(file)
    assert told()["stale"] == "tuned with other weights of pitch"
    table = CliRunner().invoke(cli, ["voices", "--config", str(tones)]).stdout
    assert "tuned, stale" in table and "literature" in table
    doctor = CliRunner().invoke(cli, ["doctor", "--config", str(tones)]).stdout
    assert (
        "priors of voice alto of tone: tuned; tuned with other weights of pitch: emotts tune"
        in doctor
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-e", "joyful"], "unknown emotion 'joyful'"),
        (["-e", "neutral"], "neutral can't be tuned: take 0 speaks so; valid: anger"),
        (["-e", "disgust"], "pitch does not hear disgust; it hears: anger, fear"),
        (["--voice", "tenor"], "unknown voice of tone 'tenor'; valid: alto, bass"),
        (["--judge", "pitch"], "pitch can't judge: it has a part in the choice already"),
        (["--judge", "nobody"], "unknown classifier 'nobody'"),
        (["nothing"], "unknown engine 'nothing'"),
        (["--texts", "missing.txt"], "missing.txt: can't be read as text"),
    ],
)
def test_what_cannot_be_meant_is_said(tones: Path, arguments: list[str], message: str) -> None:
    result = run("--config", str(tones), *arguments)
    assert result.exit_code == 2 and message in result.stderr, result.output


@pytest.mark.parametrize(
    ("content", "count"), [("", 0), ("\n…\n", 0), ("One. Two.\nTwo.\nThree.", 3)]
)
def test_a_file_of_too_few_sentences_is_said(
    tones: Path, tmp_path: Path, content: str, count: int
) -> None:
    file = tmp_path / "few.txt"
    file.write_text(content)
    result = run("--config", str(tones), "--texts", str(file))
    assert result.exit_code == 2
    assert f"few.txt: {count} different sentences; at least 6 are needed" in result.stderr


STIFF = """
from emotts.hookspecs import hookimpl
from emotts.records import Voice
from emotts.testing import ToneEngine

class Stiff(ToneEngine):
    name = "stiff"
    controls = {name: ToneEngine.controls[name] for name in ["energy"]}

class German(ToneEngine):
    name = "german"
    def voices(self):
        return [Voice("alto", "de-DE")]

@hookimpl
def emotts_engines():
    return [Stiff, German]
"""


def test_an_engine_that_cannot_be_tuned_is_said(tones: Path, install: Any, texts: str) -> None:
    install("stiff", STIFF)
    result = run("stiff", "--classifier", "pitch", "--config", str(tones))
    assert result.exit_code == 2
    assert "stiff has no controls that could be tuned" in result.stderr
    assert "prosody(stiff)" in result.stderr
    result = run("german", "--config", str(tones))
    assert result.exit_code == 2 and "are English, but voice alto speaks de-DE" in result.stderr
    result = run("german", "--config", str(tones), "--texts", texts, "-e", "fear", "--curve", "0")
    assert result.exit_code == 0, result.output


def test_a_folder_that_cannot_be_written_is_said_at_once(tones: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("--config", str(tones), "-o", str(tmp_path / "file" / "a.json"))
    assert result.exit_code == 2 and "can't be written" in result.stderr
    assert not (tmp_path / "cache" / "tuning").exists()


@pytest.mark.slow
def test_a_real_voice_is_tuned_and_what_came_with_it_is_not_lost(
    tmp_path: Path, texts: str
) -> None:
    base = ["hibari", "-e", "anger", "--texts", texts, "--takes", "2"]
    output = tmp_path / "heart.json"
    *_, last = lines(run(*base, "--curve", "4", "-o", str(output), "--json"))
    curve = last["evidence"]["curve"]
    assert curve["judges"].keys() == {"functionals"}
    own, judged = (curve["heard_by"][name] for name in ("chooses", "functionals"))
    assert list(own["score"]) == ["literature", "shipped", "tuned"]
    assert own["score"]["tuned"][1]["mean"] > own["score"]["literature"][0]["mean"]
    # Two takes of twelve sentences are few: where they lose, the file is not there.
    lost = judged["score"]["tuned"][-1]["mean"] < judged["score"]["shipped"][-1]["mean"]
    assert (last["output"] is None) == lost == (not output.exists())
    assert ("anger" in last["evidence"]["left_out"]) == lost
    unmeasured = tmp_path / "unmeasured.json"
    assert run(*base, "--curve", "0", "-o", str(unmeasured)).exit_code == 0
    assert Tuned.load(unmeasured).emotions["anger"]["pitch"]
    assert not tuned.user_folder().exists()
