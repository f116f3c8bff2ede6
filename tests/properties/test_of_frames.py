"""Any message between processes: what it was on the other side, or refused."""

import socket
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import json_values, names, predictions, profiles, takes, vectors
from pydantic import BaseModel, ValidationError

from emotts import errors
from emotts.audio import Audio
from emotts.errors import AudioError, EmottsError, SilentTextError, UnknownNameError
from emotts.isolation import frames, messages, requests
from emotts.isolation.frames import Frame, FrameError
from emotts.records import Rendering

MODELS: tuple[type[BaseModel], ...] = tuple(
    model
    for module in (messages, requests)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, messages.Message)
)
plain = json_values.filter(lambda value: "nan" not in repr(value) and "inf" not in repr(value))


def crossed(sent: bytes, *, max_samples: int = 100) -> Frame:
    """What arrives of these bytes when the connection is closed after them."""
    one, other = socket.socketpair()
    with other:
        with one:
            one.sendall(sent)
        return frames.receive(other, max_samples=max_samples, until=time.monotonic() + 300)


@given(names, json_values, st.lists(vectors, max_size=4))
def test_a_frame_crosses_unchanged_or_is_not_sent(
    kind: str, body: object, arrays: list[np.ndarray]
) -> None:
    one, other = socket.socketpair()
    with one, other:
        try:
            frames.send(one, Frame(kind, body, arrays))
        except FrameError as error:
            assert "can't be sent as JSON" in str(error)
            return
        found = frames.receive(other, max_samples=100)
    assert (found.kind, found.body) == (kind, body)
    assert [a.tobytes() for a in found.arrays] == [a.tobytes() for a in arrays]


@given(
    st.binary(max_size=300) | st.binary(max_size=100).map(lambda b: frames.PREFIX.pack(len(b)) + b)
)
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((FrameError, EOFError)):
        crossed(data)


@given(plain, st.lists(vectors, max_size=3), st.data())
def test_a_spoilt_frame_is_another_frame_or_refused(
    body: object, arrays: list[np.ndarray], data: st.DataObject
) -> None:
    one, other = socket.socketpair()
    with one, other:
        frames.send(one, Frame("item", body, arrays))
        sent = bytearray(other.recv(2**20))
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = crossed(bytes(sent))
    except (FrameError, EOFError):
        return
    assert sum(array.size for array in found.arrays) <= 100


def there_and_back(message: messages.Message) -> messages.Message:
    """A message as it comes out of its JSON."""
    return type(message).model_validate(message.form())


@given(takes, takes)
def test_takes_cross(one: object, other: object) -> None:
    arrays: list[np.ndarray] = []
    sent = [messages.PackedTake.pack(take, arrays) for take in (one, other)]
    for take, packed in zip((one, other), sent, strict=True):
        found = there_and_back(packed).unpack(arrays)
        assert (found.index, found.seed, found.controls) == (take.index, take.seed, take.controls)
        assert found.conditioning.kinds == take.conditioning.kinds
        np.testing.assert_array_equal(found.conditioning.embedding, take.conditioning.embedding)


@given(predictions, profiles)
def test_what_was_heard_crosses(prediction: object, profile: object) -> None:
    for record, kind in (
        (prediction, messages.PackedPrediction),
        (profile, messages.PackedProfile),
    ):
        arrays: list[np.ndarray] = []
        found = there_and_back(kind.pack(record, arrays)).unpack(arrays)
        for name, value in vars(record).items():
            np.testing.assert_equal(vars(found)[name], value)


@given(
    vectors,
    st.integers(-10, 500_000),
    st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False)),
)
def test_a_rendering_crosses_or_is_no_audio(
    samples: np.ndarray, rate: int, effective: dict[str, float]
) -> None:
    made = object.__new__(Audio)
    vars(made).update(samples=samples, rate=rate)
    arrays: list[np.ndarray] = []
    packed = messages.PackedRendering.pack(Rendering(made, effective), arrays)
    try:
        found = there_and_back(packed).unpack(arrays)
    except AudioError:
        assert not 1_000 <= rate <= 384_000
        return
    np.testing.assert_array_equal(found.audio.samples, samples)
    assert (found.audio.rate, found.effective) == (rate, effective)


@given(st.sampled_from(MODELS), st.data())
def test_any_body_is_a_message_or_refused(model: type[BaseModel], data: st.DataObject) -> None:
    fields = st.dictionaries(st.sampled_from((*model.model_fields, "x")), json_values)
    body = data.draw(fields | json_values)
    try:
        found = model.model_validate(body)
    except ValidationError:
        return
    assert set(body) <= set(model.model_fields)
    assert model.model_validate(found.model_dump()) == found


CHILDREN = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, EmottsError)]


@given(st.sampled_from([*CHILDREN, OSError, RuntimeError]), st.text(), st.lists(names))
def test_errors_cross_as_what_they_are(kind: type[Exception], words: str, valid: list[str]) -> None:
    if kind is UnknownNameError:
        error: Exception = UnknownNameError("engine", words, valid)
    else:
        error = kind() if kind is SilentTextError else kind(words)
    found = there_and_back(requests.Failure.of(error)).meant
    if kind in CHILDREN:
        assert type(found) is kind and str(found) == str(error)
    else:
        assert found is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_error_of_any_type_is_harmless(kind: str, words: str) -> None:
    found = requests.Failure(type=kind, message=words).meant
    assert found is None or isinstance(found, EmottsError)
