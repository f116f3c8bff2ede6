"""Who uses the host when: over HTTP and beside it, one at a time, and nobody for who has left."""

import asyncio
import base64
import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import Install
from test_server import TEXT, served

from emotts import Config, Host
from emotts.background import Line
from emotts.config import ClassifierConfig, EngineConfig
from emotts.server.app import create

pytestmark = pytest.mark.slow

SAY, SPEAK, CLASSIFY = "/v1/emotts/say", "/v1/audio/speech", "/v1/emotts/classify"
JSON = {"Content-Type": "application/json"}
PATIENCE_S = 20

PARTS = """
import threading
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier, ToneEngine

class Gated(ToneEngine):
    name = "gated"

    def __init__(self, options):
        super().__init__(options)
        self.said, self.reached, self.gate = [], threading.Event(), threading.Event()

    def synthesize(self, text, *, voice, takes):
        for take in takes:
            self.said.append(text)
            if text == "The dog ran.":
                self.reached.set()
                self.gate.wait()
            yield from super().synthesize(text, voice=voice, takes=[take])

class Witness(PitchClassifier):
    name = "witness"

    def classify(self, batch, *, profile=None):
        self.seen.append(self.turn.locked())
        return super().classify(batch, profile=profile)

@hookimpl
def emotts_engines():
    return [Gated]

@hookimpl
def emotts_classifiers():
    return [Witness]
"""


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def waiting(address: str) -> int:
    return int(httpx.get(f"{address}/health").json()["waiting"])


@contextmanager
def asking(address: str, path: str, content: bytes) -> Iterator[None]:
    """A request of a client that leaves at the end, answered or not."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        connection.request("POST", path, content, JSON)
        yield


def bodies(recording: bytes) -> list[tuple[str, bytes]]:
    like = base64.b64encode(recording).decode()
    speech = {"model": "emotts", "voice": "alto", "input": TEXT, "like": like}
    return [
        (SAY, json.dumps({"text": TEXT, "like": like}).encode()),
        (SPEAK, json.dumps(speech).encode()),
        (CLASSIFY, recording),
    ]


@pytest.fixture
def recording(tones: Path) -> bytes:
    return Host(Config.load(tones)).say("One is here.", "anger").audio.wav_bytes()


def gated(tones: Path, install: Install) -> Host:
    """A host whose engine waits for `gate` in the sentence "The dog ran."."""
    install("parts", PARTS)
    changed = {"engine": EngineConfig(name="gated"), "takes": 1}
    return Host(Config.load(tones).model_copy(update=changed))


def test_who_leaves_is_noticed_between_the_sentences_of_one_reply(tones, install) -> None:
    host = gated(tones, install)
    engine = host.engine
    body = json.dumps({"text": "The cat sat. The dog ran. It rained."}).encode()
    with served(host) as address:
        try:
            with asking(address, SAY, body):
                assert engine.reached.wait(PATIENCE_S)
            until(lambda: 'status="499"' in httpx.get(f"{address}/metrics").text)
        finally:
            engine.gate.set()
        until(lambda: not waiting(address))
    assert "The cat sat." in engine.said
    assert "It rained." not in engine.said


def test_recordings_are_heard_in_turns(tones, install, recording: bytes) -> None:
    install("parts", PARTS)
    changed = {"classifiers": [ClassifierConfig(name="witness")], "takes": 1}
    host = Host(Config.load(tones).model_copy(update=changed))
    witness = host.classifiers[0]
    witness.turn = host.turn
    with served(host) as address:
        for path, content in bodies(recording):
            witness.seen = []
            assert httpx.post(f"{address}{path}", content=content, headers=JSON).status_code == 200
            assert witness.seen and all(witness.seen), path


def test_a_turn_ends_with_each_sentence(tones) -> None:
    host = Host(Config.load(tones))

    async def main() -> None:
        line = Line(asyncio.get_running_loop())
        for _ in create(host).state.service.speak(host.request(TEXT, "fear"), line):
            assert host.turn.acquire(blocking=False)
            host.turn.release()

    asyncio.run(main())


@pytest.mark.parametrize("which", range(3))
def test_who_waits_for_a_turn_may_leave(tones, recording: bytes, which: int) -> None:
    host = Host(Config.load(tones))
    with served(host) as address, host.turn:
        with asking(address, *bodies(recording)[which]):
            until(lambda: waiting(address) == 1)
        until(lambda: waiting(address) == 0)
