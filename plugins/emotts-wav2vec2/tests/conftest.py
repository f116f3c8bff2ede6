from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints import Checkpoint, tiny
from emotts.audio import Audio
from emotts.builtin.hibari import HibariEngine
from emotts.records import Take

from emotts_wav2vec2 import Wav2Vec2Classifier

Hear = Callable[..., Wav2Vec2Classifier]


@pytest.fixture(scope="session")
def speech() -> Audio:
    """A sentence that hibari speaks, at 16 kHz."""
    engine = HibariEngine(HibariEngine.Options())
    text = "The train leaves at noon, and nobody told me."
    (made,) = engine.synthesize(text, voice=engine.voice().name, takes=[Take(0, 0)])
    return made.audio.resample(16_000)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    """The soxan layout over wav2vec2, as harshit345's model has it."""
    return tiny(tmp_path / "model")


@pytest.fixture
def load(tmp_path: Path) -> Hear:
    """Make a classifier of a checkpoint, with options."""

    def load(checkpoint: Checkpoint, **options: Any) -> Wav2Vec2Classifier:
        options = {"cache": tmp_path / "cache", "device": "cpu", **options}
        made = Wav2Vec2Classifier.Options(model=str(checkpoint.folder), **options)
        return Wav2Vec2Classifier(made)

    return load
