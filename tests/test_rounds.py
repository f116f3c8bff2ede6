import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from emotts.audio import Audio
from emotts.check import Check
from emotts.controls import Control
from emotts.emotions import target
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.options import Options
from emotts.pipeline import speak
from emotts.records import Measurement, Rendering, Take, Voice
from emotts.speech import Choice, Request
from emotts.testing import PitchClassifier, ToneEngine

ENGINE = ToneEngine(Options())
VOICE = ENGINE.voice()
TEXT = "The cat sat on the mat."


def choice(
    takes: int = 8,
    *,
    engine: Engine = ENGINE,
    classifiers: Sequence[type[PitchClassifier]] = (PitchClassifier,),
    finalists: Mapping[str, int] = MappingProxyType({}),
    checks: Sequence[Check] = (),
    emotion: str = "anger",
    **limits: Any,
) -> Choice:
    request = replace(Request(TEXT, target(emotion), VOICE, takes, seed=3), **limits)
    neutral = next(ENGINE.renderings(TEXT, voice=VOICE.name, takes=[Take(0, 0)])).audio
    made = [kind(Options()) for kind in classifiers]
    heard = [
        Listener(classifier, classifier.profile([neutral]), finalists.get(classifier.name))
        for classifier in made
    ]
    (chosen,) = speak(request, engine=engine, listeners=heard, checks=checks)
    return chosen


def audio(made: Choice) -> list[bytes]:
    return [c.audio.samples.tobytes() for c in made.candidates if c.audio]


class Noting(ToneEngine):
    """Notes which takes it has begun, and how often it was closed."""

    def __init__(self) -> None:
        super().__init__(Options())
        self.begun: list[int] = []
        self.closed = 0

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        try:
            for take in takes:
                self.begun.append(take.index)
                yield from super().synthesize(text, voice=voice, takes=[take])
        finally:
            self.closed += 1


class Fussy(Check):
    """Rejects the first three clips that it hears."""

    name = "fussy"
    costly = True
    heard = 0

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        self.heard += len(batch)
        return [[Measurement("fussy", 1.0, 0.0, self.heard > 3, "no")] for _ in batch]


class Patient(PitchClassifier):
    """Likes to hear several clips at once."""

    batch = 3


class Stiff(ToneEngine):
    """Has no controls."""

    controls: Mapping[str, Control] = {}

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take in takes:
            bare = replace(take, controls=self.hidden(take))
            (made,) = ENGINE.synthesize(text, voice=voice, takes=[bare])
            yield replace(made, effective={})

    def hidden(self, take: Take) -> Mapping[str, float]:
        return {}


class Seeded(Stiff):
    """Hums at a height that only the seed decides."""

    uses_seed = True

    def hidden(self, take: Take) -> Mapping[str, float]:
        return {"pitch": take.seed % 1000 / 125 - 4 if take.index else 0.0}


def test_the_rounds_grow_and_add_up_to_the_takes() -> None:
    assert [choice(count).effort.rounds for count in (1, 4, 5, 8, 9, 16, 32)] == [
        *(1, 1, 2, 2, 3, 3, 5)
    ]


def test_of_fewer_takes_one_has_the_first_of_more() -> None:
    many = audio(choice(20))
    for count in (1, 3, 6, 8, 11):
        assert audio(choice(count)) == many[:count]


def test_takes_of_later_rounds_score_better_than_draws_from_the_prior() -> None:
    made = choice(32)
    scores = [c.score for c in made.candidates if c.score is not None]
    assert sum(scores[16:]) / 16 > sum(scores[1:4]) / 3


def test_it_stops_as_soon_as_a_take_reaches_the_target() -> None:
    every, enough = choice(32), choice(32, stop="adaptive")
    assert (every.effort.stopped, len(every.candidates)) == ("takes", 32)
    assert enough.effort.stopped == "certain" and enough.matched
    assert len(enough.candidates) < 32 == enough.effort.planned
    assert audio(enough) == audio(every)[: len(enough.candidates)]


def test_how_many_takes_are_heard_at_once_decides_nothing() -> None:
    def made(kind: type[PitchClassifier]) -> Choice:
        return choice(stop="adaptive", classifiers=[kind], checks=[Fussy(Options())])

    one, many = made(PitchClassifier), made(Patient)
    assert audio(many) == audio(one) and many.effort == one.effort
    assert one.effort.stopped == "certain"


def test_it_goes_on_where_a_costly_check_rejects_what_reached_the_target() -> None:
    easy = choice(32, stop="adaptive")
    check = Fussy(Options())
    made = choice(32, stop="adaptive", checks=[check])
    assert len(made.candidates) > len(easy.candidates)
    assert made.matched and made.candidate.rejected is None and check.heard == 4


def test_no_take_is_begun_beyond_the_first_look_where_one_is_certain_then() -> None:
    engine = Noting()
    made = choice(64, engine=engine, stop="adaptive")
    assert (made.effort.stopped, len(made.candidates), engine.begun) == ("certain", 2, [0, 1])


def test_a_stop_cancels_the_takes_that_are_not_needed() -> None:
    engine = Noting()
    made = choice(64, engine=engine, stop="adaptive", checks=[Fussy(Options())])
    assert made.effort.stopped == "certain" and len(made.candidates) > 2
    assert not [thread for thread in threading.enumerate() if thread.name == "emotts-ahead"]
    # What waited to be heard, and what was just being made; none of the rest.
    assert len(engine.begun) <= len(made.candidates) + 4
    # The first look has its takes made on their own.
    assert engine.closed == made.effort.rounds + 1


def test_after_the_budget_no_take_is_begun_and_the_best_so_far_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Noting()
    # A clock that only the engine moves: 20 ms a take, whatever else the machine does.
    monkeypatch.setattr("emotts.recorder.monotonic", lambda: 0.02 * len(engine.begun))
    made = choice(64, engine=engine, budget_ms=110)
    assert made.effort.stopped == "budget"
    assert len(made.candidates) == len(engine.begun) == 6
    assert made.chosen > 0
    assert audio(made) == audio(choice(64))[: len(made.candidates)]


def test_take_0_speaks_however_small_the_budget() -> None:
    made = choice(8, engine=Noting(), budget_ms=1e-6)
    assert (made.effort.stopped, len(made.candidates), made.chosen) == ("budget", 1, 0)


def test_a_budget_that_is_not_spent_changes_nothing() -> None:
    plain, bounded = choice(), choice(budget_ms=60_000)
    assert audio(plain) == audio(bounded)
    assert (plain.effort, plain.chosen) == (bounded.effort, bounded.chosen)


def test_an_engine_that_cannot_vary_is_asked_once_and_the_reply_says_so() -> None:
    made = choice(engine=Stiff(Options()))
    assert (made.effort.stopped, len(made.candidates)) == ("engine can't vary", 1)
    assert made.effort.diversity.controls == made.effort.diversity.embeddings == 0


@pytest.mark.parametrize("stop", ["adaptive", "never"])
def test_an_engine_that_has_only_seeds_goes_the_same_way(stop: str) -> None:
    made = choice(16, engine=Seeded(Options()), emotion="fear", stop=stop)
    assert made.matched
    assert made.effort.stopped == ("takes" if stop == "never" else "certain")
    assert made.effort.diversity.controls == 0 < made.effort.diversity.embeddings


class Second(PitchClassifier):
    name = "second"


class Third(PitchClassifier):
    name = "third"


def test_every_classifier_without_finalists_hears_every_take() -> None:
    made = choice(classifiers=[PitchClassifier, Second])
    assert all(set(c.predictions) == {"pitch", "second"} for c in made.candidates)
    # Two that hear alike order the takes as one does.
    assert made.chosen == choice().chosen


def test_a_large_classifier_hears_what_all_others_liked_best() -> None:
    three = choice(classifiers=[PitchClassifier, Third, Second], finalists={"third": 3})
    heard = {c.take.index for c in three.candidates if "third" in c.predictions}
    two = choice(classifiers=[PitchClassifier, Second])
    liked = sorted(two.candidates, key=lambda c: (-(c.score or 0.0), c.take.index))
    assert heard == {c.take.index for c in liked[:3]}
    assert three.chosen in heard
    assert all("second" in c.predictions for c in three.candidates)


def test_how_much_the_takes_differ_is_told() -> None:
    found = choice(32).effort.diversity
    # Two draws from one normal distribution are the square root of 2 of its spreads apart.
    assert 0.5 < found.controls < 1.5
    assert found.embeddings > 0
