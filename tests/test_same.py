"""Same seed, same bytes: whatever came before, whoever is quicker, in which process."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emotts import Config, Host
from emotts.cli import cli
from emotts.config import CacheConfig, ClassifierConfig, EngineConfig, PartConfig
from emotts.digest import digest
from emotts.jsonform import choice_form
from emotts.ledger import audio_hash

REQUESTS = range(24)
WORDS = ("the", "cat", "sat", "dog", "ran", "far", "away", "it", "rained", "all", "day", "long")
HEARD = ("anger", "fear", "happiness", "sadness")

pytestmark = pytest.mark.slow

PARTS = """
import random, time
import numpy as np
from emotts import Audio
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier, ToneEngine

def dawdle(options):
    time.sleep(random.uniform(0, options.dawdles_s))

class Options(ToneEngine.Options):
    dawdles_s: float = 0.0

class Breath(ToneEngine):
    name = "breath"
    uses_seed = True
    Options = Options
    def synthesize(self, text, *, voice, takes):
        for made, take in zip(super().synthesize(text, voice=voice, takes=takes), takes):
            dawdle(self.options)
            noise = np.random.default_rng(take.seed).normal(0, 1e-3, made.audio.samples.size)
            audio = Audio(made.audio.samples + noise.astype(np.float32), made.audio.rate)
            yield type(made)(audio, made.effective)

class Ear(PitchClassifier):
    name = "ear"
    Options = Options
    def classify(self, batch, *, profile=None):
        dawdle(self.options)
        return super().classify(batch, profile=profile)

@hookimpl
def emotts_engines():
    return [Breath]

@hookimpl
def emotts_classifiers():
    return [Ear]
"""


@pytest.fixture
def config(install: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    install("parts", PARTS)
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    return Config(
        engine=EngineConfig(name="breath"),
        classifiers=(ClassifierConfig(name="ear"),),
        checks=(PartConfig(name="signal"),),
    )


def asked(number: int) -> dict[str, Any]:
    """A request; the number decides all of it."""
    draw = random.Random(number)
    texts = [" ".join(draw.choices(WORDS, k=4)).capitalize() + "." for _ in range(2)]
    first, second = draw.sample(HEARD, 2)
    return {
        "text": " ".join(texts[: draw.choice((1, 2))]),
        "emotion": draw.choice((first, {first: 0.7, second: 0.3})),
        "intensity": draw.choice((1.0, 0.6)),
        "takes": draw.randrange(2, 9),
        "seed": draw.randrange(2**63),
        "stop": draw.choice(("adaptive", "never")),
    }


def outcome(host: Host, number: int) -> str:
    """A hash of all that comes out of a request."""
    return digest(
        [
            [
                json.loads(json.dumps({**choice_form(choice), "cached": False}), parse_int=float),
                [audio_hash(c.audio) for c in choice.candidates if c.audio is not None],
                [heard.embedding for c in choice.candidates for heard in c.predictions.values()],
            ]
            for choice in host.say(**asked(number)).choices
        ]
    )


def outcomes(host: Host) -> dict[int, str]:
    """Of all requests, in another order each time."""
    with host:
        return {number: outcome(host, number) for number in random.sample(REQUESTS, len(REQUESTS))}


def test_the_order_of_requests_and_of_parts_that_finish_does_not_matter(config: Config) -> None:
    expected = outcomes(Host(config))
    assert len(set(expected.values())) == len(REQUESTS)
    assert outcomes(Host(config)) == expected
    late = {"options": {"dawdles_s": 0.01}}
    dawdling = Config(
        engine=EngineConfig(name="breath", **late),
        classifiers=(ClassifierConfig(name="ear", **late),),
        checks=config.checks,
    )
    assert outcomes(Host(dawdling)) == expected


def test_processes_of_their_own_and_the_cache_do_not_matter(config: Config, tmp_path: Path) -> None:
    expected = outcomes(Host(config))
    apart = Config(
        engine=EngineConfig(name="breath", isolate=True),
        classifiers=(ClassifierConfig(name="ear", isolate=True),),
        checks=(PartConfig(name="signal", isolate=True),),
    )
    assert outcomes(Host(apart)) == expected
    keeping = config.model_copy(update={"cache": CacheConfig(path=str(tmp_path / "speech"))})
    assert outcomes(Host(keeping)) == expected
    assert outcomes(Host(keeping)) == expected


def test_a_restart_does_not_matter(config: Config, tmp_path: Path) -> None:
    expected = outcomes(Host(config))
    (tmp_path / "config.json").write_text(config.model_dump_json())
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_same import *\n"
        "print(json.dumps(outcomes(Host(Config.load(sys.argv[2])))))"
    )
    for seed in ("1", "2"):  # of Python's own hashes
        done = subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent), str(tmp_path / "config.json")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert {int(number): found for number, found in json.loads(done.stdout).items()} == expected


def test_the_ledger_is_replayed_after_a_restart(config: Config, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    written = Config.model_validate(
        {**config.model_dump(), "ledger": {"path": str(ledger), "text": True}}
    )
    (tmp_path / "config.json").write_text(config.model_dump_json())
    with Host(written) as host:
        for number in REQUESTS:
            host.say(**asked(number))
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    for number, line in enumerate(lines, 1):
        arguments = ["replay", str(ledger), "--line", str(number), "--json"]
        arguments += ["--config", str(tmp_path / "config.json")]
        if number == 1:  # a process of its own costs a second
            command = [sys.executable, "-m", "emotts", *arguments]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        else:
            told = CliRunner().invoke(cli, arguments).stdout
        assert json.loads(told)["audio_sha256"] == line["audio_sha256"]
