"""Wrappers: found, named and built around other engines."""

from pathlib import Path

import numpy as np
import pytest
from conftest import Install

from emotts import Config, Host, Take
from emotts.config import EngineConfig
from emotts.errors import ConfigError, UnknownNameError
from emotts.testing import check_engine

TEXT = "The cat sat on the mat."

# Adds one control: the difference to the sample before, which is a brighter sound.
EDGE = """
import numpy as np
from dataclasses import replace
from pydantic import Field
from emotts import Audio, EngineWrapper, hookimpl
from emotts.controls import STANDARD, resolve
from emotts.options import Options

OWN = {"brightness": STANDARD["brightness"].within(0, 3)}

class EdgeOptions(Options):
    most: float = Field(1.0, gt=0)

class Edge(EngineWrapper):
    name = "edge"
    Options = EdgeOptions

    def __init__(self, options, inner):
        super().__init__(options, inner)
        self.controls = {**OWN, **inner.controls}

    def synthesize(self, text, *, voice, takes):
        for take, made in zip(takes, self.inner.renderings(text, voice=voice, takes=takes)):
            values = resolve(OWN, take.controls)
            samples = made.audio.samples
            if weight := self.options.most * values["brightness"] / 3:
                samples = samples - np.float32(weight) * np.roll(samples, 1)
            audio = Audio(samples, made.audio.rate)
            yield replace(made, audio=audio, effective={**values, **made.effective})

@hookimpl
def emotts_engine_wrappers():
    return [Edge]
"""


@pytest.fixture
def config(tones: Path, install: Install) -> Config:
    install("edge", EDGE)
    return Config.load(tones)


def around(config: Config, engine: object) -> Host:
    return Host(config.model_copy(update={"engine": EngineConfig.model_validate(engine)}))


def test_a_wrapper_is_an_engine_that_keeps_its_promises(config: Config) -> None:
    engine = around(config, "edge(tone)").engine
    assert engine.name == "edge(tone)"
    assert set(engine.controls) == {"rate", "pitch", "energy", "brightness"}
    check_engine(engine)


def test_it_speaks_through_the_host(config: Config) -> None:
    speech = around(config, "edge(tone)").say(TEXT, "anger", voice="bass")
    assert speech.engine == "edge(tone)"
    assert "brightness" in speech.choices[0].candidates[1].effective


def test_wrappers_nest_and_have_options_of_their_own(config: Config) -> None:
    inner = {"name": "edge", "options": {"most": 0.5}, "inner": "tone"}
    engine = around(config, {"name": "edge", "options": {"most": 2}, "inner": inner}).engine
    assert engine.name == "edge(edge(tone))"
    assert (engine.options.most, engine.inner.options.most) == (2, 0.5)
    short = around(config, {"name": "edge(edge(tone))", "options": {"most": 2}}).engine
    assert (short.options.most, short.inner.options.most) == (2, 1)


def test_its_own_change_is_heard(config: Config) -> None:
    takes = [Take(0, 0), Take(1, 0, {"brightness": 3.0})]
    plain, bright = around(config, "edge(tone)").engine.renderings(TEXT, voice="alto", takes=takes)
    alone = next(around(config, "tone").engine.renderings(TEXT, voice="alto", takes=takes))
    assert np.array_equal(plain.audio.samples, alone.audio.samples)
    assert not np.array_equal(plain.audio.samples, bright.audio.samples)


@pytest.mark.parametrize(
    ("engine", "error", "message"),
    [
        ("edge", ConfigError, r"edge adds to another engine.*edge\(hibari\)"),
        ("egde(tone)", UnknownNameError, "wrapper of engines 'egde' .did you mean 'edge'"),
        ("edge(tnoe)", UnknownNameError, "engine 'tnoe' .did you mean 'tone'"),
        ("tone(tone)", UnknownNameError, "wrapper of engines 'tone'; valid: edge"),
        ("edge(tone", UnknownNameError, "engine 'edge.tone'"),
        ({"name": "edge", "options": {"least": 1}, "inner": "tone"}, ConfigError, "valid: most"),
    ],
)
def test_what_can_not_be_built_is_named(
    config: Config, engine: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        around(config, engine)


def test_an_engine_inside_is_given_once(tmp_path: Path) -> None:
    file = tmp_path / "twice.yaml"
    file.write_text("engine: {name: edge(tone), inner: tone}\n")
    with pytest.raises(ConfigError, match="engine inside is given twice"):
        Config.load(file)
