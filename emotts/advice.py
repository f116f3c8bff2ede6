"""Advice: what was heard where a target was not reached, and what to try."""

from collections.abc import Iterator, Mapping

from emotts import scoring
from emotts.closeness import by_dimensions
from emotts.dimensions import expected
from emotts.records import Candidate, Prediction
from emotts.speech import Choice, Request

# A voice that reaches an emotion in fewer sentences than this is said to hardly reach it.
HARDLY = 0.5
# The best of more takes than this is hardly better: benchmarks/proof.
MANY = 32
# Take 0 sounds like something else from this probability on.
CLEARLY = 0.5


def advise(choice: Choice, request: Request, reached: Mapping[str, float]) -> tuple[str, ...]:
    """What to tell a user whose target was not reached, a line each.

    Args:
        choice: that did not reach it.
        request: what was asked for.
        reached: emotion → the share of sentences in which this voice was heard to reach it, as
            far as that was measured.
    """
    if failed := scoring.absent(choice.candidates, choice.classifiers):
        return (f"{', '.join(failed)} failed on every take to be heard: the log says why",)
    voice = f"{choice.engine}'s voice {choice.voice.name}"
    hard = [e for e in request.target.weights if reached.get(e, 1.0) < HARDLY]
    return (
        _heard(choice.candidate, request),
        *(f"{voice} reaches {e} in {reached[e]:.0%} of sentences" for e in hard),
        *_tries(choice, request, hard=bool(hard)),
    )


def _heard(best: Candidate, request: Request) -> str:
    """What is heard instead, by the first classifier that does not hear the target."""
    if best.rejected is not None:
        return f"no take passed the checks, so the plain one speaks ({best.rejected})"
    name, heard = min(
        best.predictions.items(),
        key=lambda pair: scoring.matched(pair[1], request.wanted(pair[0])),
    )
    wanted = request.wanted(name)
    if wanted.point is not None or not heard.scores:
        point = heard.dimensions or expected(heard.scores)
        found = _listed({d: point[d] for d in wanted.dimensions if d in point}, "{:.2f}")
        return f"{name} hears {found} rather than {_listed(wanted.dimensions, '{:.2f}')}"
    top = f"{heard.top} ({heard.scores[heard.top]:.0%})"
    if heard.top in wanted.weights:
        how = "more than was asked for" if _too_much(heard, request) else "but not clearly"
        return f"{name} hears {top}, {how}"
    own = _listed({emotion: heard.scores[emotion] for emotion in wanted.weights}, "{:.0%}")
    return f"{name} hears {top} rather than {own}"


def _tries(choice: Choice, request: Request, *, hard: bool) -> Iterator[str]:
    """What may help, the cheapest first."""
    effort = choice.effort
    if effort.stopped == "engine can't vary":
        yield "try another engine: this one can't vary what it says"
        return
    if effort.stopped == "engine failed":
        yield "try again: the engine failed before all takes were made"
    elif effort.stopped == "budget":
        yield f"try a larger budget than {request.budget_ms:g} ms"
    elif effort.planned < MANY:
        yield f"try more takes than {effort.planned}"
    too_much = any(_too_much(heard, request) for heard in choice.candidate.predictions.values())
    if request.target.intensity < 1 and request.target.point is None and not too_much:
        yield f"try an intensity above {request.target.intensity:g}"
    plain = next(iter(choice.candidates[0].predictions.values()))
    if _speaks_for_itself(plain, request):
        yield f"try another text: this one sounds like {plain.top} even when it is spoken plainly"
    if hard or effort.planned >= MANY:
        yield "try another voice or engine"


def _too_much(heard: Prediction, request: Request) -> bool:
    """Whether the target is heard more strongly than it was asked for."""
    like, target = request.like, request.target
    by_name = (like is None or like.named) and not by_dimensions(heard, target)
    return by_name and scoring.exceeded(heard, target)


def _speaks_for_itself(heard: Prediction, request: Request) -> bool:
    """Whether take 0 clearly has an emotion, and another one than was wanted."""
    if not heard.scores or heard.top == "neutral" or heard.top in request.target.weights:
        return False
    return heard.scores[heard.top] > CLEARLY


def _listed(values: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{name} ({form.format(value)})" for name, value in values.items())
