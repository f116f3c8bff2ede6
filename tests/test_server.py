"""The server, asked by real clients over real sockets."""

import base64
import contextlib
import io
import json
import threading
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import av
import httpx
import numpy as np
import openai
import pytest
import uvicorn
from openai.types.audio import SpeechModel
from patience import until, web

from emotts import Audio, Config, Host
from emotts.config import EngineConfig
from emotts.errors import ConfigError
from emotts.server.app import ServerSettings, create
from emotts.server.bodies import MODELS, OPENAI_VOICES
from emotts.server.encode import RATE, Encoder
from emotts.server.run import refuse_open

TEXT = "The cat sat. The dog ran."
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")


@contextlib.contextmanager
def served(host: Host, settings: ServerSettings | None = None) -> Iterator[str]:
    """The address of a running server."""
    app = create(host, settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def speaking() -> Iterator[str]:
    """A server that speaks for real."""
    with served(Host(Config(takes=3))) as address:
        yield address


@pytest.fixture
def humming(tones) -> Iterator[str]:
    """A server that hums: fast."""
    with served(Host(Config.load(tones).model_copy(update={"takes": 4}))) as address:
        yield address


def sdk(address: str, **options) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none", **options)


def seconds(data: bytes, response_format: str) -> float:
    """The length of encoded audio."""
    if response_format == "pcm":
        return len(data) / 2 / RATE
    with av.open(io.BytesIO(data)) as container:
        rate = container.streams.audio[0].rate
        return sum(frame.samples for frame in container.decode(audio=0)) / rate


def encoded(clip: Audio, name: str) -> bytes:
    encoder = Encoder(name)
    return encoder.add(clip) + encoder.finish()


@pytest.mark.parametrize("response_format", FORMATS)
def test_the_sdk_gets_every_format(speaking: str, response_format: str) -> None:
    asked = {
        "model": "tts-1",
        "voice": "alloy",
        "input": "Good morning.",
        "response_format": response_format,
    }
    speech = sdk(speaking).audio.speech
    whole = speech.create(**asked).content
    with speech.with_streaming_response.create(**asked) as response:
        streamed = b"".join(response.iter_bytes())
    assert 0.5 < seconds(whole, response_format) < 3
    assert seconds(streamed, response_format) == seconds(whole, response_format)


def test_what_was_measured_is_in_the_headers(speaking: str) -> None:
    response = sdk(speaking).audio.speech.with_raw_response.create(
        model="gpt-4o-mini-tts",
        voice="nova",
        input="Good morning.",
        instructions="Speak very angrily.",
        response_format="pcm",
    )
    headers = response.headers
    assert headers["x-emotts-target"] == "anger"
    assert headers["x-emotts-instructions"] == "angrily"
    assert headers["x-emotts-engine"] == "hibari"
    assert headers["x-emotts-matched"] in ("true", "false")
    heard, share = headers["x-emotts-heard"].split()
    assert heard.isalpha()
    assert 0 < float(share) <= 1


def test_events_carry_the_same_audio(humming: str) -> None:
    body = {"model": "emotts", "voice": {"id": "bass"}, "input": TEXT, "response_format": "pcm"}
    whole = web.post(f"{humming}/v1/audio/speech", json=body).content
    parts, last = [], None
    with web.stream(
        "POST", f"{humming}/v1/audio/speech", json={**body, "stream_format": "sse"}
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line:
                last = json.loads(line.removeprefix("data: "))
                parts.append(base64.b64decode(last.get("audio", "")))
    assert b"".join(parts) == whole
    assert last["type"] == "speech.audio.done"
    assert last["usage"]["total_tokens"] > 0


def test_an_emotion_is_spoken(humming: str) -> None:
    def said(**more) -> dict:
        body = {"text": TEXT, "audio": "none", **more}
        return web.post(f"{humming}/v1/emotts/say", json=body).json()

    anger = said(emotion="anger", takes=8)
    assert anger["target"] == {"anger": 1.0}
    assert [sentence["matched"] for sentence in anger["sentences"]] == [True, True]
    assert said(emotion={"anger": 1.0}, takes=8)["sentences"] == anger["sentences"]


def test_the_reply_holds_all_takes(humming: str) -> None:
    body = {"text": TEXT, "emotion": "fear", "audio": "all", "contours": True, "seed": 5}
    reply = web.post(f"{humming}/v1/emotts/say", json=body).json()
    rate = reply["sample_rate"]
    assert length(reply, rate) == pytest.approx(reply["duration_s"], abs=0.001)
    for sentence in reply["sentences"]:
        assert length(sentence, rate) > 0.3
        for candidate in sentence["candidates"]:
            assert length(candidate, rate) > 0.3
            voiced = [hz for hz in candidate["contour"] if hz]
            assert 60 < np.median(voiced) < 500


def length(form: dict, rate: int) -> float:
    """Seconds of the WAV in a part of a reply, by its header, which tells that rate."""
    data = base64.b64decode(form["audio"])
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    with wave.open(io.BytesIO(data)) as file:
        assert file.getframerate() == rate
        return file.getnframes() / rate


def test_takes_and_sentences_come_as_they_are_made(humming: str) -> None:
    body = {"text": TEXT, "emotion": "anger", "stream": True}
    with web.stream("POST", f"{humming}/v1/emotts/say", json=body) as response:
        kinds = [
            line.removeprefix("event: ")
            for line in response.iter_lines()
            if line.startswith("event: ")
        ]
    assert kinds[0] == "take"
    assert kinds.count("sentence") == 2
    assert kinds[-1] == "done"
    assert kinds.index("sentence") < len(kinds) - kinds[::-1].index("take")


def test_a_recording_is_classified(speaking: str) -> None:
    clip = Host(Config(takes=2)).say("Good morning.", "anger").audio
    heard = web.post(f"{speaking}/v1/emotts/classify", content=encoded(clip, "flac")).json()
    assert sum(heard["scores"].values()) == pytest.approx(1)
    assert len(heard["embedding"]) > 100
    assert heard["duration_s"] == pytest.approx(clip.duration_s, abs=0.01)


def test_a_recording_can_be_the_target(speaking: str) -> None:
    clip = Host(Config(takes=2)).say("Good morning.", "anger").audio
    like = base64.b64encode(encoded(clip, "wav")).decode()
    body = {"text": "Good evening.", "like": like, "audio": "none"}
    reply = web.post(f"{speaking}/v1/emotts/say", json=body)
    assert reply.status_code == 200, reply.text
    assert reply.json()["sentences"][0]["candidates"]


def test_markup_is_read_and_never_spoken(humming: str) -> None:
    body = {"text": "[anger]The cat sat.[/] [happines]The dog ran.", "audio": "none"}
    reply = web.post(f"{humming}/v1/emotts/say", json=body).json()
    assert [s["text"] for s in reply["sentences"]] == ["The cat sat.", "The dog ran."]
    assert "happiness" in " ".join(reply["warnings"])
    plain = web.post(f"{humming}/v1/emotts/say", json={**body, "markup": False}).json()
    assert "[anger]" in plain["sentences"][0]["text"]


def test_speed_makes_speech_shorter(humming: str) -> None:
    def length(speed: float) -> float:
        body = {"text": TEXT, "speed": speed, "takes": 1, "audio": "none"}
        return web.post(f"{humming}/v1/emotts/say", json=body).json()["duration_s"]

    assert length(2) == pytest.approx(length(1) / 2, rel=0.02)


def test_what_clients_look_up(humming: str) -> None:
    models = sdk(humming).models
    assert {m.id for m in models.list()} == set(MODELS)
    assert models.retrieve("tts-1").id == "tts-1"
    with pytest.raises(openai.NotFoundError, match="unknown model 'gpt-5'; valid: emotts, gpt"):
        models.retrieve("gpt-5")
    names = [v["id"] for v in web.get(f"{humming}/v1/audio/voices").json()["voices"]]
    assert set(OPENAI_VOICES) < set(names)
    assert "bass" in names
    own = [v["id"] for v in web.get(f"{humming}/v1/emotts/voices").json()["voices"]]
    assert own == ["alto", "bass"]
    heard = web.get(f"{humming}/v1/emotts/emotions").json()["emotions"]
    assert next(e for e in heard if e["name"] == "anger")["heard"]
    assert web.get(f"{humming}/health").json()["status"] == "ok"
    assert "<title>emotts" in web.get(humming).text


def test_every_model_that_the_sdk_names_is_known(humming: str) -> None:
    speech = sdk(humming).audio.speech
    for model in get_args(SpeechModel):
        assert speech.create(model=model, voice="alloy", input="Hello.").content


NAMESAKE = """
from emotts.hookspecs import hookimpl
from emotts.records import Voice
from emotts.testing import ToneEngine

class Namesake(ToneEngine):
    name = "namesake"

    def voices(self):
        return [*super().voices(), Voice("nova", "und", "hums like a star")]

    def synthesize(self, text, *, voice, takes):
        return super().synthesize(text, voice=voice.replace("nova", "alto"), takes=takes)

@hookimpl
def emotts_engines():
    return [Namesake]
"""


@pytest.mark.slow
def test_openais_voices_stand_for_what_speaks(tones, install) -> None:
    install("namesake", NAMESAKE)
    changed = {"engine": EngineConfig(name="namesake"), "voice": "bass", "takes": 1}
    with served(Host(Config.load(tones).model_copy(update=changed))) as address:
        voices = web.get(f"{address}/v1/audio/voices").json()["voices"]
        named = {voice["id"]: voice["name"] for voice in voices}
        assert len(voices) == len(named)
        assert named["alloy"] == named["bass"]
        assert named["nova"] == "hums like a star"
        for asked, speaks in ("alloy", "bass"), ("nova", "nova"), ("alto", "alto"), (None, "bass"):
            body = {"text": "Hello.", "voice": asked, "audio": "none"}
            assert web.post(f"{address}/v1/emotts/say", json=body).json()["voice"] == speaks


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt-5"}, 400, "model"),
        ({"voice": "nobody"}, 400, None),
        ({"voice": 3}, 400, "voice"),
        ({"input": ""}, 400, "input"),
        ({"input": "x" * 4097}, 400, "input"),
        ({"input": "…"}, 400, None),
        ({"speed": 9}, 400, "speed"),
        ({"response_format": "ogg"}, 400, "response_format"),
        ({"emotion": "hapiness"}, 400, None),
        ({"emotion": "surprise=2"}, 400, None),
        ({"like": "no base64!"}, 400, "like"),
        ({"like": "ünïcode"}, 400, "like"),
        ({"like": "AAAA"}, 400, None),
        ({"colour": "blue"}, 400, "colour"),
        ({"takes": 0}, 400, "takes"),
    ],
)
def test_errors_have_openais_shape(humming: str, change: dict, status: int, param: str) -> None:
    body = {"model": "emotts", "voice": "alto", "input": TEXT, **change}
    response = web.post(f"{humming}/v1/audio/speech", json=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    if param:
        assert error["param"].startswith(param)
    with pytest.raises(openai.BadRequestError):
        sdk(humming).audio.speech.create(
            model="emotts", voice="alto", input=TEXT, extra_body=change
        )


def test_other_bodies_are_refused(humming: str) -> None:
    url = f"{humming}/v1/audio/speech"
    assert web.post(url, content=b"{").status_code == 400
    assert web.post(url, content=iter([b"{}"])).status_code == 411
    assert web.post(f"{humming}/v1/models", content=b"x" * 70_000).status_code == 413
    assert web.get(url).status_code == 405
    assert web.get(f"{humming}/nothing").json()["error"]["type"] == "invalid_request_error"


def test_a_key_is_asked_for(tones) -> None:
    with served(Host(Config.load(tones)), ServerSettings(key="secret")) as address:
        assert web.get(f"{address}/v1/models").status_code == 401
        assert web.get(f"{address}/health").status_code == 200
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="secret")
        assert list(client.models.list())


def test_others_are_let_in_with_a_key_alone() -> None:
    refuse_open("127.0.0.1", None)
    refuse_open("localhost", None)
    refuse_open("0.0.0.0", "secret")
    with pytest.raises(ConfigError, match="EMOTTS_API_KEY"):
        refuse_open("0.0.0.0", None)


@pytest.mark.slow
def test_64_clients_at_once_all_get_an_answer(tones) -> None:
    host = Host(Config.load(tones).model_copy(update={"takes": 4}))
    texts = [f"Number {index} is here." for index in range(64)]
    with served(host, ServerSettings(queue=24)) as address, ThreadPoolExecutor(64) as pool:

        def ask(text: str) -> httpx.Response:
            body = {"model": "emotts", "voice": "alto", "input": text, "response_format": "pcm"}
            return web.post(f"{address}/v1/audio/speech", json=body)

        with host.turn:  # nothing is answered before all have asked
            answers = {text: pool.submit(ask, text) for text in texts}
            until(lambda: sum(answer.done() for answer in answers.values()) == 40)
        heard = {text: answer.result() for text, answer in answers.items()}
        spoken = {text: response for text, response in heard.items() if response.is_success}
        refused = [response for response in heard.values() if not response.is_success]
        assert (len(spoken), len(refused)) == (24, 40)
        for response in refused:
            assert response.status_code == 429
            assert int(response.headers["retry-after"]) >= 1
        for text, response in spoken.items():
            assert response.content == ask(text).content
        until(lambda: web.get(f"{address}/health").json()["waiting"] == 0)
        counted = web.get(f"{address}/metrics").text
        assert 'emotts_requests_total{path="/v1/audio/speech",status="429"} 40.0' in counted


@pytest.mark.slow
def test_the_sdk_comes_back_when_the_queue_is_full(tones) -> None:
    host = Host(Config.load(tones).model_copy(update={"takes": 4}))
    settings = ServerSettings(queue=2)
    with served(host, settings) as address, ThreadPoolExecutor(4) as pool:
        speech = sdk(address, max_retries=100).audio.speech

        def ask(index: int) -> int:
            reply = speech.create(model="emotts", voice="alto", input=f"Number {index}.")
            return len(reply.content)

        with host.turn:
            replies = [pool.submit(ask, index) for index in range(4)]
            until(lambda: 'status="429"' in web.get(f"{address}/metrics").text)
        assert all(reply.result() for reply in replies)


@pytest.mark.slow
def test_breakers_are_told(tones) -> None:
    config = Config.load(tones)
    isolated = config.engine.model_copy(update={"isolate": True})
    with Host(config.model_copy(update={"engine": isolated})) as host, served(host) as address:
        body = {"text": "One is here.", "emotion": "anger", "audio": "none"}
        assert web.post(f"{address}/v1/emotts/say", json=body).status_code == 200
        assert 'emotts_breaker_open{part="tone"} 0.0' in web.get(f"{address}/metrics").text


@pytest.mark.slow
def test_who_leaves_has_the_work_dropped(tones) -> None:
    host = Host(Config.load(tones).model_copy(update={"takes": 256}))
    text = "One is here. " * 300
    with served(host) as address:
        body = {"model": "emotts", "voice": "alto", "input": text, "response_format": "pcm"}
        with web.stream("POST", f"{address}/v1/audio/speech", json=body) as response:
            next(response.iter_bytes())
        with contextlib.suppress(httpx.TimeoutException):
            web.post(f"{address}/v1/audio/speech", json=body, timeout=0.05)
        until(lambda: not web.get(f"{address}/health").json()["waiting"])


def test_encoded_audio_is_as_long_as_it_was() -> None:
    clip = Audio(np.sin(np.arange(48_000) / 20).astype(np.float32) / 2, 16_000)
    for name in FORMATS:
        assert seconds(encoded(clip, name), name) == pytest.approx(3, abs=0.1), name
