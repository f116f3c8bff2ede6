"""What is not safe, not there or not agreed to is refused in words."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from emotts.errors import ConfigError, EmottsError, EngineError, UnknownNameError
from emotts.testing.watching import watched
from pydantic import ValidationError

from emotts_coqui import CoquiEngine, catalogue
from emotts_coqui.loading import expect_safe_torch


class Hostile:
    """Leaves a file where it is unpickled by running what it asks for."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


@pytest.fixture
def model(checkpoint: Callable[[str], Path], tmp_path: Path) -> Path:
    """A copy of a tiny model, to spoil."""
    folder = tmp_path / "model"
    shutil.copytree(checkpoint("glow").parent, folder)
    return folder / "model.pth"


@pytest.fixture
def nothing_opened() -> Iterator[None]:
    """No socket and no process, whatever the file."""
    with watched() as opened:
        yield
    assert not opened


def engine(path: Path, **options: Any) -> CoquiEngine:
    return CoquiEngine(CoquiEngine.Options(model_path=path, **options))


def change(checkpoint: Path, **entries: Any) -> None:
    path = checkpoint.with_name("config.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


@pytest.mark.usefixtures("nothing_opened")
def test_a_checkpoint_that_would_run_code_is_not_run(model: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    torch.save({"model": Hostile(trace)}, model)
    with pytest.raises(EngineError, match="can't load it"):
        engine(model).voices()
    assert not trace.exists()


@pytest.mark.usefixtures("nothing_opened")
def test_statistics_that_would_run_code_are_not_run(model: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    stats = np.array({"mel_mean": Hostile(trace)}, dtype=object)
    np.save(model.with_name("scale_stats.npy"), stats, allow_pickle=True)
    content = json.loads(model.with_name("config.json").read_text())
    change(model, audio=content["audio"] | {"stats_path": "scale_stats.npy"})
    with pytest.raises(ConfigError, match=r"scale_stats\.npy: no statistics"):
        engine(model).voices()
    assert not trace.exists()


def test_statistics_of_numbers_are_read(model: Path) -> None:
    content = json.loads(model.with_name("config.json").read_text())
    means = {
        f"{of}_{what}": np.ones(size)
        for of, size in (("mel", 20), ("linear", 257))
        for what in ("mean", "std")
    }
    stats = np.array({**means, "audio_config": {"num_mels": 20}}, dtype=object)
    np.save(model.with_name("scale_stats.npy"), stats, allow_pickle=True)
    change(model, audio=content["audio"] | {"stats_path": "elsewhere/scale_stats.npy"})
    assert engine(model).voices()


@pytest.mark.usefixtures("nothing_opened")
@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"model": "bark", "base_model": None}, "'bark' is not supported; vits, "),
        ({"model": "..os"}, "is not supported"),
        ({"characters": {"characters_class": "subprocess.Popen"}}, "no class of TTS.tts."),
        ({"use_d_vector_file": True, "d_vector_file": "http://127.0.0.1/a.json"}, "speakers_path"),
    ],
)
def test_a_configuration_names_only_what_is_known(
    model: Path, entries: dict[str, Any], message: str
) -> None:
    change(model, **entries)
    with pytest.raises(ConfigError, match=message):
        engine(model).voices()


@pytest.mark.usefixtures("nothing_opened")
@pytest.mark.parametrize("content", ["", "[]", "{no json"])
def test_a_damaged_configuration_is_an_error(model: Path, content: str) -> None:
    model.with_name("config.json").write_text(content)
    with pytest.raises(ConfigError, match=r"config\.json"):
        engine(model).voices()


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.pth: there is no such file"):
        engine(tmp_path / "none.pth").voices()


def test_without_a_model_it_says_how_to_name_one() -> None:
    with pytest.raises(ConfigError, match="model: tts_models/en/vctk/vits"):
        CoquiEngine(CoquiEngine.Options()).voices()


def test_an_unknown_name_lists_the_catalogue() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'tts_models/en/vctk/vits'"):
        CoquiEngine(CoquiEngine.Options(model="tts_models/en/vctk/vitz")).voices()


def test_a_licence_is_accepted_by_a_variable_and_never_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TTS_HOME", str(tmp_path))
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)
    # Reading standard input fails under pytest, so that asking would be seen.
    with pytest.raises(EngineError, match="COQUI_TOS_AGREED=1"):
        catalogue.fetch("tts_models/multilingual/multi-dataset/xtts_v2")


def test_an_old_torch_is_refused() -> None:
    with pytest.raises(EngineError, match=r"2\.10"):
        expect_safe_torch("2.9.1")


@pytest.mark.parametrize(
    "options",
    [
        {"model": "a", "model_path": "b"},
        {"references": {"happiness": []}},
        {"voices": {"anna": []}},
    ],
)
def test_options_that_can_not_be_meant_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CoquiEngine.Options.model_validate(options)


def test_references_are_of_known_emotions() -> None:
    with pytest.raises(EmottsError, match="did you mean 'happiness'"):
        CoquiEngine.Options.model_validate({"references": {"hapiness": ["a.wav"]}})
