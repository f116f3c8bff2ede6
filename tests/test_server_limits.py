"""What a server gives nobody: files, other origins, a hint of the key, or more than its share."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from patience import PATIENCE_S, web
from test_server import humming, served  # noqa: F401  (a fixture)

from emotts import Config, Host
from emotts.server.app import MAX_BODY, ServerSettings

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
