"""`emotts say` plays a sentence while the next ones are made: heard by a device that takes time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from patience import PATIENCE_S, until

from emotts.cli import cli

devices = pytest.importorskip("benchmarks.device", reason="benchmarks are not in the sdist")

# Three seconds of speech by ToneEngine, each sentence about as long.
TEXT = "The cat sat on the mat. The dog ran to the door. The cow ate all the hay."

pytestmark = pytest.mark.slow

SLOW = """
import os, time
from emotts.errors import EngineError
from emotts.hookspecs import hookimpl
from emotts.testing import ToneEngine

class Slow(ToneEngine):
    name = "slow"
    class Options(ToneEngine.Options):
        log: str
        seconds: float = 0.08
        fails: str = "nothing"
        waits: str = ""  # for this file, before a second sentence
    def __init__(self, options):
        super().__init__(options)
        self.patient = time.monotonic() + 120
    def synthesize(self, text, *, voice, takes):
        for take in takes:
            if self.options.fails in text:
                raise EngineError("hoarse")
            while self.options.waits and text.endswith(("door.", "hay.")):
                if os.path.exists(self.options.waits):
                    break
                if time.monotonic() > self.patient:
                    raise EngineError("nothing is heard yet")
                time.sleep(0.01)
            if text.endswith(("mat.", "door.", "hay.")):
                time.sleep(self.options.seconds)
                with open(self.options.log, "a") as file:
                    print(text, file=file)
            yield from super().synthesize(text, voice=voice, takes=[take])

@hookimpl
def emotts_engines():
    return [Slow]
"""


@pytest.fixture
def stage(
    tones: Path, install: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with a configuration of a slow engine, and a system with a player."""
    install("slow", SLOW)
    folder = tmp_path / "stage"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("emotts.cli.player.PATIENCE_S", PATIENCE_S)  # with a device that is slow
    write(folder, {"log": str(folder / "log")})
    device(folder, 1)
    return folder


def write(folder: Path, options: dict[str, Any]) -> None:
    engine = json.dumps({"name": "slow", "options": {"log": str(folder / "log"), **options}})
    (folder / "c.yaml").write_text(f"engine: {engine}\nclassifiers: [pitch]\nchecks: []\ntakes: 3")


def device(folder: Path, speed: float) -> None:
    """Put a program in the place of aplay that takes as long as the sound lasts, at that speed."""
    devices.install(folder / "aplay", log=folder / "device", speed=speed)


def say(*arguments: str) -> Result:
    return CliRunner().invoke(
        cli, ["say", TEXT, "-e", "fear", "--stop", "never", "--config", "c.yaml", *arguments]
    )


def made(folder: Path) -> list[str]:
    """The sentences, as often as there were takes of them."""
    return (folder / "log").read_text().splitlines()


def played(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "device").read_text())
    return found


# It has begun to play, and plays on once the third sentence is made.
WAITING = """#!{python}
import json, os, sys, time
from pathlib import Path
rate = int(sys.argv[sys.argv.index("-r") + 1])
heard = os.read(0, 1600)
Path("begun").touch()
while Path("log").read_text().count("hay.") < 3:
    time.sleep(0.01)
while chunk := os.read(0, 65536):
    heard += chunk
Path("device").write_text(json.dumps({{"seconds": len(heard) / 2 / rate}}))
"""


def test_the_first_sentence_plays_at_once_and_the_next_are_made_meanwhile(stage: Path) -> None:
    (stage / "aplay").write_text(WAITING.format(python=sys.executable))
    write(stage, {"waits": str(stage / "begun")})
    result = say("--json")
    assert result.exit_code == 0, result.output
    spoken = json.loads(result.stdout)
    assert len(made(stage)) == 9
    assert played(stage)["seconds"] == pytest.approx(spoken["duration_s"], abs=0.001)
    assert spoken["output"] is None and not (stage / "speech.wav").exists()


def test_nothing_is_lost_where_playing_waits_for_the_making(stage: Path) -> None:
    device(stage, 20)
    result = say("--json")
    spoken, heard = json.loads(result.stdout), played(stage)
    assert heard["seconds"] == pytest.approx(spoken["duration_s"], abs=0.001)


def test_control_c_ends_the_player_and_the_making(stage: Path) -> None:
    write(stage, {"seconds": 0.3})
    command = [sys.executable, "-m", "emotts", "say", TEXT * 20, "-e", "fear", "--config", "c.yaml"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    pid = int(begun(stage)["pid"])
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130 and b"Traceback" not in errors
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert len(made(stage)) < 100, "of 180 takes"


def begun(folder: Path) -> dict[str, Any]:
    """What the device notes when it begins."""

    def note() -> dict[str, Any]:
        with suppress(FileNotFoundError, ValueError):  # it may be writing
            return played(folder)
        return {}

    until(note)
    return note()


def test_what_was_made_before_an_error_is_heard(stage: Path) -> None:
    write(stage, {"fails": "cow"})
    result = say()
    assert result.exit_code == 2 and "hoarse" in result.stderr
    assert 1 < played(stage)["seconds"] < 2.9


@pytest.mark.parametrize("broken", ["aplay", "paplay"])  # the only player, or the first of two
def test_an_error_is_told_where_the_player_fails_too(stage: Path, broken: str) -> None:
    write(stage, {"fails": "cow"})
    player = stage / broken
    player.write_text("#!/bin/sh\n/bin/cat >/dev/null\necho unplugged >&2\nexit 3\n")
    player.chmod(0o755)
    result = say()
    assert result.exit_code == 2 and "hoarse" in result.stderr
    assert not (stage / "speech.wav").exists()


def test_a_player_that_breaks_leaves_all_of_it_in_a_file(stage: Path) -> None:
    (stage / "aplay").write_text("#!/bin/sh\nread -r line\necho unplugged >&2\nexit 3\n")
    result = say("--json")
    assert result.exit_code == 0, result.stderr
    spoken = json.loads(result.stdout)
    assert spoken["output"] == "speech.wav" and len(spoken["sentences"]) == 3
    assert "wrote speech.wav, for aplay failed: unplugged" in result.stderr
    size = (stage / "speech.wav").stat().st_size
    assert size == pytest.approx(2 * 16_000 * spoken["duration_s"], abs=100)


def test_the_next_player_begins_anew(stage: Path) -> None:
    (stage / "paplay").write_text("#!/bin/sh\necho 'Connection refused' >&2\nexit 1\n")
    (stage / "paplay").chmod(0o755)
    device(stage, 20)
    spoken = json.loads(say("--json").stdout)
    assert played(stage)["seconds"] == pytest.approx(spoken["duration_s"], abs=0.001)
