import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotts.closeness import log_odds
from emotts.emotions import Target, target
from emotts.records import Candidate, Prediction, Profile, Take, Voice
from emotts.scoring import combine, matched, ranking, relative, score, scored
from emotts.speech import Request

HAPPY = Target({"happiness": 1.0})


def heard(**scores: float) -> Prediction:
    return Prediction(scores, np.zeros(2, np.float32))


def test_log_odds_are_finite_and_symmetric() -> None:
    assert log_odds(0.5) == 0
    assert log_odds(0.9) == pytest.approx(-log_odds(0.1))
    assert math.isfinite(log_odds(0)) and log_odds(1) == pytest.approx(-log_odds(0))


def test_take_0_scores_only_its_neutrality() -> None:
    take_0 = heard(happiness=0.3, neutral=0.6, anger=0.1)
    assert score(take_0, HAPPY, take_0) == pytest.approx(-0.6)


def test_more_of_the_target_scores_higher_and_neutral_costs() -> None:
    take_0 = heard(happiness=0.2, neutral=0.6, anger=0.2)
    moved = heard(happiness=0.5, neutral=0.1, anger=0.4)
    flat = heard(happiness=0.5, neutral=0.4, anger=0.1)
    assert score(moved, HAPPY, take_0) > score(flat, HAPPY, take_0) > score(take_0, HAPPY, take_0)


def test_neutral_is_not_penalised_where_it_is_wanted() -> None:
    take_0 = heard(neutral=0.5, anger=0.5)
    flat = heard(neutral=0.9, anger=0.1)
    gain = log_odds(0.9) - log_odds(0.5)
    assert score(flat, Target({"neutral": 1.0}), take_0) == pytest.approx(gain)


def test_without_a_baseline_the_order_is_the_same() -> None:
    take_0 = heard(happiness=0.2, neutral=0.8)
    a, b = heard(happiness=0.4, neutral=0.6), heard(happiness=0.7, neutral=0.3)
    assert (score(a, HAPPY) < score(b, HAPPY)) and score(a, HAPPY, take_0) < score(b, HAPPY, take_0)


@pytest.mark.parametrize(
    ("scores", "target", "expected"),
    [
        ({"happiness": 0.6, "anger": 0.4}, {"happiness": 1.0}, True),
        ({"happiness": 0.4, "anger": 0.6}, {"happiness": 1.0}, False),
        ({"happiness": 0.4, "anger": 0.3, "fear": 0.3}, {"happiness": 1.0}, False),
        (
            {"happiness": 0.4, "surprise": 0.3, "fear": 0.3},
            {"happiness": 0.7, "surprise": 0.3},
            True,
        ),
        # All that is heard is wanted; rounded, the sum is a hair above 1.
        (
            {"happiness": 0.198, "anger": 0.686, "fear": 0.116},
            {"happiness": 0.2, "anger": 0.7, "fear": 0.1},
            True,
        ),
    ],
)
def test_matched_needs_the_target_first_and_prevailing(
    scores: dict[str, float], target: dict[str, float], expected: bool
) -> None:
    assert matched(heard(**scores), Target(target)) is expected


def test_relative_takes_the_voices_own_emotion_out() -> None:
    """A voice in which anger is heard all the time is not angry when it is heard as usual."""
    usual = {"anger": 0.8, "sadness": 0.1, "happiness": 0.1}
    profile = Profile(
        np.ones(2, np.float32), {name: log_odds(p) for name, p in usual.items()}, clips=8
    )
    as_usual = relative(heard(**usual), profile)
    assert list(as_usual.scores.values()) == pytest.approx([1 / 3] * 3)
    assert as_usual.centred and (as_usual.embedding == -1).all()
    sad = relative(heard(anger=0.7, sadness=0.25, happiness=0.05), profile)
    assert sad.top == "sadness"
    assert sum(sad.scores.values()) == pytest.approx(1)


def test_one_classifier_keeps_its_scores() -> None:
    assert combine([{0: -0.5, 3: 2.0}]) == {0: -0.5, 3: 2.0}


@given(
    st.lists(st.floats(-9, 9), min_size=2, max_size=12),
    st.data(),
)
def test_finalists_stay_ahead_of_all_others(scores: list[float], data: st.DataObject) -> None:
    first = dict(enumerate(scores))
    order = sorted(first, key=lambda candidate: (-first[candidate], candidate))
    finalists = order[: data.draw(st.integers(1, len(order)))]
    second = {candidate: data.draw(st.floats(-9, 9)) for candidate in finalists}
    combined = combine([first, second])
    rest = [combined[c] for c in order if c not in finalists]
    assert not rest or min(combined[c] for c in finalists) >= max(rest)


def test_what_was_rejected_meanwhile_has_no_score_left() -> None:
    request = Request("One.", HAPPY, Voice("alto", "en"), takes=2, seed=0)
    before = [Candidate(Take(i, 0), None, {}, score=1.0, rejected="no") for i in range(2)]
    assert ranking(before) and not ranking(scored(before, request))


def test_a_classifier_all_of_whose_finalists_were_rejected_has_no_say() -> None:
    def candidate(index: int, rejected: str | None = None, **found: float) -> Candidate:
        predictions = {name: heard(happiness=p, neutral=1 - p) for name, p in found.items()}
        take = Take(index, seed=0)
        return Candidate(take, None, {}, predictions=predictions, rejected=rejected)

    takes = [candidate(0, first=0.1), candidate(1, first=0.6, third=0.7), candidate(2, first=0.5)]
    rejected = candidate(3, "third: can't hear it", first=0.9, second=0.9)
    wanted = Request("", target("happiness"), Voice("a", "en"), 4, seed=0)
    found = [c.score for c in scored([*takes, rejected], wanted)]
    assert found[:3] == [c.score for c in scored(takes, wanted)] and found[3] is None


def measured(arousal: float, valence: float, scores: dict[str, float] | None = None) -> Prediction:
    point = {"arousal": arousal, "valence": valence}
    return Prediction(scores or {}, np.zeros(2, np.float32), dimensions=point)


def test_a_point_scores_by_how_much_nearer_it_was_reached() -> None:
    wanted = target("arousal=.8,valence=.9")
    take_0, near, far = measured(0.5, 0.5), measured(0.7, 0.8), measured(0.2, 0.5)
    assert score(near, wanted, take_0) > 0 > score(far, wanted, take_0)
    assert score(measured(0.8, 0.9), wanted) == 0
    assert matched(near, wanted) and not matched(take_0, wanted)


def test_a_classifier_of_dimensions_hears_an_emotion_as_its_point() -> None:
    happy, sad = measured(0.75, 0.9), measured(0.35, 0.2)
    assert score(happy, HAPPY) > score(sad, HAPPY)
    assert score(sad, target("sadness")) > score(happy, target("sadness"))
    assert matched(happy, HAPPY)


def test_relative_makes_the_voices_mean_the_middle() -> None:
    profile = Profile(np.zeros(2, np.float32), {}, 8, {"arousal": 0.7, "valence": 0.4})
    heard = relative(measured(0.8, 0.4), profile)
    assert heard.dimensions == pytest.approx({"arousal": 0.6, "valence": 0.5})
    assert heard.scores == {}
