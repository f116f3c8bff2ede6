"""Any `config.json`: a description within the limits, or an error that names the file."""

import json
import tempfile
from pathlib import Path

import pytest
from emotts.errors import ClassifierError
from hypothesis import given, settings
from hypothesis import strategies as st

from emotts_wav2vec2.config import CODE_KEYS, HARMLESS, ModelConfig, read_config
from emotts_wav2vec2.files import HUB_ID
from emotts_wav2vec2.schema import Architecture, Head

KEYS = (*Architecture.model_fields, *Head.model_fields, *HARMLESS)
LABELS = {"0": "angry", "1": "happy"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
valid = {"model_type": "wav2vec2", "id2label": LABELS}


def described(content: str) -> ModelConfig:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        return read_config(path, None)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=5), st.booleans())
def test_any_keys_describe_a_model_or_are_refused(content: dict[str, object], base: bool) -> None:
    try:
        found = described(json.dumps((valid if base else {}) | content))
    except ClassifierError as error:
        assert "config.json: " in str(error)
        return
    assert 1 <= found.architecture.hidden_size <= 16_384
    assert found.architecture.num_hidden_layers <= 128
    assert found.shortest > 0
    assert len(set(found.labels)) == len(found.labels)
    assert found.labels or found.dimensions


@settings(deadline=None)
@given(st.sampled_from(sorted(CODE_KEYS)) | st.text(max_size=9).map("_".__add__), json_values)
def test_a_key_that_may_choose_code_is_refused_whatever_it_says(key: str, value: object) -> None:
    if key not in HARMLESS:
        with pytest.raises(ClassifierError, match="would choose code to run"):
            described(json.dumps(valid | {key: value}))


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_characters="_"), min_size=1), json_values))
def test_keys_that_nobody_knows_change_nothing(others: dict[str, object]) -> None:
    others = {key: value for key, value in others.items() if key not in (*KEYS, *CODE_KEYS)}
    assert described(json.dumps(others | valid)) == described(json.dumps(valid))


@settings(deadline=None)
@given(st.text() | st.just("[" * 10_000) | json_values.map(json.dumps))
def test_any_text_is_a_description_or_refused(content: str) -> None:
    with pytest.raises(ClassifierError, match=r"config\.json: "):
        described(content)


@settings(deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[./a-z]{1,12}/[./a-z]{1,12}", fullmatch=True))
def test_what_names_a_repository_is_no_path(name: str) -> None:
    if HUB_ID.fullmatch(name):
        assert name.count("/") == 1 and not name.startswith((".", "/", "-"))
