"""The command line as a process: its streams, its exit codes, signals."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

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


def emotts(*arguments: str, stdout: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
    program = "from emotts.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=stdout,
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
@pytest.mark.parametrize("arguments", [("--help",), ("plugins",)])
def test_standard_output_that_is_full_is_a_message_and_exit_code_2(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # as users have it
    with open("/dev/full", "wb") as full:
        process = emotts(*arguments, stdout=full)
        _, err = process.communicate(timeout=PATIENCE_S)
    told = b"Error: standard output can't be written: No space left on device\n"
    assert (process.returncode, err) == (2, told)


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_nobody_to_read_is_no_traceback(
    arguments: tuple[str, ...], unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    reader, writer = os.pipe()
    os.close(reader)
    process = emotts(*arguments, stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (1, b"")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a shell closes the stream")
def test_a_stream_that_is_closed_is_no_traceback() -> None:
    command = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "emotts", "--help"]
    done = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a shell closes the stream")
@pytest.mark.parametrize(
    ("closed", "arguments", "told"),
    [
        ("<&-", (), b"Error: no text: give it as an argument, with --file, or on standard input\n"),
        (">&-", ("Hi.", "-o", "-"), b"Error: standard output is closed; write audio to a file or "),
    ],
)
def test_a_stream_that_is_closed_and_needed_is_a_message(
    closed: str, arguments: tuple[str, ...], told: bytes
) -> None:
    say = [sys.executable, "-m", "emotts", "say", "-e", "fear", *arguments]
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *say]
    done = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(told)


@pytest.mark.slow
def test_what_the_encoding_of_the_output_lacks_is_escaped(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    asked = ("say", "Gr\xfc\xdfe.", "-e", "fear", "--takes", "1", "--config", str(tones))
    process = emotts(*asked, "-o", str(tmp_path / "a.wav"))
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err.decode()
    assert out.startswith(b"Gr\\xfc\\xdfe.")


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


@pytest.mark.slow
def test_an_interrupt_before_any_command_is_exit_code_130() -> None:
    program = """
import emotts.cli
def interrupted(_name):
    raise KeyboardInterrupt
emotts.cli.import_module = interrupted
emotts.cli.main()
"""
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


HURT = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1_000_000):
        pass
except KeyboardInterrupt:
    raise ImportError("half of it is missing")  # as numpy says
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a signal is how a process ends")
def test_an_interrupt_while_a_command_is_imported_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "hurt.py").write_text(HURT)
    program = f"""
import sys
from emotts.cli import LazyGroup
sys.path.insert(0, {str(tmp_path.parent)!r})
LazyGroup(package={tmp_path.name!r}, table={{"hurt": ""}})(["hurt"])
"""
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")


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
