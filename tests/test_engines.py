"""Every engine that is installed speaks the same sentences through the same host.

Engines of plugins are tested where their distributions are installed, as `make test` does.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotts import Choice, Config, EmottsError, Host
from emotts.config import EngineConfig
from emotts.plugins import load

SENTENCES = (
    "The ferry leaves at seven.",
    "Nobody told me that the shop was closed!",
    "Did you see the light in the window?",
    "We moved the table, two chairs and a lamp.",
    "Mr. Smith paid $5 for 3 apples.",
    "Come in.",
    "It has been raining since Tuesday; the river is high.",
    "My sister, who lives abroad, writes every week.",
    "That is not what I asked for.",
    "“Wait here,” she said, “until I come back.”",
)
EMOTIONS = ("anger", "happiness", "sadness", "fear", "surprise")
TAKES = 4
INSTALLED = load()


def tiny_coqui(folder: Path) -> Mapping[str, Any]:
    """Options for a model of Coqui's with random weights."""
    models = pytest.importorskip(
        "tiny_coqui",
        reason="the tests of emotts-coqui are not on the path, as `make test` has them",
    )
    return {"model_path": str(models.vits(folder)), "device": "cpu"}


def no_options(_folder: Path) -> Mapping[str, Any]:
    return {}


ENGINES: Mapping[str, Callable[[Path], Mapping[str, Any]]] = {
    "hibari": no_options,
    "espeak": no_options,
    "piper": no_options,
    "coqui": tiny_coqui,
    "prosody(espeak)": no_options,
    "prosody(piper)": no_options,
}
# Noise of a model that learned nothing is no speech: floors would leave nothing to choose from.
UNCHECKED = ("coqui",)
# Those that take a minute or more, most of it to calibrate the classifier on the voice.
HEAVY = ("piper", "coqui", "prosody(piper)")


def host(name: str, folder: Path) -> Host:
    """A host with that engine; skips where it, or a voice for it, is not installed."""
    part = EngineConfig(name=name)
    provided = {*INSTALLED.engines, *INSTALLED.wrappers}
    for missing in {part.name, *([part.inner.name] if part.inner else [])} - provided:
        pytest.skip(f"{missing} is not installed: pip install emotts-{missing}")
    part = part.model_copy(update={"options": dict(ENGINES[name](folder))})
    checks = () if name in UNCHECKED else Config().checks
    made = Host(Config(engine=part, takes=TAKES, checks=checks), plugins=INSTALLED)
    try:
        made.engine.voices()
    except EmottsError as error:
        pytest.skip(str(error))
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.heavy if name in HEAVY else ()) for name in ENGINES],
)
def test_it_speaks_ten_sentences_and_the_best_take_is_chosen(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    speaking = host(name, tmp_path)
    choices = [
        next(speaking.stream(text, EMOTIONS[index % len(EMOTIONS)], stop="never"))
        for index, text in enumerate(SENTENCES)
    ]
    assert [choice.engine for choice in choices] == [name] * len(SENTENCES)
    for choice in choices:
        assert choice.audio.duration_s > 0.2
        assert chosen_is_best(choice)
        assert len({c.audio.samples.tobytes() for c in choice.candidates if c.audio}) == TAKES
    # There is something to choose: take 0 does not win everywhere.
    assert any(choice.chosen for choice in choices)


def chosen_is_best(choice: Choice) -> bool:
    """Whether nothing that was scored beats the chosen take; take 0, where nothing was."""
    scores = {c.take.index: c.score for c in choice.candidates if c.score is not None}
    if not scores:
        return choice.chosen == 0
    return bool(np.isclose(scores[choice.chosen], max(scores.values())))


def test_they_are_listed_without_loading_any() -> None:
    for name, kind in INSTALLED.engines.items():
        assert kind.name == name
        assert kind.license
