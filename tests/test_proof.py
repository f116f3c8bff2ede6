import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from emotts.emotions import Target
from emotts.listener import Listener
from emotts.options import Options
from emotts.pipeline import speak
from emotts.profiles import SENTENCES, renderings
from emotts.records import Take
from emotts.speech import Choice, Request
from emotts.tendencies import TENDENCIES
from emotts.testing import PitchClassifier, ToneEngine
from emotts.text import sentences

REASON = "the proof is not part of a source distribution"
cost = pytest.importorskip("benchmarks.cost", reason=REASON)
heard = pytest.importorskip("benchmarks.heard", reason=REASON)
intervals = pytest.importorskip("benchmarks.intervals", reason=REASON)
draws = pytest.importorskip("benchmarks.proof.draws", reason=REASON)
figures = pytest.importorskip("benchmarks.proof.figures", reason=REASON)
memory = pytest.importorskip("benchmarks.proof.memory", reason=REASON)
report = pytest.importorskip("benchmarks.proof.report", reason=REASON)
session = pytest.importorskip("benchmarks.proof.session", reason=REASON)
texts = pytest.importorskip("benchmarks.proof.texts", reason=REASON)

ROOT = Path(__file__).parents[1]
PROOF = ROOT / "benchmarks" / "proof"
TONE = ToneEngine(Options())
PITCH = PitchClassifier(Options())
TEXT = "The cat sat on the mat."
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")


def bare(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())


def reported() -> list[str]:
    lists = [texts.REPORT / "neutral.txt", *texts.REPORT.glob("*/*.txt")]
    return [line for path in lists for line in path.read_text(encoding="utf-8").splitlines()]


def test_there_are_forty_sentences_of_each_kind() -> None:
    assert len(texts.listed("neutral", "anger")) == 40
    for emotion in EMOTIONS:
        assert len(texts.listed("congruent", emotion)) == 40
        assert len(texts.listed("incongruent", emotion)) == 40
    assert len(reported()) == 40 * (1 + 2 * len(EMOTIONS))


def test_each_text_is_one_sentence_without_digits() -> None:
    for text in reported():
        assert list(sentences(text)) == [text]
        assert not re.search(r"\d", text)


def test_no_sentence_comes_twice_and_none_was_used_before() -> None:
    used = [*SENTENCES, *(ROOT / "samples" / "sentences.txt").read_text().splitlines()]
    for path in [*texts.FOLDER.glob("*.txt"), *texts.FOLDER.glob("fresh/*.txt")]:
        used += path.read_text(encoding="utf-8").splitlines()
    fresh = [bare(text) for text in reported()]
    assert len(set(fresh)) == len(fresh)
    assert not set(fresh) & {bare(text) for text in used}


@pytest.mark.parametrize("benchmark", [cost, heard])
def test_hits_and_takes_are_counted_in_sentences_that_nothing_was_tuned_with(
    benchmark: ModuleType,
) -> None:
    tuned = texts.TUNING.read_text(encoding="utf-8").splitlines()
    assert not {*benchmark.TEXTS.read_text(encoding="utf-8").splitlines()} & {*tuned}


def test_values_of_one_sentence_are_drawn_together() -> None:
    values = [0.1, 0.9, 0.4, 0.6]
    twice, of = [*values, *values], [*range(4), *range(4)]
    assert intervals.bounds(twice, of) == pytest.approx(intervals.bounds(values))
    low, high = intervals.bounds(twice)
    assert high - low < np.subtract(*intervals.bounds(values)[::-1])


def test_a_smaller_proof_is_a_part_of_a_larger_one() -> None:
    assert sorted(texts.drawn("congruent", "fear")) == sorted(texts.listed("congruent", "fear"))
    assert texts.drawn("neutral", "fear") == texts.drawn("neutral", "anger")
    assert texts.drawn("neutral", "fear")[:4] != tuple(texts.listed("neutral", "fear")[:4])


class CountingEngine(ToneEngine):
    made = 0

    def synthesize(self, text: str, *, voice: str, takes: Any) -> Any:
        for rendering in super().synthesize(text, voice=voice, takes=takes):
            self.made += 1
            yield rendering


def test_a_take_is_rendered_once_and_is_the_same() -> None:
    inner = CountingEngine(Options())
    engine = memory.RememberingEngine(inner)
    takes = [Take(0, 0), Take(1, 5, {"pitch": 3.0})]
    first, again = (list(engine.renderings(TEXT, voice="alto", takes=takes)) for _ in range(2))
    assert inner.made == 2 and first[1].audio is again[1].audio
    plain = list(TONE.renderings(TEXT, voice="alto", takes=takes))
    assert np.array_equal(first[1].audio.samples, plain[1].audio.samples)
    list(engine.renderings("Another sentence.", voice="alto", takes=takes))
    assert inner.made == 4


@dataclass
class Panel:
    listener: Listener

    def of(self, names: tuple[str, ...]) -> list[Listener]:
        return [self.listener for _ in names]


@dataclass
class Trial:
    name = "a trial"
    verifier = ("pitch",)
    jury = ("pitch",)


@pytest.fixture(scope="module")
def listener() -> Listener:
    return memory.RememberingListener(PITCH, PITCH.profile(renderings(TONE, TONE.voice())))


@pytest.fixture(scope="module")
def before_itself(listener: Listener) -> dict[str, Any]:
    """What is proven of fear where the verifier is its own jury."""
    engine = memory.RememberingEngine(TONE)
    prover = session.Session(engine, TONE.voice(), Trial(), Panel(listener), [], TENDENCIES)
    found: dict[str, Any] = prover.row("neutral", "fear", TEXT, None)
    return found


def chosen(listener: Listener, count: int) -> Choice:
    request = Request(TEXT, Target({"fear": 1.0}), TONE.voice(), count, draws.SEED, stop="never")
    (choice,) = speak(request, engine=TONE, listeners=[listener], checks=[])
    return choice


def test_best_of_n_is_what_the_product_chooses(
    before_itself: dict[str, Any], listener: Listener
) -> None:
    for count in (2, 8, 32):
        heard = chosen(listener, count).candidate.predictions[PITCH.name]
        found = before_itself["ways"][f"best of {count}"]
        assert found["own probability"] == pytest.approx(heard.scores["fear"])
        assert found["takes"] == count


def test_no_choice_beats_the_oracle_of_its_takes(before_itself: dict[str, Any]) -> None:
    ways = before_itself["ways"]
    assert ways["oracle of 32"]["odds"] >= ways["oracle of 8"]["odds"] >= ways["take 0"]["odds"]
    assert ways["oracle of 8"]["odds"] >= ways["best of 8"]["odds"] > ways["tuned"]["odds"]
    assert ways["adaptive"]["takes"] <= 8


def test_wide_takes_stay_within_the_ranges() -> None:
    for take in draws.wide(TONE):
        for name, value in take.controls.items():
            assert TONE.controls[name].low <= value <= TONE.controls[name].high


WAYS = ("take 0", "wide", "literature", "tuned", "best of 8", "best of 32", "adaptive")
ORACLES = ("literature, best of 8", "literature, oracle of 8", "oracle of 8", "oracle of 32")
CHOICES = ("best of 8", "best of 32", "adaptive", "literature, best of 8")


def row(emotion: str, text: str, random: float, best: float, **more: Any) -> dict[str, Any]:
    hit = dict.fromkeys(WAYS, random) | dict.fromkeys(ORACLES, 1.0) | {"best of 8": best}
    own = {"own hit": 1.0, "own probability": 0.9, "matched": True, "takes": 8}
    ways: dict[str, dict[str, Any]] = {
        way: {"hit": value, "odds": value, **(own if way in CHOICES else {})}
        for way, value in hit.items()
    }
    ways["best of 8"]["matched"] = more.pop("matched", True)
    plain = {"trial": "trial", "kind": "neutral", "rejected": {"takes": 8}, "harm": None}
    return {**plain, "emotion": emotion, "text": text, "ways": ways, "similarity": 0.8, **more}


def test_every_emotion_counts_alike_and_trials_are_averaged() -> None:
    rows = [row("anger", text, 0, 1) for text in "abc"]
    rows += [row("fear", "a", 0, 0), row("fear", "a", 0, 1, trial="other")]
    found = figures.summary(rows)
    assert found["hit"]["best of 8"]["mean"] == pytest.approx((1 + 0.5) / 2)


def test_a_constant_gain_has_no_interval_though_its_parts_have() -> None:
    starts = np.random.default_rng(0).uniform(0, 0.5, 30)
    rows = [row("anger", str(i), start, start + 0.5) for i, start in enumerate(starts)]
    found = figures.summary(rows)
    gain = found["gain"]["tuned"]
    assert gain["low"] == pytest.approx(0.5) == gain["high"]
    assert found["hit"]["tuned"]["high"] - found["hit"]["tuned"]["low"] > 0.05


def test_the_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=100)
    sample = figures.Sample([row("anger", str(i), 0, 1) for i in range(100)])
    found = sample.figure(values)
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * values.std() / 10, rel=0.15)


def test_what_only_some_sentences_have_is_a_figure_of_those() -> None:
    few = row("anger", "b", 0, 0)
    del few["ways"]["best of 32"], few["ways"]["oracle of 32"]
    found = figures.summary([row("anger", "a", 1, 1), few])
    assert found["hit"]["best of 32"]["mean"] == 1.0 == found["curve"]["best of 8"]["mean"]
    assert found["hit"]["best of 8"]["mean"] == 0.5


def test_matched_is_agreed_where_the_jury_hears_the_target() -> None:
    rows = [row("anger", "a", 0, 1), row("anger", "b", 0, 0)]
    rows += [row("anger", text, 0, best, matched=False) for text, best in (("c", 1), ("d", 0))]
    found = figures.summary(rows)["matched"]["best of 8"]
    assert found["coverage"]["mean"] == pytest.approx(0.5)
    assert found["agreement"]["mean"] == pytest.approx(0.5)


def test_words_are_lost_against_plain_speech() -> None:
    harm = {"words": 10, "errors": 2, "plain errors": 1, "DNSMOS loss": 0.3, "clipped": 0.0}
    rows = [row("anger", "a", 0, 1, harm=harm), row("anger", "b", 0, 1, similarity=0.6)]
    found = figures.harm(rows)
    assert found["more WER"]["mean"] == pytest.approx(0.1)
    assert found["DNSMOS"]["mean"] == pytest.approx(-0.3)
    assert found["similarity"]["lowest"] == 0.6 and found["similarity"]["close"] == 0.5


def test_the_report_has_the_figures_of_its_data() -> None:
    content = json.loads((PROOF / "report.json").read_text(encoding="utf-8"))
    assert (PROOF / "report.md").read_text(encoding="utf-8") == report.markdown(content)


def test_the_page_needs_nothing_else() -> None:
    page = (PROOF / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 500_000
    assert page.count("<svg") == 5
    assert not re.search(r"<(script|link|img|iframe)|@import|url\((?!#)", page)


def test_two_of_seven_takes_are_hacked_and_no_other() -> None:
    attacks = pytest.importorskip("benchmarks.proof.attacks", reason="needs pyworld")
    hacks = pytest.importorskip("benchmarks.proof.hacks")
    lots = [attacks.lot("clicks", TEXT, emotion) for emotion in EMOTIONS]
    assert all(len(lot) == 2 and min(lot) > 0 and max(lot) < attacks.TAKES for lot in lots)
    assert len(set(lots)) > 1
    takes = [Take(index, 0, {"pitch": float(index)}) for index in range(4)]
    plain = [made.audio for made in TONE.renderings(TEXT, voice="alto", takes=takes)]
    engine = attacks.HackingEngine(TONE, hacks.softer, frozenset({2}), plain[0])
    made = [made.audio for made in engine.renderings(TEXT, voice="alto", takes=takes)]
    quieter = [a.peak / b.peak for a, b in zip(made, plain, strict=True)]
    assert quieter == pytest.approx([1, 1, 10 ** (-12 / 20), 1])


@pytest.mark.parametrize(
    ("said", "heard", "count"), [("a b c", "a b c", 0), ("a b c", "a x c d", 2), ("a b", "", 2)]
)
def test_word_errors(said: str, heard: str, count: int) -> None:
    harm = pytest.importorskip("benchmarks.proof.harm", reason="needs the plugins")
    assert harm.edits(said.split(), heard.split()) == count
