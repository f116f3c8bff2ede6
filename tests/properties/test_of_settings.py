"""Any configuration, option or document: read as it was meant, or refused in words."""

import json
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import json_values, names, numbers, texts, words

from emotts.builtin.hibari import HibariOptions
from emotts.cli.options import setting
from emotts.config import Config, parse
from emotts.documents import from_json, from_yaml
from emotts.errors import ConfigError, EmottsError

parts = st.one_of(
    names,
    st.fixed_dictionaries({"name": names}, optional={"options": st.dictionaries(names, numbers)}),
    st.fixed_dictionaries(
        {"name": names, "isolate": st.just(True)},
        optional={
            "deadline_s": st.floats(0.01, 1e3),
            "memory_mb": st.integers(64, 10_000),
            "python": words,
        },
    ),
    st.builds("{}({})".format, names, names),
)
configs = st.fixed_dictionaries(
    {},
    optional={
        "engine": parts,
        "voice": st.none() | names,
        "takes": st.integers(1, 256),
        "seed": st.integers(0, 2**63 - 1),
        "stop": st.sampled_from(("adaptive", "never")),
        "budget_ms": st.none() | st.floats(0.1, 1e6),
        "ledger": words.map(lambda path: {"path": path}) | words,
        "checks": st.lists(names, max_size=3, unique=True),
        "classifiers": st.lists(names, min_size=1, max_size=3, unique=True),
    },
)
keys = (*Config.model_fields, "name", "options", "isolate", "deadline_s", "inner", "path", "text")
documents = st.one_of(
    texts,
    st.dictionaries(st.sampled_from(keys), json_values, max_size=4).map(yaml.safe_dump),
    st.lists(
        st.sampled_from(
            ["engine: ", "takes: ", "{", "}", "[", "]", "a: ", "\n", "  ", "- ", "? ", "!!int ",
             "!!bool ", "!!timestamp ", "!!binary ", "!!set ", "!!python/name:os.system ", "&a ",
             "*a", "<<: ", "|\n", "2001-99-99", "9" * 5000, ".nan", "0x", "'", '"\\ud800"',
             "%YAML 9\n", "---\n", "[" * 500]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@given(configs)
def test_a_configuration_says_itself_and_loads_again(content: dict[str, object]) -> None:
    config = written(yaml.safe_dump(content))
    assert written(yaml.safe_dump(json.loads(config.model_dump_json()))) == config
    for key, value in content.items():
        if isinstance(value, int | float):
            assert getattr(config, key) == value


def written(document: str) -> Config:
    """The configuration of a file."""
    with tempfile.NamedTemporaryFile("wb", suffix=".yaml") as file:
        file.write(document.encode("utf-8", "surrogatepass"))
        file.flush()
        return Config.load(file.name)


@given(documents)
def test_any_file_is_a_configuration_or_an_error_that_names_it(document: str) -> None:
    try:
        config = written(document)
    except ConfigError as error:
        assert ".yaml: " in str(error)
    else:
        assert Config.model_validate(config.model_dump()) == config


@given(st.one_of(documents, st.tuples(names, st.just("="), documents).map("".join)))
def test_any_setting_is_a_pair_or_an_error(option: str) -> None:
    try:
        key, _ = setting(option)
    except EmottsError as error:
        assert "KEY=VALUE" in str(error)
    else:
        assert option.startswith(f"{key}=")


@given(names, json_values.filter(lambda value: json.dumps(value) == json.dumps(value)))
def test_a_setting_has_the_value_that_was_written(key: str, value: object) -> None:
    found, read = setting(f"{key}={yaml.safe_dump(value, sort_keys=False)}")
    assert found == key
    assert json.dumps(read) == json.dumps(value)


@given(st.dictionaries(st.sampled_from((*HibariOptions.model_fields, "x")), json_values))
def test_options_are_checked(options: dict[str, object]) -> None:
    try:
        found = parse(HibariOptions, options, "options of hibari")
    except ConfigError as error:
        assert str(error).startswith("options of hibari: ")
    else:
        assert HibariOptions.model_validate(found.model_dump()) == found


@given(st.one_of(documents, st.binary(max_size=40), st.just("[" * 100_000)))
def test_a_document_has_values_or_is_refused_in_one_way(document: str | bytes) -> None:
    try:
        from_json(document)
    except ValueError as error:
        assert str(error)
    if isinstance(document, str):
        try:
            from_yaml(document)
        except ValueError as error:
            assert str(error)


@given(json_values.filter(lambda value: value == value))
def test_documents_keep_their_values(value: object) -> None:
    assert json.dumps(from_json(json.dumps(value))) == json.dumps(value)
    assert json.dumps(from_yaml(yaml.safe_dump(value, sort_keys=False))) == json.dumps(value)


def test_a_document_that_nests_too_deep_is_refused() -> None:
    for read in (from_json, from_yaml):
        with pytest.raises(ValueError, match="nests too deep"):
            read("[" * 100_000 if read is from_json else "[" * 3000)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: can't be read"):
        Config.load(tmp_path / "nowhere.yaml")
