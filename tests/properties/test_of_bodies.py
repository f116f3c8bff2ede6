"""Any body of a request to the server: what it asks for is possible, or it is refused."""

import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import json_values, texts
from pydantic import BaseModel, ValidationError

from emotts.audio import Audio
from emotts.emotions import EMOTIONS, target
from emotts.errors import AudioError, EmottsError
from emotts.server.bodies import SayBody, SpeechBody, Wanted, clip
from emotts.server.failures import Failure, failure_of, form

MODELS: tuple[type[Wanted], ...] = (SpeechBody, SayBody)
values = {
    "model": st.sampled_from(("emotts", "tts-1", "gpt-5")),
    "input": texts,
    "text": texts,
    "voice": st.sampled_from(("alloy", "heart", "../x", ""))
    | st.builds(lambda v: {"id": v}, st.text()),
    "emotion": st.sampled_from((*EMOTIONS, "x", None)) | st.dictionaries(st.text(), st.floats()),
    "intensity": st.floats() | st.just("0.5"),
    "takes": st.integers(),
    "budget_ms": st.floats(),
    "seed": st.integers(),
    "speed": st.floats(),
    "like": st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()),
    "instructions": texts,
    "response_format": st.sampled_from(("mp3", "wav", "exe")),
    "stream_format": st.sampled_from(("sse", "audio", "x")),
    "audio": st.sampled_from(("none", "all", "x")),
    "contours": st.booleans() | st.just("yes"),
    "stream": st.booleans(),
    "markup": st.booleans(),
    "extra": json_values,
}


@given(st.sampled_from(MODELS), st.data())
def test_a_body_asks_for_what_is_possible_or_is_refused(
    model: type[Wanted], data: st.DataObject
) -> None:
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    optional = st.sets(st.sampled_from(sorted(values)), max_size=4)
    chosen = data.draw(st.just(required) | st.just(set())) | data.draw(optional)
    body = {name: data.draw(values[name] | json_values) for name in sorted(chosen)}
    try:
        found = model.model_validate(body)
    except ValidationError as error:
        assert error.error_count() > 0
        return
    assert set(body) <= set(model.model_fields)
    try:
        options = found.options(body.get("voice") if isinstance(body.get("voice"), str) else None)
        if isinstance(found, SpeechBody):
            found.target()
        if found.emotion is not None:
            target(found.emotion, options["intensity"])
    except (EmottsError, Failure) as error:
        assert 400 <= failure_of(error).status < 500
        return
    assert 0 <= options["intensity"] <= 1
    assert 0.25 <= options.get("settings", {}).get("rate", 1) <= 4
    assert 1 <= options.get("takes", 1) <= 256
    assert not math.isnan(options.get("budget_ms", 1.0))


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_recording_is_audio_or_the_clients_fault(encoded: str) -> None:
    try:
        assert isinstance(clip(encoded), Audio)
    except (Failure, AudioError) as error:
        assert failure_of(error).status == 400


@given(st.text(st.characters(exclude_categories=())), st.sampled_from((EmottsError, ValueError)))
def test_any_error_has_a_body_in_the_shape_of_openai(words: str, kind: type[Exception]) -> None:
    body = form(kind(words))
    assert set(json.loads(json.dumps(body))["error"]) == {"message", "type", "param", "code"}
    if kind is ValueError:  # what nobody expected is not shown
        assert body["error"]["message"] == "an error inside the server; its log says more"


@given(st.sampled_from(MODELS), st.text(max_size=30) | st.just("[" * 10_000))
def test_any_json_is_a_body_or_refused(model: type[BaseModel], document: str) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(document)
