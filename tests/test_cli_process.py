"""The command line as a process: its streams, its exit codes, signals."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE_S

SLOW = """
import sys, time
from emotts.hookspecs import hookimpl
from emotts.testing import ToneEngine

class Slow(ToneEngine):
    name = "slow"
    def synthesize(self, text, *, voice, takes):
        print("speaking", file=sys.stderr, flush=True)
        time.sleep(3600)
        yield from super().synthesize(text, voice=voice, takes=takes)

@hookimpl
def emotts_engines():
    return [Slow]
"""


def emotts(*arguments: str) -> subprocess.Popen[bytes]:
    program = "from emotts.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("columns", ["40", "79", "80", "200", "0", "wide"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_is_clicks_however_wide_the_terminal(columns: str, option: str) -> None:
    pages = [
        subprocess.run(
            [sys.executable, "-c", program, option],
            env={**os.environ, "COLUMNS": columns},
            check=True,
            capture_output=True,
        ).stdout
        for program in (
            "from emotts.cli import main; main()",
            "from emotts.cli import cli; cli(prog_name='emotts')",
        )
    ]
    assert pages[0].replace(b"Usage: -c ", b"Usage: emotts ") == pages[1]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")
def test_standard_output_that_is_full_is_a_message_and_exit_code_2() -> None:
    program = "from emotts.cli import main; main()"
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", program, "plugins"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    told = b"Error: standard output can't be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_an_error_is_a_message_and_exit_code_2() -> None:
    process = emotts("say", "Hello.", "--emotion", "joyful")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (2, b"")
    assert b"unknown emotion 'joyful'; valid: anger, disgust" in err
    assert b"Traceback" not in err


def test_a_reader_that_leaves_early_is_no_traceback(tones: Path) -> None:
    process = emotts("say", "Hello there.", "-e", "fear", "--config", str(tones), "-o", "-")
    assert process.stdout and process.stderr
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=PATIENCE_S)
    assert b"Traceback" not in err and b"Exception" not in err, err.decode()


def test_an_interrupt_is_exit_code_130_without_traceback(
    tones: Path, install: Callable[..., None]
) -> None:
    install("slow", SLOW)
    process = emotts("say", "Hello.", "-e", "fear", "--config", str(tones), "--engine", "slow")
    assert process.stderr
    assert process.stderr.readline() == b"speaking\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert b"Traceback" not in err, err.decode()
