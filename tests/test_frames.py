"""Frames cross unchanged, and what is no frame is refused before it costs anything."""

import json
import pickle
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE_S

from emotts.isolation import frames
from emotts.isolation.frames import Frame, FrameError

Pair = tuple[socket.socket, socket.socket]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def crossing(sent: bytes, *, max_samples: int = 100) -> Frame:
    """What arrives of these bytes when the connection is closed after them."""
    one, other = socket.socketpair()
    with other:
        with one:
            one.sendall(sent)
        return frames.receive(other, max_samples=max_samples, until=time.monotonic() + PATIENCE_S)


def framed(header: bytes) -> bytes:
    return frames.PREFIX.pack(len(header)) + header


@given(
    kind=st.text(max_size=20),
    body=json_values,
    arrays=st.lists(
        st.lists(st.floats(width=32, allow_nan=True), max_size=20).map(
            lambda values: np.asarray(values, np.float32)
        ),
        max_size=4,
    ),
)
@settings(max_examples=100, deadline=None)
def test_frames_cross_unchanged(kind: str, body: object, arrays: list[np.ndarray]) -> None:
    one, other = socket.socketpair()
    with one, other:
        frames.send(one, Frame(kind, body, arrays))
        found = frames.receive(other, max_samples=80)
    assert (found.kind, found.body) == (kind, body)
    assert [array.tobytes() for array in found.arrays] == [array.tobytes() for array in arrays]


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((FrameError, EOFError)):
        crossing(data)


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"\xff\xff\xff\xff", "a header of 4294967295 bytes; at most"),
        (framed(pickle.dumps({"kind": "end", "body": None, "arrays": []})), "can't be read"),
        (framed(b"[1, 2]"), "can't be read"),
        (framed(b'{"kind": "end", "body": NaN, "arrays": []}'), "NaN is no JSON"),
        (framed(b"[" * 100_000), "can't be read"),
        (framed(b'{"kind": "end", "body": 1, "arrays": [], "more": 1}'), "another form"),
        (framed(b'{"kind": 3, "body": 1, "arrays": []}'), "another form"),
        (framed(b'{"kind": "end", "body": 1, "arrays": [-1]}'), "another form"),
        (framed(b'{"kind": "end", "body": 1, "arrays": [true]}'), "another form"),
        (framed(b'{"kind": "end", "body": 1, "arrays": [99999999999999]}'), "at most 100"),
        (framed(b'{"kind": "end", "body": 1, "arrays": [60, 60]}'), "120 samples; at most 100"),
    ],
)
def test_what_is_no_frame_is_named(sent: bytes, problem: str) -> None:
    with pytest.raises(FrameError, match=problem):
        crossing(sent)


def test_a_connection_that_ends_in_a_frame_is_noticed() -> None:
    header = json.dumps({"kind": "item", "body": None, "arrays": [10]}).encode()
    with pytest.raises(EOFError):
        crossing(framed(header) + b"\0" * 12)


def test_a_peer_that_trickles_does_not_extend_the_deadline(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    now, trickled = 0.0, 0

    def clock() -> float:  # which only what comes moves on
        nonlocal now, trickled
        now, trickled = now + 0.03, trickled + 1
        one.sendall(b"{")
        return now

    one.sendall(frames.PREFIX.pack(1000))
    monkeypatch.setattr("emotts.isolation.frames.time", SimpleNamespace(monotonic=clock))
    with pytest.raises(TimeoutError):
        frames.receive(other, max_samples=1, until=0.1)
    assert 2 < trickled < 10


def test_a_peer_that_does_not_read_does_not_block_for_ever(pair: Pair) -> None:
    with pytest.raises(TimeoutError):
        frames.send(
            pair[0],
            Frame("item", None, [np.zeros(2**22, np.float32)]),
            until=time.monotonic() + 0.1,
        )


def test_what_is_no_json_is_not_sent(pair: Pair) -> None:
    for body in (float("nan"), {1, 2}, b"bytes"):
        with pytest.raises(FrameError, match="can't be sent as JSON"):
            frames.send(pair[0], Frame("item", body))
    with pytest.raises(FrameError, match="at most 1048576"):
        frames.send(pair[0], Frame("item", "x" * 2**20))
