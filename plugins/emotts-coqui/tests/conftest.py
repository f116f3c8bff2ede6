from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_coqui
from emotts.builtin.hibari import HibariEngine
from emotts.records import Take

from emotts_coqui import CoquiEngine


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The checkpoint of a tiny model by the name of what builds it, built once."""
    made: dict[str, Path] = {}

    def find(kind: str) -> Path:
        if kind not in made:
            made[kind] = getattr(tiny_coqui, kind)(tmp_path_factory.mktemp(kind))
        return made[kind]

    return find


@pytest.fixture
def make(checkpoint: Callable[[str], Path]) -> tiny_coqui.Make:
    """An engine of a tiny model, with options."""

    def engine(kind: str, **options: Any) -> CoquiEngine:
        made = CoquiEngine.Options(model_path=checkpoint(kind), device="cpu", **options)
        return CoquiEngine(made)

    return engine


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sentences that hibari speaks, calm and excited."""
    folder = tmp_path_factory.mktemp("recordings")
    engine = HibariEngine(HibariEngine.Options())
    takes = [Take(0, 0), Take(1, 1, {"pitch": 6, "pitch_range": 2, "rate": 1.2})]
    text = "The train leaves at noon, and nobody told me that it would."
    made = engine.synthesize(text, voice=engine.voice().name, takes=takes)
    return [
        rendering.audio.resample(tiny_coqui.RATE).write(folder / f"{index}.wav")
        for index, rendering in enumerate(made)
    ]
