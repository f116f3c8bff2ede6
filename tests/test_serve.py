"""`emotts serve` as a process: it serves, finishes what it accepted, and stops."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from emotts.cli import cli

pytestmark = pytest.mark.slow

Running = tuple[str, "subprocess.Popen[bytes]"]

# A take of it lasts until the test is over.
STUCK = """
import time
from pathlib import Path
from emotts.hookspecs import hookimpl
from emotts.testing import ToneEngine

class Stuck(ToneEngine):
    name = "stuck"
    class Options(ToneEngine.Options):
        until: Path
    def synthesize(self, text, *, voice, takes):
        while not self.options.until.exists():
            time.sleep(0.01)
        yield from super().synthesize(text, voice=voice, takes=takes)

@hookimpl
def emotts_engines():
    return [Stuck]
"""


@pytest.fixture
def running(tones: Path) -> Iterator[Running]:
    with serving(tones, drain_s=20) as server:
        yield server


@contextmanager
def serving(config: Path, drain_s: float) -> Iterator[Running]:
    """The address of a server, which it printed, and its process."""
    command = [sys.executable, "-m", "emotts", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--config", str(config), "--drain", str(drain_s)],
        stderr=subprocess.PIPE,
        bufsize=0,  # what is not read here is for who asks the process for its last words
    )
    try:
        assert process.stderr
        printed = (line.decode().strip() for line in iter(process.stderr.readline, b""))
        yield next(line for line in printed if line.startswith("http://127.0.0.1:")), process
    finally:
        process.kill()
        process.communicate()


def test_who_waits_for_the_address_can_connect_at_once(running: Running) -> None:
    address, _ = running
    assert httpx.get(f"{address}/health").json()["status"] == "ok"


def test_a_signal_lets_accepted_requests_finish(running: Running) -> None:
    address, process = running
    body = {"text": "One is here. " * 120, "emotion": "anger", "takes": 32, "audio": "none"}
    with ThreadPoolExecutor(1) as pool:
        accepted = pool.submit(httpx.post, f"{address}/v1/emotts/say", json=body, timeout=60)
        while not httpx.get(f"{address}/health").json()["waiting"]:
            assert not accepted.done(), "it was done before it was seen"
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGTERM)
        assert accepted.result().status_code == 200
    assert process.wait(30) in (0, -signal.SIGTERM)


def test_an_idle_server_stops_at_once(running: Running) -> None:
    _, process = running
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_it_at_once(
    sig: signal.Signals, tones: Path, install: Callable[..., None], tmp_path: Path
) -> None:
    install("stuck", STUCK)
    engine = {"name": "stuck", "options": {"until": str(tmp_path / "over")}}
    tones.write_text(tones.read_text().replace("engine: tone", f"engine: {json.dumps(engine)}"))
    body = {"model": "emotts", "voice": "alto", "input": "One is here."}
    with ThreadPoolExecutor(1) as pool, serving(tones, drain_s=3600) as (address, process):
        speak = f"{address}/v1/audio/speech"
        accepted = pool.submit(httpx.post, speak, json=body, timeout=None)
        until(lambda: httpx.get(f"{address}/health").json()["waiting"])
        process.send_signal(sig)
        until(lambda: httpx.get(f"{address}/health").status_code == 503)
        process.send_signal(sig)
        with pytest.raises(httpx.TransportError):
            accepted.result(60)
        (tmp_path / "over").touch()  # the take that was under way is the last
        _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors


def until(met: Callable[[], object]) -> None:
    while not met():
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--host", "0.0.0.0"), "EMOTTS_API_KEY"),
        (("--wyoming", "tcp://0.0.0.0:10200"), "--trust-network"),
        (("--wyoming", "foo://x"), "no address of Wyoming"),
        (("--wyoming", "tcp://:10200"), "tcp://ADDRESS:PORT"),
        (("--wyoming", "tcp://127.0.0.1:99999"), "tcp://ADDRESS:PORT"),
        (("--wyoming", "unix://socket"), "unix:///PATH"),
        (("--engine", "nobody"), "unknown engine"),
        (("--port", "99999"), "99999"),
    ],
)
def test_what_it_refuses_to_serve(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.delenv("EMOTTS_API_KEY", raising=False)
    result = CliRunner().invoke(cli, ["serve", *arguments])
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("key", ["", " \n"])
def test_an_empty_key_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    # A name that is no address: nothing is served where the key passes for one.
    asked = ["serve", "--host", "nowhere.invalid"]
    monkeypatch.setenv("EMOTTS_API_KEY", key)
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 2
    assert "can be reached by others" in result.output
    (tmp_path / "key").write_text(key)
    result = CliRunner().invoke(cli, [*asked, "--key-file", str(tmp_path / "key")])
    assert result.exit_code == 2
    assert "key is empty" in result.output
