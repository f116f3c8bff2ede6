"""What a reply says where the target was not reached."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from emotts.advice import advise
from emotts.effort import Diversity, Effort, Stopped
from emotts.emotions import Target, target
from emotts.records import Candidate, Prediction, Take, Voice
from emotts.speech import Choice, Request

VOICE = Voice("heart", "en-US")
HAPPINESS = target("happiness")


def heard(**scores: float) -> Prediction:
    return Prediction(scores, np.zeros(2, np.float32))


PLAIN = heard(neutral=0.9, happiness=0.05, disgust=0.05)
DISGUSTED = heard(neutral=0.3, happiness=0.29, disgust=0.41)


def advice(
    best: Prediction = DISGUSTED,
    plain: Prediction = PLAIN,
    *,
    wanted: Target = HAPPINESS,
    stopped: Stopped = "takes",
    planned: int = 8,
    reached: Mapping[str, float] = {},
    rejected: str | None = None,
    others: Mapping[str, Prediction] = {},
    **request: Any,
) -> tuple[str, ...]:
    asked = replace(Request("We won.", wanted, VOICE, planned, seed=0), **request)
    candidates = (
        Candidate(Take(0, 0), None, {}, predictions={"compact": plain}),
        Candidate(Take(1, 1), None, {}, predictions={"compact": best, **others}, rejected=rejected),
    )
    effort = Effort(planned, 1, stopped, Diversity(0, 0))
    heard_by = ("compact",)
    choice = Choice(
        "We won.", wanted, candidates, 1, 0.0, False, heard_by, "", effort, "hibari", VOICE
    )
    return advise(choice, asked, reached)


def test_it_says_what_is_heard_instead_and_that_more_takes_may_help() -> None:
    assert advice() == (
        "compact hears disgust (41%) rather than happiness (29%)",
        "try more takes than 8",
    )


def test_the_target_first_but_too_weakly() -> None:
    weak = heard(neutral=0.3, happiness=0.4, disgust=0.3)
    assert advice(weak)[0] == "compact hears happiness (40%), but not clearly"


def test_more_of_the_target_than_was_asked_for_is_no_reason_to_ask_for_more() -> None:
    strong = heard(neutral=0.05, happiness=0.9, disgust=0.05)
    assert advice(strong, wanted=target("happiness", 0.5)) == (
        "compact hears happiness (90%), more than was asked for",
        "try more takes than 8",
    )


def test_of_several_classifiers_the_one_that_disagrees_is_named() -> None:
    happy = heard(neutral=0.1, happiness=0.8, disgust=0.1)
    assert advice(happy, others={"functionals": DISGUSTED})[0].startswith("functionals hears disgu")


def test_a_point_is_told_in_its_dimensions() -> None:
    measured = Prediction({}, np.zeros(2, np.float32), dimensions={"arousal": 0.31, "valence": 0.5})
    found = advice(measured, wanted=target("arousal=0.9"))[0]
    assert found == "compact hears arousal (0.31) rather than arousal (0.90)"


def test_a_voice_that_hardly_reaches_an_emotion_is_told_and_another_one_advised() -> None:
    found = advice(reached={"happiness": 0.35, "anger": 0.1})
    assert "hibari's voice heart reaches happiness in 35% of sentences" in found
    assert found[-1] == "try another voice or engine"
    assert not [line for line in found if "anger" in line]
    assert len(advice(reached={"happiness": 0.9})) == 2


def test_what_to_try_depends_on_what_was_asked_for() -> None:
    assert "try an intensity above 0.5" in advice(wanted=target("happiness", 0.5))
    assert advice(planned=64)[1:] == ("try another voice or engine",)
    assert advice(stopped="budget", budget_ms=300)[1] == "try a larger budget than 300 ms"
    assert advice(stopped="engine failed")[1].startswith("try again: the engine failed")
    stiff = advice(stopped="engine can't vary", wanted=target("happiness", 0.5))
    assert stiff[1:] == ("try another engine: this one can't vary what it says",)


def test_a_text_that_speaks_for_itself_is_told() -> None:
    angry = heard(neutral=0.2, happiness=0.1, disgust=0.7)
    line = "try another text: this one sounds like disgust even when it is spoken plainly"
    assert line in advice(plain=angry)
    assert line not in advice(PLAIN, plain=angry, wanted=target("disgust:0.5,happiness:0.5"))
    assert line not in advice(plain=PLAIN)


def test_where_every_take_was_rejected_the_reason_is_told() -> None:
    found = advice(rejected="signal: 40% of it is clipped")
    assert found[0] == (
        "no take passed the checks, so the plain one speaks (signal: 40% of it is clipped)"
    )
