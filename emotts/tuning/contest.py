"""The contest: what is heard in the best of more and more takes of a sentence."""

from collections.abc import Sequence
from statistics import fmean

from emotts import scoring
from emotts.emotions import Target
from emotts.floors import Floors
from emotts.listener import Listener
from emotts.records import Candidate, Prediction
from emotts.speech import Request
from emotts.tendencies import Tendencies
from emotts.tuning.booth import Booth

Heard = dict[str, list[float]]
"""Listener → whether it hears the emotion, and its score; the mean of those who choose as one."""

CHOOSE = "chooses"
"""Stands for those who choose, together."""


def contest(
    booth: Booth,
    judges: Sequence[Listener],
    text: str,
    emotion: str,
    tendencies: Tendencies,
    counts: Sequence[int],
) -> list[Heard]:
    """What is heard in the best of the first n takes, for each n of `counts`.

    The takes are those of one search that never stops early. A take depends on those of earlier
    rounds alone, so its first n are what a search for n takes makes.

    Args:
        booth: where takes are made, and those who choose.
        judges: hear the winners, and have no part in the choice.
        text: a sentence.
        emotion: a canonical one.
        tendencies: the priors of the takes.
        counts: ascending; takes with take 0 among them.

    Raises:
        EngineError: the engine can't speak the sentence even neutrally.
        ClassifierError: its neutral rendering, or a winner, can't be heard.
    """
    candidates, request, floors = booth.searched(text, emotion, tendencies, counts[-1])
    known: dict[int, Heard] = {}
    found = []
    for count in counts:
        winner = _best(candidates[:count], request, floors)
        index = winner.take.index
        if index not in known:
            known[index] = _heard(winner, booth.listeners, judges, emotion)
        found.append(known[index])
    return found


def _best(candidates: Sequence[Candidate], request: Request, floors: Floors) -> Candidate:
    """The one that would be spoken: the best that no check rejects, else take 0."""
    ranking = scoring.ranking(floors.check_winner(scoring.scored(candidates, request)))
    return ranking[0] if ranking else candidates[0]


def _heard(
    winner: Candidate, listeners: Sequence[Listener], judges: Sequence[Listener], emotion: str
) -> Heard:
    """Those who choose heard it before; the judges hear it now."""
    assert winner.audio is not None  # it was heard, or is take 0
    chose = [winner.predictions[listener.name] for listener in listeners]
    found = {CHOOSE: _verdict(chose, emotion)}
    for judge in judges:
        found[judge.name] = _verdict(judge.heard([winner.audio]), emotion)
    return found


def _verdict(heard: Sequence[Prediction], emotion: str) -> list[float]:
    """Whether all hear the emotion first, and the mean of their scores."""
    target = Target({emotion: 1.0})
    hit = all(_hears(prediction, target) for prediction in heard)
    return [float(hit), fmean(scoring.score(prediction, target) for prediction in heard)]


def _hears(prediction: Prediction, target: Target) -> bool:
    """Whether an emotion is heard first; of dimensions alone, near enough to its point."""
    if prediction.scores:
        return prediction.top == target.dominant
    return scoring.matched(prediction, target)
