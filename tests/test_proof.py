import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotts.emotions import Target
from emotts.listener import Listener
from emotts.options import Options
from emotts.pipeline import speak
from emotts.profiles import renderings
from emotts.records import Choice, Request
from emotts.testing import PitchClassifier, ToneEngine

REASON = "the proof is not part of a source distribution"
figures = pytest.importorskip("benchmarks.proof.figures", reason=REASON)
hearing = pytest.importorskip("benchmarks.proof.hearing", reason=REASON)
report = pytest.importorskip("benchmarks.proof.report", reason=REASON)
session = pytest.importorskip("benchmarks.proof.session", reason=REASON)

PROOF = Path(__file__).parents[1] / "benchmarks" / "proof"
TONE = ToneEngine(Options())
PITCH = PitchClassifier(Options())


@pytest.fixture(scope="module")
def listener() -> Listener:
    return Listener(PITCH, PITCH.profile(renderings(TONE, TONE.voice())))


def chosen(listener: Listener, emotion: str, count: int) -> Choice:
    request = Request("The cat sat on the mat.", Target({emotion: 1.0}), TONE.voice(), count, 1)
    (choice,) = speak(request, engine=TONE, listeners=[listener], checks=[])
    return choice


def sixteen(listener: Listener, emotion: str) -> Any:
    candidates = chosen(listener, emotion, 16).candidates
    return hearing.takes(candidates, Target({emotion: 1.0}), [listener])


@pytest.mark.parametrize("emotion", ["anger", "fear", "sadness"])
def test_best_of_n_is_what_the_pipeline_chooses(listener: Listener, emotion: str) -> None:
    heard = hearing.takes(
        chosen(listener, emotion, 16).candidates, Target({emotion: 1.0}), [listener]
    )
    for count in (1, 4, 8, 16):
        assert heard.best(count) == chosen(listener, emotion, count).chosen


def test_the_oracle_is_at_least_as_good_to_the_jury_as_any_choice(listener: Listener) -> None:
    heard = hearing.takes(
        chosen(listener, "fear", 16).candidates, Target({"fear": 1.0}), [listener]
    )
    found = {
        way: np.mean(takes_.jury.odds[index])
        for way, (takes_, index) in hearing.ways(heard, heard).items()
    }
    assert found["oracle of 8"] >= max(found["best of 8"], found["best of 4"], found["take 0"])
    assert found["best of 8"] > found["tuned"]


def test_wide_takes_stay_within_the_ranges() -> None:
    for take in session.wide(TONE):
        for name, value in take.controls.items():
            assert TONE.controls[name].low <= value <= TONE.controls[name].high


WAYS = ("take 0", "wide", "literature", "tuned", "best of 4", "best of 8", "best of 16")
ORACLES = ("literature, best of 8", "literature, oracle of 8", "oracle of 8")


def row(emotion: str, text: str, random: float, best: float, matched: bool = True) -> Any:
    hit = dict.fromkeys(WAYS, random) | dict.fromkeys(ORACLES, 1.0) | {"best of 8": best}
    return figures.Row("trial", "neutral", emotion, text, hit, hit, hit, matched)


def test_every_emotion_counts_alike_and_trials_are_averaged() -> None:
    rows = [row("anger", "a", 0, 1), row("anger", "b", 0, 1), row("anger", "c", 0, 1)]
    rows += [row("fear", "a", 0, 0), replace(row("fear", "a", 0, 1), trial="other")]
    found = figures.summary(rows)
    assert found["hit"]["best of 8"]["mean"] == pytest.approx((1 + 0.5) / 2)


def test_a_constant_gain_has_no_interval_though_its_parts_have() -> None:
    rng = np.random.default_rng(0)
    starts = rng.uniform(0, 0.5, 30)
    found = figures.summary(
        [row("anger", str(i), start, start + 0.5) for i, start in enumerate(starts)]
    )
    gain = found["gain"]["best of 8 over tuned"]
    assert gain["low"] == pytest.approx(0.5) == gain["high"]
    assert found["hit"]["tuned"]["high"] - found["hit"]["tuned"]["low"] > 0.05


def test_the_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=100)
    sample = figures.Sample([row("anger", str(i), 0, 1) for i in range(100)])
    found = sample.figure(values)
    standard_error = values.std() / 10
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * standard_error, rel=0.15)


def test_matched_is_agreed_where_the_jury_hears_the_target() -> None:
    rows = [row("anger", "a", 0, 1), row("anger", "b", 0, 0), row("anger", "c", 0, 1, False)]
    found = figures.summary([*rows, row("anger", "d", 0, 0, False)])["matched"]
    assert found["coverage"]["mean"] == pytest.approx(0.5)
    assert found["agreement"]["mean"] == pytest.approx(0.5)


def test_the_report_has_the_figures_of_its_data() -> None:
    content = json.loads((PROOF / "report.json").read_text(encoding="utf-8"))
    assert (PROOF / "report.md").read_text(encoding="utf-8") == report.render(content)
