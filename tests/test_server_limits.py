"""What a server gives nobody: files, other origins, a hint of the key, or more than its share."""

import gc
import http.client
import json
import logging
import socket
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from patience import PATIENCE_S, until, web
from test_server import humming, served  # noqa: F401  (a fixture)

from emotts import Audio, Choice, Config, Host
from emotts.background import Line
from emotts.errors import EngineError
from emotts.server.app import ServerSettings
from emotts.server.bodies import MAX_ALL
from emotts.server.encode import Encoder
from emotts.server.guard import MAX_BODY
from emotts.speech import Request
from emotts.text import MAX_REQUEST

pytestmark = pytest.mark.slow

SPEAK = "/v1/audio/speech"
BODY = {"model": "emotts", "voice": "alto", "input": "Hello."}


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/x", "/page.html", "//etc/passwd"],
)
def test_no_file_is_served(humming: str, path: str) -> None:  # noqa: F811
    assert answered(humming, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 404")


def answered(address: str, request: str, rest: bytes = b"") -> bytes:
    """What comes back of bytes that no client would send."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) as connection:
        connection.sendall(request.encode("latin-1") + rest)
        return connection.recv(4096)


def test_no_other_origin_may_read(humming: str) -> None:  # noqa: F811
    origin = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    for response in (
        web.options(f"{humming}{SPEAK}", headers=origin),
        web.get(f"{humming}/v1/models", headers=origin),
        web.post(f"{humming}{SPEAK}", json=BODY, headers=origin),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer secre", "Bearer secret2", "Bearer SECRET"])
def test_a_key_is_right_or_wrong_and_nothing_between(given: str, tones: Path) -> None:
    with served(Host(Config.load(tones)), ServerSettings(key="secret")) as address:
        found = web.get(f"{address}/v1/models", headers={"Authorization": given})
        assert found.status_code == 401
        assert "secret" not in found.text


SPOILT = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "deep lists": b"[" * 50_000,
    "deep objects": b'{"a":' * 9_000,
    "no UTF-8": b"\xff\xfe",
    "a surrogate": json.dumps(BODY | {"input": "\ud800 Hello."}).encode(),
    "a long number": b"1" * 5_000,
}


@pytest.mark.parametrize("content", SPOILT.values(), ids=SPOILT)
def test_any_body_gets_an_answer_in_json(humming: str, content: bytes) -> None:  # noqa: F811
    found = web.post(f"{humming}{SPEAK}", content=content)
    assert found.status_code == 400
    assert found.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("length", ["", "-1", "1e3", "0x10", "\xb2", "9" * 30])
def test_a_length_that_is_none_is_refused(humming: str, length: str) -> None:  # noqa: F811
    head = f"POST {SPEAK} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    status = answered(humming, head, b"{}").split(b" ")[1]
    assert status in (b"400", b"411", b"413")


def test_a_body_is_refused_by_its_length_before_it_is_read(humming: str) -> None:  # noqa: F811
    head = f"POST /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"
    assert answered(humming, head).startswith(b"HTTP/1.1 413")
    assert web.get(f"{humming}/health").status_code == 200


def test_a_body_in_chunks_is_refused_whatever_length_it_says(humming: str) -> None:  # noqa: F811
    length = "Content-Length: 2\r\nTransfer-Encoding: chunked"
    head = f"POST {SPEAK} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n"
    assert answered(humming, head, b"2\r\n{}\r\n0\r\n\r\n").startswith(b"HTTP/1.1 411")


def test_a_key_may_be_of_any_letters(tones: Path) -> None:
    with served(Host(Config.load(tones)), ServerSettings(key="schlüssel")) as address:
        for key, status in ("schlüssel", 200), ("schlussel", 401):
            given = {"Authorization": f"Bearer {key}".encode()}
            assert web.get(f"{address}/v1/models", headers=given).status_code == status


@contextmanager
def leaving(address: str, path: str, content: bytes, length: int) -> Iterator[None]:
    """A request of a client that leaves at the end, with so much of a body of that length sent."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(length))
        connection.endheaders(content)
        yield


@pytest.mark.parametrize("path", ["/v1/emotts/classify", SPEAK])
def test_who_leaves_half_way_through_a_body_is_nobodys_failure(
    humming: str,  # noqa: F811
    path: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with leaving(humming, path, b"RIFF", length=100):
        pass
    until(lambda: f'path="{path}",status=' in web.get(f"{humming}/metrics").text)
    assert f'path="{path}",status="499"' in web.get(f"{humming}/metrics").text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_who_leaves_the_queue_leaves_their_place_to_others(tones: Path) -> None:
    host = Host(Config.load(tones))
    content = b'{"text": "Hello."}'
    with served(host) as address, host.turn:

        def waiting() -> int:
            return int(web.get(f"{address}/health").json()["waiting"])

        with leaving(address, "/v1/emotts/say", content, len(content)):
            until(lambda: waiting() == 1)
            with leaving(address, "/v1/emotts/say", content, len(content)):
                until(lambda: waiting() == 2)
            until(lambda: waiting() == 1)


@pytest.mark.parametrize("path", ["/v1/emotts/voices", "/v1/audio/voices"])
def test_who_waits_for_an_engine_holds_nobody_up(
    tones: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(Config.load(tones))
    own, asked, gate = host.engine.voices(), Event(), Event()

    def voices() -> object:
        asked.set()
        gate.wait(PATIENCE_S)
        return own

    with served(host) as address, ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(host.engine, "voices", voices)
        found = pool.submit(web.get, f"{address}{path}")
        assert asked.wait(PATIENCE_S)
        assert web.get(f"{address}/health").status_code == 200
        assert not found.done()
        gate.set()
        assert found.result().status_code == 200


def test_what_is_encoded_holds_nobody_up(tones: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, gate = Event(), Event()

    class Slow(Encoder):
        def add(self, audio: Audio) -> bytes:
            asked.set()
            gate.wait(PATIENCE_S)
            return super().add(audio)

    monkeypatch.setattr("emotts.server.speech.Encoder", Slow)
    with served(Host(Config.load(tones))) as address, ThreadPoolExecutor(1) as pool:
        found = pool.submit(web.post, f"{address}{SPEAK}", json=BODY)
        assert asked.wait(PATIENCE_S)
        assert web.get(f"{address}/health").status_code == 200
        assert not found.done()
        gate.set()
        assert found.result().content


def test_losing_takes_are_not_kept_until_the_reply_is_whole(
    tones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(Config.load(tones))
    losers: list[list[weakref.ref[Audio]]] = []
    left = []
    speak = host.speak

    def watched(request: Request, **options: Any) -> Iterator[Choice]:
        for choice in speak(request, **options):
            rivals = [c.audio for c in choice.candidates if c is not choice.candidate]
            losers.append([weakref.ref(audio) for audio in rivals if audio is not None])
            del rivals
            yield choice
        gc.collect()
        left.extend(sum(audio() is not None for audio in sentence) for sentence in losers)

    monkeypatch.setattr(host, "speak", watched)
    with served(host) as address:
        body = {"text": "One cat. Two dogs. It rained. It snowed.", "emotion": "fear"}
        reply = web.post(f"{address}/v1/emotts/say", json=body).json()
    assert all(len(sentence["candidates"]) > 1 for sentence in reply["sentences"])
    assert len(left) == 4 and all(losers)
    assert not any(left[:2])  # the last ones may be in use


def test_what_nobody_expected_is_counted_and_logged_once(
    tones: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(Config.load(tones))
    monkeypatch.setattr(host.engine, "voices", lambda: 1 / 0)
    with served(host) as address:
        found = web.get(f"{address}/v1/emotts/voices")
        counted = web.get(f"{address}/metrics").text
    assert found.status_code == 500
    assert "inside the server" in found.json()["error"]["message"]
    assert 'path="/v1/emotts/voices",status="500"' in counted
    assert [r.getMessage() for r in caplog.records if r.exc_info] == ["a request failed"]


ANSWERS = {
    "audio": (SPEAK, BODY),
    "events": (SPEAK, BODY | {"stream_format": "sse"}),
    "json": ("/v1/emotts/say", {"text": "Hello."}),
    "takes": ("/v1/emotts/say", {"text": "Hello.", "stream": True}),
    "refusal": (SPEAK, BODY | {"voice": "nobody"}),
    "failure": ("/v1/emotts/say", {"text": "Hello.", "voice": "nobody", "stream": True}),
    "classify": ("/v1/emotts/classify", {"no": "recording"}),
}


@pytest.mark.parametrize(("path", "body"), ANSWERS.values(), ids=ANSWERS)
def test_who_has_the_answer_has_given_up_the_place(
    tones: Path, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    gate = Event()
    do = Line.do

    def lingering(self: Line, work: Callable[[Line], None]) -> None:
        do(self, work)
        assert gate.wait(PATIENCE_S)

    monkeypatch.setattr(Line, "do", lingering)
    with served(Host(Config.load(tones))) as address:
        try:
            with web.stream("POST", f"{address}{path}", json=body) as answer:
                for line in answer.iter_lines():
                    if line == "event: done":
                        break
                assert web.get(f"{address}/health").json()["waiting"] == 0
        finally:
            gate.set()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (json.dumps(BODY).encode(), "text/plain"),
        (json.dumps(BODY).encode(), "application/x-www-form-urlencoded"),  # as curl says
    ],
)
def test_what_is_no_json_object_is_told_what_to_send(
    humming: str,  # noqa: F811
    content: bytes,
    kind: str,
) -> None:
    found = web.post(f"{humming}{SPEAK}", content=content, headers={"Content-Type": kind})
    error = found.json()["error"]
    assert (found.status_code, error["param"]) == (400, None)
    assert "send a JSON object, with the header Content-Type: application/json" in error["message"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"voice": None},
            "voice: Input should be a valid string; or: Input should be a valid dict",
        ),
        ({"voice": {"id": "alto", "x": 1}}, "; or: Extra inputs are not permitted"),
        ({"emotion": {"anger": "much"}}, "; or: Input should be a valid number"),
    ],
)
def test_a_field_is_named_by_its_own_name(
    humming: str,  # noqa: F811
    change: dict[str, Any],
    message: str,
) -> None:
    error = web.post(f"{humming}{SPEAK}", json=BODY | change).json()["error"]
    assert error["param"] in change
    assert message in error["message"]


def test_a_body_in_another_encoding_is_told_which(humming: str) -> None:  # noqa: F811
    headers = {"Content-Type": "application/json"}
    found = web.post(f"{humming}{SPEAK}", content=b'{"input": "\xff"}', headers=headers)
    assert found.status_code == 400
    assert found.json()["error"]["message"] == "the body is no JSON in UTF-8"


def test_json_that_is_none_is_told_where(humming: str) -> None:  # noqa: F811
    headers = {"Content-Type": "application/json"}
    found = web.post(f"{humming}{SPEAK}", content=b'{"input" "Hello."}', headers=headers)
    error = found.json()["error"]
    assert (found.status_code, error["param"]) == (400, None)
    assert error["message"] == "the body is no JSON: Expecting ':' delimiter at character 9"


def test_a_wrong_method_is_told_the_right_one(humming: str) -> None:  # noqa: F811
    found = web.get(f"{humming}{SPEAK}")
    assert (found.status_code, found.headers["allow"]) == (405, "POST")
    assert found.json()["error"]["message"] == "this path takes POST alone"


def test_a_path_that_is_none_is_told_where_they_are(humming: str) -> None:  # noqa: F811
    found = web.get(f"{humming}/v1/speech")
    assert found.status_code == 404
    assert "/openapi.json" in found.json()["error"]["message"]


def test_monitors_may_ask_for_the_head_alone(humming: str) -> None:  # noqa: F811
    found = web.head(f"{humming}/health")
    assert (found.status_code, found.content) == (200, b"")


def test_who_lacks_the_key_is_told_how_it_is_sent(tones: Path) -> None:
    with served(Host(Config.load(tones)), ServerSettings(key="secret")) as address:
        assert web.get(f"{address}/v1/models").headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("takes", "length", "fitting"), [(256, 129, 254), (9, MAX_REQUEST, 8), (None, 3_000, 10)]
)
def test_audio_of_all_takes_is_refused_where_it_is_too_much_for_one_answer(
    tones: Path, takes: int | None, length: int, fitting: int
) -> None:
    host = Host(Config.load(tones).model_copy(update={"takes": 11}))
    body = {"text": "x" * length, "takes": takes, "audio": "all"}
    with served(host) as address, host.turn:  # refused without waiting for a turn
        found = web.post(f"{address}/v1/emotts/say", json=body)
    error = found.json()["error"]
    assert (found.status_code, error["param"]) == (400, "audio")
    assert (
        f"ask for {fitting} takes at most, a shorter text, or the chosen audio" in error["message"]
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "Hello.", "audio": "all", "takes": 16},
        {"text": "x" * MAX_REQUEST, "audio": "chosen", "takes": 256, "budget_ms": 1},
    ],
)
def test_what_is_not_too_much_is_answered(humming: str, asked: dict[str, Any]) -> None:  # noqa: F811
    assert web.post(f"{humming}/v1/emotts/say", json=asked).status_code == 200


def test_the_schema_tells_of_limits(humming: str) -> None:  # noqa: F811
    schemas = web.get(f"{humming}/openapi.json").json()["components"]["schemas"]
    assert f"at most {MAX_ALL:,}" in schemas["SayBody"]["properties"]["audio"]["description"]


@pytest.mark.parametrize("error", [EngineError("the voice is gone"), ValueError("a slip")])
@pytest.mark.parametrize("response_format", ["pcm", "flac"])
def test_an_answer_that_fails_half_way_is_none_that_is_whole(
    tones: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    response_format: str,
) -> None:
    host = Host(Config.load(tones))
    speak = host.speak

    def failing(request: Request, **options: Any) -> Iterator[Choice]:
        yield next(speak(request, **options))
        raise error

    monkeypatch.setattr(host, "speak", failing)
    with served(host) as address:
        with pytest.raises(httpx.RemoteProtocolError):
            web.post(f"{address}{SPEAK}", json=BODY | {"response_format": response_format})
        until(lambda: 'status="500"' in web.get(f"{address}/metrics").text)
    told = [
        record.getMessage() for record in caplog.records if record.name == "emotts.server.guard"
    ]
    assert len(told) == 1 and told[0].startswith("an answer broke off: ")
    assert sum(record.exc_info is not None for record in caplog.records) == isinstance(
        error, ValueError
    )
