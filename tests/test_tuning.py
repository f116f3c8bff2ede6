from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scarce import files_of_at_most

from emotts.builtin.hibari import HibariEngine
from emotts.builtin.signal import SignalCheck
from emotts.engine import Engine
from emotts.errors import ConfigError, EngineError, EngineGoneError
from emotts.listener import Listener
from emotts.options import Options
from emotts.profiles import renderings
from emotts.records import Measurement
from emotts.tendencies import TENDENCIES, Tendency
from emotts.testing import PitchClassifier, ToneEngine
from emotts.tunedfile import Tuned
from emotts.tuning import surface
from emotts.tuning.booth import Booth
from emotts.tuning.contest import CHOOSE, contest
from emotts.tuning.curve import HIT, LITERATURE, OWN, SCORE, TUNED, Curve
from emotts.tuning.job import Job
from emotts.tuning.journal import Journal
from emotts.tuning.learner import Learner, Step, settled, with_harm
from emotts.tuning.plan import Plan
from emotts.tuning.texts import SENTENCES, divided

TONE = ToneEngine(Options())
TEXTS = ["The cat sat on the mat.", "She left at nine."]


class Slow(SignalCheck):
    """Rejects takes that are faster than take 0."""

    name = "slow"

    def measure(self, batch, *, baseline, text, voice):
        found = [clip.duration_s / baseline.duration_s for clip in batch]
        return [[Measurement("slow", d, 1.0, d >= 0.999, "too fast")] for d in found]


class Moody(ToneEngine):
    """Can't speak some takes."""

    def synthesize(self, text, *, voice, takes):
        for take in takes:
            if take.controls.get("rate", 1.0) > 1.05:
                raise EngineError("too fast for me")
            yield from super().synthesize(text, voice=voice, takes=[take])


class Contrary(PitchClassifier):
    """Hears in a voice what another does not."""

    name = "contrary"

    def classify(self, batch, *, profile=None):
        heard = super().classify(batch, profile=profile)
        return [
            replace(p, scores=dict(zip(p.scores, [*p.scores.values()][::-1], strict=True)))
            for p in heard
        ]


def booth(engine: Engine = TONE, checks=()) -> Booth:
    classifier = PitchClassifier(Options())
    voice = engine.voice()
    profile = classifier.profile(renderings(TONE, voice))
    return Booth(engine, voice, [Listener(classifier, profile)], checks)


def learned(where: Booth, generations: int, takes: int = 6):
    learner = Learner(where.engine.controls, ("fear", "sadness"))
    steps = list(
        learner.learn(
            lambda step, drawn: where.liked(TEXTS[step.sentence], drawn, learner.space),
            sentences=len(TEXTS),
            takes=takes,
            generations=generations,
        )
    )
    assert steps == [Step(number, number % 2) for number in range(generations)]
    return learner.found


@pytest.mark.slow
def test_tuning_makes_takes_that_are_liked_more_common() -> None:
    start, end = learned(booth(), 0), learned(booth(), 4)
    for emotion, direction in (("fear", 1), ("sadness", -1)):
        assert direction * (end[emotion]["pitch"].mean - start[emotion]["pitch"].mean) > 0.5
        assert "energy" not in end[emotion]
    assert end == learned(booth(), 4)


@pytest.mark.slow
def test_tuning_keeps_away_from_what_checks_reject() -> None:
    free = learned(booth(), 4, takes=12)
    held = learned(booth(checks=[Slow(SignalCheck.Options())]), 4, takes=12)
    assert held["fear"]["rate"].mean < free["fear"]["rate"].mean - 0.05


def test_takes_that_an_engine_fails_on_are_rejected_and_the_others_heard() -> None:
    where = booth(Moody(Options()))
    learner = Learner(TONE.controls, ("fear",))
    names = list(learner.space.controls)
    drawn = np.zeros((3, len(names)))
    drawn[1, names.index("rate")] = 0.3
    liked = where.liked(TEXTS[0], {"fear": drawn}, learner.space)
    assert np.isnan(liked["fear"][:, 0]).tolist() == [False, True, False]


def test_an_engine_that_is_gone_tells_nothing_about_takes() -> None:
    class Mortal(ToneEngine):
        def synthesize(self, text, *, voice, takes):
            yield from super().synthesize(text, voice=voice, takes=takes[:1])
            raise EngineGoneError("it was ended by SIGKILL")

    where = booth(Mortal(Options()))
    learner = Learner(TONE.controls, ("fear",))
    drawn = np.zeros((3, len(learner.space.controls)))
    with pytest.raises(EngineGoneError, match="SIGKILL"):
        where.liked(TEXTS[0], {"fear": drawn}, learner.space)


def test_other_centroids_make_another_job() -> None:
    def digest(*embedding: float) -> str:
        centroids = {"fear": np.array(embedding, np.float32)} if embedding else None
        where = Booth(TONE, TONE.voice(), [], centroids=centroids)
        return Plan(where, divided(SENTENCES, "emotts"), ("fear",)).digest

    assert len({digest(), digest(1, 2), digest(2, 1)}) == 3
    assert digest(1, 2) == digest(1, 2)


def test_other_priors_make_another_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was heard was heard of takes that were drawn from them."""
    plan = Plan(Booth(TONE, TONE.voice(), []), divided(SENTENCES, "emotts"), ("fear",))
    before = plan.digest
    assert plan.digest == before
    fear = {**TENDENCIES["fear"], "pitch": Tendency(2.0, 1.0)}
    monkeypatch.setitem(TENDENCIES, "fear", fear)
    assert plan.digest != before


def test_what_is_rejected_is_liked_less_than_the_worst() -> None:
    liked = np.array([[1.0, 4.0], [np.nan, np.nan], [3.0, 2.0]])
    assert with_harm(liked)[1].tolist() == [0.0, 1.0]  # a deviation below the worst
    assert with_harm(liked)[[0, 2]].tolist() == liked[[0, 2]].tolist()
    assert not with_harm(liked[[1, 1]]).any()


def test_what_was_merely_explored_is_not_kept() -> None:
    found = Learner(HibariEngine.controls, ("fear",)).found
    assert set(found["fear"]) == set(HibariEngine.controls) - {"energy"}
    assert set(settled(found)["fear"]) == set(TENDENCIES["fear"])


def test_the_best_of_the_first_n_takes_is_what_a_search_for_n_takes_finds() -> None:
    where, counts = booth(), (1, 2, 4, 8)
    found = contest(where, [], TEXTS[0], "fear", TENDENCIES, counts)
    for index, count in enumerate(counts):
        alone = contest(where, [], TEXTS[0], "fear", TENDENCIES, (count,))
        assert alone[0] == found[index]
    scores = [heard[CHOOSE][1] for heard in found]
    assert scores == sorted(scores) and scores[-1] > scores[0]


def test_a_judge_hears_the_winner_and_has_no_part_in_the_choice() -> None:
    judge = Listener(Contrary(Options()), None)
    found = contest(booth(), [judge], TEXTS[0], "fear", TENDENCIES, (1, 8))
    assert [heard[CHOOSE] for heard in found] == [
        heard[CHOOSE] for heard in contest(booth(), [], TEXTS[0], "fear", TENDENCIES, (1, 8))
    ]
    assert found[-1][CHOOSE] != found[-1]["contrary"]


def curve(literature: list[float], tuned: list[float]) -> Curve:
    """Of two emotions and four sentences, of which so many of the eight are hits."""
    counts = (1, 2, 4, 8)[: len(tuned)]

    def cells(rates: list[float]):
        hits = [np.arange(8) < round(8 * rate) for rate in rates]
        table = np.array(hits, float).reshape(len(rates), 2, 4)
        return np.stack([table, table - 0.5])

    return Curve(("anger", "fear"), counts, {LITERATURE: cells(literature), TUNED: cells(tuned)})


@pytest.mark.parametrize(
    ("literature", "tuned", "untuned", "words"),
    [
        ([0, 0.25, 0.5, 0.625], [0, 0.25, 0.5, 0.75], 4, "4 tuned takes do what 4 untuned"),
        ([0, 0.25, 0.25, 0.625], [0, 0.5, 0.75, 1.0], 8, "do what 8 or more untuned takes did"),
        ([0, 0.25, 0.5, 0.625], [0, 0.25, 0.375, 0.5], 2, "do what 2 untuned takes did"),
        ([0.5, 0.5, 0.5, 0.5], [0.5, 0.25, 0.25, 0.25], 0, "do not do what the neutral take"),
        ([0, 0.25], [0, 0.5], 2, "2 tuned takes do what 2 or more untuned"),
        ([0, 0, 0, 0], [0, 0, 0, 0], 8, "none of 4 tuned takes is heard so"),
    ],
)
def test_the_curve_says_how_many_untuned_takes_few_tuned_ones_are_worth(
    literature: list[float], tuned: list[float], untuned: int, words: str
) -> None:
    found = curve(literature, tuned)
    assert found.equal.untuned == untuned
    assert words in str(found.equal)
    assert [point.mean for point in found.points(TUNED, HIT)] == tuned
    assert [point.mean for point in found.points(LITERATURE, SCORE)] == [
        rate - 0.5 for rate in literature
    ]


def test_intervals_are_over_sentences() -> None:
    found = curve([0, 0.5], [0.5, 0.625])
    even, uneven = found.points(TUNED, HIT)
    assert even.low == even.mean == even.high  # the one emotion in every sentence
    assert uneven.low < uneven.mean < uneven.high
    gain = found.gain(HIT, 1, 1)
    assert gain.low == gain.mean == gain.high == 0.5
    assert found.by_emotion(TUNED, 1) == {"anger": 1.0, "fear": 0.0}


def test_a_journal_remembers_and_heals(tmp_path) -> None:
    made: list[str] = []

    def value(name: str) -> list[float]:
        made.append(name)
        return [0.1, len(name)]

    file = tmp_path / "deep" / "a.jsonl"
    first = Journal(file)
    assert first.recall("one", lambda: value("one")) == [0.1, 3]
    first.recall("two", lambda: value("two"))
    file.write_bytes(file.read_bytes()[:-4])  # as a kill leaves it
    again = Journal(file)
    assert "one" in again and "two" not in again
    assert again.recall("one", lambda: value("one")) == [0.1, 3]
    again.recall("two", lambda: value("two"))
    assert made == ["one", "two", "two"]
    assert "two" in Journal(file)
    with file.open("a") as lines:
        lines.write("[[1], 2]\n")  # whole, but none of its own
    assert len(Journal(file)) == 2
    again.forget()
    assert not file.exists() and "one" not in again


def test_a_journal_for_which_there_is_no_room_is_an_error(tmp_path) -> None:
    journal = Journal(tmp_path / "a.jsonl")
    with files_of_at_most(100), pytest.raises(ConfigError, match="progress can't be kept"):
        journal.recall("long", lambda: [0.1] * 100)
    assert "long" not in journal and not len(Journal(tmp_path / "a.jsonl"))


def test_a_journal_that_cannot_be_kept_is_an_error(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="progress can't be kept"):
        Journal(tmp_path / "file" / "a.jsonl")


def test_no_sentence_is_both_learned_from_and_measured_with() -> None:
    texts = divided((*SENTENCES, *SENTENCES[:5]), "twice")
    assert not set(texts.learned) & set(texts.held_out)
    assert sorted((*texts.learned, *texts.held_out)) == sorted(SENTENCES)
    assert len(texts.held_out) == len(SENTENCES) // 3


def test_strain_is_the_squared_share_of_the_range() -> None:
    space = surface.Space(
        {name: HibariEngine.controls[name] for name in ("rate", "emphasis", "jitter")}
    )
    positions = np.array([space.low, 0 * space.low, space.high, space.high / 2])
    # jitter has no low end, and a faster rate costs more than a slower one.
    above = 2 + surface.COSTLY["rate"]
    assert space.strain(positions) == pytest.approx([2, 0, above, above / 4])


def test_a_surface_finds_what_is_liked_and_leaves_the_rest_where_it_was() -> None:
    rng = np.random.default_rng(0)
    space = surface.Space({name: HibariEngine.controls[name] for name in ("pitch", "dynamics")})
    diary = surface.Diary()
    for sentence in range(12):
        positions = surface.Cloud(0 * space.span, 0.2 * space.span).draw(8, space, rng)
        liked = -np.abs(positions[:, :1] / space.span[0] - 0.25) + rng.normal(0, 0.05, (8, 2))
        diary.write(sentence, positions, liked + sentence)
    prior = surface.Cloud(np.array([0.0, 0.1]), 0.12 * space.span)
    found = diary.surface(space).updated(prior, space)
    assert found.mean[0] / space.span[0] == pytest.approx(0.25, abs=0.1)
    assert found.mean[1] == pytest.approx(0.1, abs=0.1)
    assert (found.spread < prior.spread).all()
    assert space.strain(found.mean[None])[0] <= surface.BUDGET


FEW = divided(SENTENCES[:9], "few")
SHORT = 1e-9  # minutes: as few sentences as can be


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "tone-alto.json"


def job_of(file: Path, *emotions: str, judge: PitchClassifier | None = None, **more) -> Job:
    """A job that was run."""
    judges = [] if judge is None else [Listener(judge, None)]
    of = {"counts": (1, 4), "takes": 3, **more}
    job = Job(Plan(booth(), FEW, emotions, judges, **of), file)
    list(job.run())
    return job


def by_hand(file: Path, pitch: float) -> Tuned:
    """A user's own priors, of fear and sadness alike."""
    priors = {"pitch": Tendency(pitch, 0.1)}
    both = {"fear": priors, "sadness": priors}
    reached = {"fear": 0.5, "sadness": 0.25}
    Tuned.of(both, TONE, TONE.voice(), made="by hand", reached=reached).save(file)
    return Tuned.load(file)


@pytest.mark.slow
def test_a_shorter_run_leaves_what_the_same_job_has_finished(file: Path) -> None:
    assert job_of(file, "fear").written
    finished = file.read_bytes()
    # One that gains, one that is not measured, and one that loses.
    for how in ({}, {"counts": ()}, {"judge": Contrary(Options())}):
        again = job_of(file, "fear", minutes=SHORT, **how)
        assert file.read_bytes() == finished
        assert again.surpassed and not again.written and not again.complete


@pytest.mark.slow
def test_the_same_job_writes_the_same_again(file: Path) -> None:
    job_of(file, "fear", minutes=SHORT)
    short = file.read_bytes()
    job_of(file, "fear")
    finished = file.read_bytes()
    assert finished != short
    assert job_of(file, "fear").written and file.read_bytes() == finished


def test_emotions_that_are_not_tuned_again_stay(file: Path) -> None:
    before = by_hand(file, 1.0)
    again = job_of(file, "fear", counts=())
    found = Tuned.load(file)
    assert again.written and found == again.tuned and found.before == before
    assert found.emotions["sadness"] == before.emotions["sadness"]
    assert found.emotions["fear"] != before.emotions["fear"]
    assert found.reached == {"sadness": 0.25}
    job_of(file, "fear", counts=())
    assert Tuned.load(file) == found


def test_emotions_of_another_version_of_the_engine_do_not_stay(file: Path) -> None:
    by_hand(file, 1.0).model_copy(update={"fingerprint": "tone 0"}).save(file)
    job_of(file, "fear", counts=())
    assert set(Tuned.load(file).emotions) == {"fear"}


def test_own_priors_are_replaced_where_something_gains_against_them(file: Path) -> None:
    before = by_hand(file, 12.0)  # good for fear, not for sadness
    job = job_of(file, "fear", "sadness")
    assert job.curves["chooses"].priors == (LITERATURE, OWN, TUNED)
    assert set(job.left_out) == {"fear"} and job.written
    found = Tuned.load(file)
    assert found.emotions["fear"] == before.emotions["fear"]
    assert found.emotions["sadness"] != before.emotions["sadness"]


@pytest.mark.slow
def test_own_priors_come_back_where_the_same_job_loses_after_all(file: Path) -> None:
    before = by_hand(file, -12.0)
    assert job_of(file, "fear").written
    replaced = file.read_bytes()
    assert job_of(file, "fear").written and file.read_bytes() == replaced
    assert not job_of(file, "fear", judge=Contrary(Options())).written
    assert Tuned.load(file) == before
