"""Names of Coqui's catalogue, for models that are in its folder already."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from emotts.records import Take

from emotts_coqui import CoquiEngine, catalogue


@pytest.fixture
def home(
    checkpoint: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Coqui's folder, with tiny models under the names of real ones."""
    monkeypatch.setenv("TTS_HOME", str(tmp_path))
    for kind, name in (
        ("glow", "tts_models--en--ljspeech--glow-tts"),
        ("vocoder", "vocoder_models--en--ljspeech--multiband-melgan"),
        ("glow", "tts_models--it--mai_female--glow-tts"),
    ):
        source = checkpoint(kind)
        folder = tmp_path / "tts" / name
        folder.mkdir(parents=True)
        shutil.copy(source, folder / "model_file.pth")
        shutil.copy(source.with_name("config.json"), folder)
    return tmp_path


def test_a_name_stands_for_a_model_and_its_vocoder(home: Path) -> None:
    name = "tts_models/en/ljspeech/glow-tts"
    checkpoint, config, vocoder = catalogue.fetch(name)
    assert checkpoint.parent == config.parent == home / "tts" / name.replace("/", "--")
    assert vocoder == "vocoder_models/en/ljspeech/multiband-melgan"


def test_the_catalogue_chooses_the_vocoder(home: Path) -> None:
    spoken = []
    for name in ("tts_models/en/ljspeech/glow-tts", "tts_models/it/mai_female/glow-tts"):
        engine = CoquiEngine(CoquiEngine.Options(model=name, device="cpu"))
        (made,) = engine.renderings("Hello.", voice=engine.voice().name, takes=[Take(0, 0)])
        spoken.append(made.audio.samples)
    # The second one has none: Griffin-Lim makes its sound.
    assert not np.array_equal(*spoken)


def test_models_that_are_not_supported_are_not_listed() -> None:
    names = catalogue.names("tts_models")
    assert "tts_models/multilingual/multi-dataset/xtts_v2" in names
    assert "tts_models/multilingual/multi-dataset/bark" not in names
