from pathlib import Path

import pytest

from emotts.config import Config
from emotts.errors import ConfigError
from emotts.host import Host

CONFIGS = sorted((Path(__file__).parent.parent / "configs").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_preset_loads(path: Path) -> None:
    assert Config.load(path).takes >= 1


def test_the_presets_differ() -> None:
    loaded = [Config.load(path) for path in CONFIGS]
    assert len(loaded) >= 3
    assert all(a != b for i, a in enumerate(loaded) for b in loaded[:i])


def test_the_default_preset_writes_the_defaults_out() -> None:
    path = next(path for path in CONFIGS if path.stem == "default")
    assert Config.load(path) == Config(voice="heart")
    assert set(Config.model_fields) == Config.load(path).model_fields_set


@pytest.mark.parametrize("name", ["default", "quick", "thorough"])
def test_the_built_in_presets_make_hosts(name: str) -> None:
    path = next(path for path in CONFIGS if path.stem == name)
    assert Host.from_config(path).engine.name == "hibari"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("motor: hibari", "unknown key 'motor'; valid: engine, fallback, voice"),
        ("engine: {name: hibari, speed: 2}", "unknown key 'engine.speed'; valid: name, options"),
        (
            "classifiers: [{name: compact, finalist: 3}]",
            "unknown key 'classifiers.0.finalist'; valid: name, options, isolate, python, deadline",
        ),
        ("takes: 0", "takes: Input should be greater than or equal to 1"),
        ("takes: many", "takes: Input should be a valid integer"),
        ("classifiers: []", "classifiers: must not be empty"),
        ("checks: signal", "checks: must be a list, such as [one, another]"),
        ("classifiers: [{name: a, finalists: 2}]", "classifiers: the first classifier hears every"),
        ("engine: {name: hibari, memory_mb: 900}", "memory_mb: only with isolate: true"),
        (
            "checks: [{name: a, isolate: true, deadline_s: 0}]",
            "deadline_s: Input should be",
        ),
        ("fallback: [hibari]", "fallback: an engine is named twice"),
        ("fallback: [{name: tone, speed: 2}]", "unknown key 'fallback.0.speed'; valid: name"),
        ("classifiers: [a, a]", "classifiers: a classifier is named twice"),
        ("engine: 3", "engine"),
        ("- a list", "must be a mapping of keys; valid: engine"),
        ("a: [", "can't be read as YAML"),
        ("", "must be a mapping"),
    ],
)
def test_a_wrong_config_names_the_key_and_the_file(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError) as error:
        Config.load(path)
    assert message in str(error.value)
    assert "wrong.yaml" in str(error.value)


def test_a_missing_config_is_named() -> None:
    with pytest.raises(ConfigError, match=r"missing\.yaml"):
        Config.load("missing.yaml")
