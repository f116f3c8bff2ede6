"""Any configuration of a model: names that are known and files that are here, or an error."""

import json
import tempfile
from pathlib import Path

from emotts.errors import ConfigError
from hypothesis import given, settings
from hypothesis import strategies as st

from emotts_coqui.card import CHARACTERS, FILES, MODELS, read, read_vocoder

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(
    (*FILES, "model", "base_model", "model_args", "audio", "characters", "use_d_vector_file")
)
parts = st.dictionaries(keys, json_values | st.just("x" * 5_000) | st.just("a\0b"), max_size=4)
contents = st.fixed_dictionaries(
    {"model": st.sampled_from(MODELS)},
    optional={"model_args": parts | json_values, "audio": parts, "characters": parts | json_values},
)


@settings(deadline=None)
@given(contents | parts, parts)
def test_any_configuration_names_what_is_known_or_is_refused(
    content: dict[str, object], more: dict[str, object]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_text(json.dumps(more | content))
        for reader in (read, read_vocoder):
            try:
                card = reader(path)
            except ConfigError as error:
                assert "config.json: " in str(error)
                continue
            for key in FILES:
                found = card.content.get(key)
                for name in found if isinstance(found, list) else [found] if found else []:
                    assert Path(name).is_file()
            characters = card.content.get("characters")
            if isinstance(characters, dict) and (name := characters.get("characters_class")):
                assert str(name).startswith(CHARACTERS) or reader is read_vocoder


@settings(deadline=None)
@given(st.text() | json_values.map(json.dumps) | st.just("[" * 10_000))
def test_any_text_is_a_configuration_or_refused(content: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        try:
            read(path)
        except ConfigError as error:
            assert "config.json: " in str(error)
