"""`emotts serve` as a process: it serves, finishes what it accepted, and stops."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from patience import PATIENCE_S, until, web

from emotts.cli import cli
from emotts.errors import ConfigError
from emotts.server.run import listening

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
def stuck(tones: Path, install: Callable[..., None], tmp_path: Path) -> tuple[Path, Path]:
    """A configuration whose takes last until a file is there, and the file."""
    install("stuck", STUCK)
    over = tmp_path / "over"
    engine = {"name": "stuck", "options": {"until": str(over)}}
    tones.write_text(tones.read_text().replace("engine: tone", f"engine: {json.dumps(engine)}"))
    return tones, over


@contextmanager
def serving(config: Path) -> Iterator[Running]:
    """The address of a server, which it printed, and its process."""
    command = [sys.executable, "-m", "emotts", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--config", str(config), "--drain", "3600"],
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


def health(address: str) -> dict[str, Any]:
    """What a server says of itself."""
    return dict(web.get(f"{address}/health").json())


def test_who_waits_for_the_address_can_connect_at_once(tones: Path) -> None:
    with serving(tones) as (address, _):
        assert health(address)["status"] == "ok"


def test_a_signal_lets_accepted_requests_finish(stuck: tuple[Path, Path]) -> None:
    config, over = stuck
    body = {"model": "emotts", "voice": "alto", "input": "One is here."}
    with ThreadPoolExecutor(1) as pool, serving(config) as (address, process):
        speak = f"{address}/v1/audio/speech"
        accepted = pool.submit(web.post, speak, json=body)
        until(lambda: health(address)["waiting"])
        process.send_signal(signal.SIGTERM)
        until(lambda: health(address)["status"] == "draining")
        assert web.get(f"{address}/health").status_code == 503
        assert web.post(speak, json=body).status_code == 503
        assert not accepted.done()
        over.touch()
        assert accepted.result().status_code == 200
        assert process.wait(PATIENCE_S) in (0, -signal.SIGTERM)


def test_an_idle_server_stops_at_once(tones: Path) -> None:
    with serving(tones) as (_, process):
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)  # not an hour, which those who are served might have


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_it_at_once(sig: signal.Signals, stuck: tuple[Path, Path]) -> None:
    config, over = stuck
    body = {"model": "emotts", "voice": "alto", "input": "One is here."}
    with ThreadPoolExecutor(1) as pool, serving(config) as (address, process):
        accepted = pool.submit(web.post, f"{address}/v1/audio/speech", json=body)
        until(lambda: health(address)["waiting"])
        process.send_signal(sig)
        until(lambda: health(address)["status"] == "draining")
        process.send_signal(sig)
        with pytest.raises(httpx.TransportError):
            accepted.result(PATIENCE_S)
        over.touch()  # the take that was under way is the last
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert b"Traceback" not in errors


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


def test_a_port_in_use_ends_it_in_words_and_no_address_is_told(tones: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        asked = ["serve", "--config", str(tones), "--port", str(port)]
        result = CliRunner().invoke(cli, asked)
    told = f"Error: port {port} is in use: choose another with --port\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", told)


@pytest.mark.parametrize("name", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_of_another_machine_is_refused_in_words(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTTS_API_KEY", "secret")
    result = CliRunner().invoke(cli, ["serve", "--host", name])
    assert result.exit_code == 2
    assert f"Error: {name} can't be listened on (" in result.stderr
    assert "choose an address of this machine" in result.stderr


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_name_is_listened_on_at_one_port(name: str) -> None:
    with ExitStack() as opened:
        sockets = [opened.enter_context(made) for made in listening(name, 0)]
        (port,) = {made.getsockname()[1] for made in sockets}
        with socket.create_connection((name, port), PATIENCE_S):
            pass
        with pytest.raises(ConfigError, match=f"port {port} is in use: choose another"):
            listening(name, port)


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


def test_a_key_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    result = CliRunner().invoke(cli, ["serve", "--key-file", str(tmp_path / "key")])
    assert result.exit_code == 2
    assert "can't be read as a key" in result.output
