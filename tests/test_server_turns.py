"""Who uses the host when: over HTTP and beside it, one at a time, and nobody for who has left."""

import asyncio
import base64
import http.client
import json
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

import httpx
import pytest
from patience import PATIENCE_S, until, web
from test_server import TEXT, served

from emotts import Config, Host
from emotts.audio import Audio
from emotts.background import Line
from emotts.config import ClassifierConfig, EngineConfig
from emotts.records import Prediction, Profile
from emotts.server.app import create
from emotts.server.run import Server
from emotts.testing import GatedEngine, PitchClassifier, plugins_with

pytestmark = pytest.mark.slow

SAY, SPEAK, CLASSIFY = "/v1/emotts/say", "/v1/audio/speech", "/v1/emotts/classify"
JSON = {"Content-Type": "application/json"}


def waiting(address: str) -> int:
    return int(web.get(f"{address}/health").json()["waiting"])


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


def gated(tones: Path) -> Host:
    """A host whose engine can be held."""
    changed = {"engine": EngineConfig(name="gated"), "takes": 1}
    config = Config.load(tones).model_copy(update=changed)
    return Host(config, plugins=plugins_with(engines=[GatedEngine]))


def test_who_leaves_is_noticed_between_the_sentences_of_one_reply(tones) -> None:
    host = gated(tones)
    body = json.dumps({"text": "The cat sat. The dog ran. It rained."}).encode()
    with served(host) as address:
        with host.engine.holding("The dog ran.") as gate:
            with asking(address, SAY, body):
                gate.wait_until_reached()
            until(lambda: 'status="499"' in web.get(f"{address}/metrics").text)
        until(lambda: not waiting(address))
    assert "The cat sat." in host.engine.begun
    assert "It rained." not in host.engine.begun


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time can be moved on."""

    ahead_s = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_s


@pytest.mark.parametrize(
    ("path", "body"),
    [  # The one is answered at the end, the other has been from its first sentence on.
        (SAY, {"text": TEXT}),
        (SPEAK, {"model": "emotts", "voice": "alto", "input": TEXT}),
    ],
)
def test_who_is_left_at_the_deadline_of_a_stop_is_parted_from(
    tones, path: str, body: dict[str, str]
) -> None:
    host = gated(tones)
    ready: Queue[str] = Queue()
    server = Server(create(host), host="127.0.0.1", port=0, drain_s=3600, listening=ready.put)
    with asyncio.Runner(loop_factory=Clock) as runner, ThreadPoolExecutor(2) as pool:
        loop = runner.get_loop()
        assert isinstance(loop, Clock)
        served = pool.submit(runner.run, server.serve())
        address = ready.get(timeout=PATIENCE_S)
        with host.engine.holding("The dog ran.") as gate:
            try:
                asked = pool.submit(web.post, f"{address}{path}", json=body)
                gate.wait_until_reached()
                loop.call_soon_threadsafe(server.handle_exit, signal.SIGTERM, None)
                until(lambda: web.get(f"{address}/health").status_code == 503)
                assert not asked.done()
                loop.ahead_s = 3600
                with pytest.raises(httpx.RemoteProtocolError):
                    asked.result()
                served.result(PATIENCE_S)
            finally:
                server.should_exit = True


class Witness(PitchClassifier):
    """Sees whether somebody holds the turn while it hears."""

    name = "witness"

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        self.seen.append(self.turn.locked())
        return super().classify(batch, profile=profile)


def test_recordings_are_heard_in_turns(tones, recording: bytes) -> None:
    changed = {"classifiers": [ClassifierConfig(name="witness")], "takes": 1}
    config = Config.load(tones).model_copy(update=changed)
    host = Host(config, plugins=plugins_with(classifiers=[Witness]))
    witness = host.classifiers[0]
    witness.turn = host.turn
    with served(host) as address:
        for path, content in bodies(recording):
            witness.seen = []
            assert web.post(f"{address}{path}", content=content, headers=JSON).status_code == 200
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
