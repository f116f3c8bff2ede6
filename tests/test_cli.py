import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from emotts.cli import COMMANDS, LazyGroup, cli
from emotts.records import Take
from emotts.testing import ToneEngine


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture
def clips(tmp_path: Path) -> list[Path]:
    """Recordings of one speaker: as usual, higher and louder, lower and softer."""
    takes = [
        Take(0, 0),
        Take(1, 0, {"pitch": 2.0, "energy": 1.0}),
        Take(2, 0, {"pitch": -2.0, "energy": -3.0}),
    ]
    made = ToneEngine(ToneEngine.Options()).synthesize(
        "One, two, three.", voice="alto", takes=takes
    )
    return [
        rendering.audio.write(tmp_path / f"{index}.wav") for index, rendering in enumerate(made)
    ]


def test_the_help_lists_every_command_with_its_own_first_line() -> None:
    assert isinstance(cli, LazyGroup)
    context = cli.make_context("emotts", ["plugins"])
    for name, line in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None and command.name == name
        assert (command.help or "").splitlines()[0] == line
        assert f"{name} " in run("--help").stdout and line in run("--help").stdout


def test_every_command_has_json_and_verbose() -> None:
    context = cli.make_context("emotts", ["plugins"])
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--verbose" in options, name
        # A server has no output but its log.
        assert "--json" in options or name == "serve", name


def test_an_unknown_command_lists_the_valid_ones() -> None:
    result = run("speak")
    assert result.exit_code == 2
    assert f"unknown command 'speak'; valid: {', '.join(COMMANDS)}" in result.stderr


def test_classify_prints_percentages_and_the_rate(tones: Path, clips: list[Path]) -> None:
    result = run("classify", "--config", str(tones), str(clips[0]))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{clips[0]}: anger ")
    assert "%, fear " in result.stdout and "16000 Hz" in result.stdout
    assert "speaker unknown" in result.stdout


@pytest.mark.skipif(os.name != "posix", reason="names of files are text")
def test_json_is_utf_8_whatever_a_file_is_called(tones: Path, clips: list[Path]) -> None:
    clip = clips[0].rename(clips[0].with_name(os.fsdecode(b"gr\xfc\xdfe.wav")))
    result = run("classify", "--config", str(tones), str(clip), "--json")
    assert json.loads(result.stdout_bytes)[0]["file"] == str(clip)


def test_classify_prints_json_of_the_documented_schema(tones: Path, clips: list[Path]) -> None:
    result = run("classify", "--config", str(tones), *map(str, clips), "--json", "--embedding")
    heard = json.loads(result.stdout)
    assert [list(form) for form in heard] == 3 * [
        [
            *("file", "sampling_rate", "duration_s", "classifier", "centred", "top", "scores"),
            *("dimensions", "embedding"),
        ]
    ]
    assert heard[0]["classifier"] == "pitch" and heard[0]["dimensions"] is None
    assert sum(heard[0]["scores"].values()) == pytest.approx(1)
    assert len(heard[0]["embedding"]) == 2


def test_calibration_hears_a_speaker_relative_to_itself(tones: Path, clips: list[Path]) -> None:
    arguments = ["classify", "--config", str(tones), *map(str, clips), "--json"]
    uncentred = json.loads(run(*arguments).stdout)
    assert not any(form["centred"] for form in uncentred)
    centred = json.loads(run(*arguments, *(f"--calibrate={clip}" for clip in clips)).stdout)
    assert [form["top"] for form in centred] == ["neutral", "happiness", "sadness"]
    assert all(form["centred"] for form in centred)


@pytest.mark.parametrize(
    ("name", "rate", "channels"),
    [("a.wav", 44_100, 2), ("a.flac", 8_000, 1), ("a.ogg", 48_000, 1), ("a.mp3", 22_050, 2)],
)
def test_classify_reads_any_format(
    tones: Path, clips: list[Path], tmp_path: Path, name: str, rate: int, channels: int
) -> None:
    samples, original = soundfile.read(clips[0], dtype="float32")
    grid = np.arange(0, len(samples) / original, 1 / rate)
    resampled = np.interp(grid, np.arange(len(samples)) / original, samples)
    soundfile.write(tmp_path / name, np.stack([resampled] * channels, axis=1), rate)
    result = run("classify", "--config", str(tones), str(tmp_path / name), "--json")
    assert json.loads(result.stdout)[0]["sampling_rate"] == rate


def test_a_file_that_cannot_be_heard_leaves_the_others(
    tones: Path, clips: list[Path], tmp_path: Path
) -> None:
    silent, text = tmp_path / "silent.wav", tmp_path / "text.wav"
    soundfile.write(silent, np.zeros(16_000), 16_000)
    text.write_text("no audio")
    files = [str(text), str(silent), str(tmp_path / "missing.wav"), str(clips[0])]
    result = run("classify", "--config", str(tones), *files)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{clips[0]}: ") and result.stdout.count("\n") == 1
    assert all(f"error: {file}: " in result.stderr for file in files[:3])
    heard = json.loads(run("classify", "--config", str(tones), *files, "--json").stdout)
    assert [("error" in form, form["file"]) for form in heard] == [
        *((True, file) for file in files[:3]),
        (False, files[3]),
    ]


@pytest.mark.slow
def test_voices_lists_those_of_every_engine(tones: Path) -> None:
    listed = json.loads(run("voices", "--json").stdout)
    names = [(voice["engine"], voice["name"]) for voice in listed]
    assert {("hibari", "heart"), ("tone", "alto"), ("tone", "bass")} <= set(names)
    listed = json.loads(run("voices", "--engine", "tone", "--json").stdout)
    assert list(listed[0]) == ["engine", "name", "language", "description", "priors", "stale"]
    assert [voice["name"] for voice in listed] == ["alto", "bass"]
    assert "hums at 190 Hz" in run("voices", "--config", str(tones)).stdout


LACKING = """
from emotts.errors import ConfigError, EngineError
from emotts.hookspecs import hookimpl
from emotts.testing import ToneEngine

class Bare(ToneEngine):
    name = "bare"
    def voices(self):
        raise ConfigError("name a model in its options")

class Gone(ToneEngine):
    name = "gone"
    def voices(self):
        raise EngineError("its library is missing")

@hookimpl
def emotts_engines():
    return [Bare, Gone]
"""


def test_voices_says_in_a_line_which_engines_it_leaves_out(
    tones: Path, install: Callable[..., None]
) -> None:
    install("lacking", LACKING)
    result = run("voices", "--json")
    assert result.exit_code == 0
    assert {voice["engine"] for voice in json.loads(result.stdout)} >= {"hibari", "tone"}
    lines = result.stderr.splitlines()
    assert "left out: bare: name a model in its options" in lines
    assert "error: gone: its library is missing" in lines
    alone = run("voices", "--engine", "bare")
    assert alone.exit_code == 2 and "name a model in its options" in alone.stderr


def test_plugins_lists_what_is_broken(tones: Path, install: Callable[..., None]) -> None:
    install("broken", "import a_module_that_is_nowhere")
    listed = {form["name"]: form for form in json.loads(run("plugins", "--json").stdout)}
    assert listed["tones"] == {
        "name": "tones",
        "distribution": "emotts-tones",
        "version": "1.0",
        "engines": ["tone"],
        "wrappers": [],
        "classifiers": ["pitch"],
        "checks": [],
        "protocols": [],
        "executors": [],
        "error": None,
    }
    assert listed["broken"]["error"].startswith("ModuleNotFoundError")
    result = run("plugins")
    assert result.exit_code == 0
    assert "engine tone, classifier pitch" in result.stdout
    assert "disabled: ModuleNotFoundError" in result.stdout


def test_naming_a_broken_plugin_shows_why(tones: Path, install: Callable[..., None]) -> None:
    install("broken", "import a_module_that_is_nowhere")
    result = run("say", "Hello.", "-e", "fear", "--engine", "broken")
    assert result.exit_code == 2
    assert "No module named 'a_module_that_is_nowhere'" in result.stderr


def test_doctor_speaks_a_sentence(tones: Path) -> None:
    result = run("doctor", "--config", str(tones), "--json")
    assert result.exit_code == 0, result.stdout
    found = json.loads(result.stdout)
    assert list(found) == [
        *("versions", "devices", "players", "plugins", "classifier", "priors", "self_test"),
    ]
    assert found["versions"]["emotts"] and found["devices"]["onnxruntime"]
    assert found["self_test"]["takes"] == 2 and found["self_test"]["error"] is None
    result = run("doctor", "--config", str(tones))
    assert "self-test with tone: " in result.stdout and " s: ok" in result.stdout


def test_doctor_fails_on_what_is_broken(tones: Path, install: Callable[..., None]) -> None:
    install("broken", "import a_module_that_is_nowhere")
    result = run("doctor", "--config", str(tones))
    assert result.exit_code == 1
    assert "plugin broken (emotts-broken 1.0): disabled: ModuleNotFoundError" in result.stdout
    assert "self-test with tone" in result.stdout


FAILING = """
from emotts.errors import ClassifierError
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier

class Deaf(PitchClassifier):
    name = "deaf"
    class Options(PitchClassifier.Options):
        model: str = "small"
    def details(self):
        return {"model": self.options.model, "device": "cpu"}
    def classify(self, batch, *, profile=None):
        raise RuntimeError("the model is\\x1b[31m gone")

@hookimpl
def emotts_classifiers():
    return [Deaf]
"""


def test_doctor_shows_the_details_of_a_classifier_and_survives_it(
    tones: Path, install: Callable[..., None]
) -> None:
    install("failing", FAILING)
    arguments = ["doctor", "--config", str(tones), "--classifier", "deaf", "--model", "large"]
    result = run(*arguments, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["classifier"] == {
        "name": "deaf",
        "details": {"model": "large", "device": "cpu"},
        "error": None,
    }
    assert "the model is" in found["self_test"]["error"]
    assert "\n  model: large\n" in run(*arguments).stdout


def test_verbose_logs_on_standard_error_with_control_characters_escaped(
    tones: Path, install: Callable[..., None]
) -> None:
    install("broken", r"raise ImportError('red \x1b[31m')")
    result = run("plugins", "--json")
    json.loads(result.stdout)
    assert r"WARNING emotts.plugins: emotts-broken 1.0" in result.stderr
    assert r"red \x1b[31m" in result.stderr and "\x1b" not in result.stderr
    result = run("say", "Hello.", "-e", "fear", "--config", str(tones), "-o", "/dev/null", "-v")
    assert "INFO emotts.profiles: calibrating pitch" in result.stderr
    assert logging.getLogger().level == logging.INFO


@pytest.mark.parametrize(
    "arguments",
    [
        ("say", "Hello.", "-e", "fear", "-o", "FILE.wav"),
        ("say", "Hello.", "-e", "fear", "--ledger", "FILE.jsonl"),
        ("label", "CLIP", "-o", "FILE.csv"),
        ("embed", "CLIP", "-o", "FILE.npy"),
        ("report", "CLIP", "-o", "FILE.html"),
        ("tune", "tone", "--report", "FILE.html"),
    ],
)
def test_a_folder_that_is_not_there_is_named_at_once_and_in_the_same_words(
    clips: list[Path], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    missing = tmp_path / "missing"
    asked = [a.replace("FILE", f"{missing}/a").replace("CLIP", str(clips[0])) for a in arguments]
    result = run(*asked)
    assert (result.exit_code, result.stdout) == (2, "")
    (file,) = (argument for argument in asked if "missing" in argument)
    assert f"{file}: can't be written: there is no folder {missing}\n" in result.stderr
    assert not missing.exists()


@pytest.mark.parametrize(("verbose", "told"), [("-v", False), ("-vv", True)])
def test_where_an_error_comes_from_is_told_at_vv_alone(verbose: str, told: bool) -> None:
    result = run("classify", "no.wav", "--config", "no.yaml", verbose)
    assert result.exit_code == 2
    assert ("Traceback" in result.stderr) == told
    assert result.stderr.splitlines()[-1].startswith("Error: no.yaml: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--drain", "nan"),
        ("serve", "--drain", "-1"),
        ("tune", "tone", "--minutes", "nan"),
        ("tune", "tone", "--minutes", "0"),
        ("cache", "prune", "--older-than", "nan"),
    ],
)
def test_a_length_of_time_is_a_number(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert f"Invalid value for '{arguments[-2]}'" in result.stderr
