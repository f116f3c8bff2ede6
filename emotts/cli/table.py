"""The tables that commands print."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from emotts.dimensions import expected, is_dimension
from emotts.emotions import Target
from emotts.records import Candidate
from emotts.speech import Choice, Reference, Speech

SHOWN = 0.05
"""An emotion that is not wanted gets a row from this probability on, in either take."""


def percentages(scores: Mapping[str, float]) -> str:
    """`anger 2.0%, disgust 19.7%, …`, in the classifier's order."""
    return ", ".join(f"{name} {probability:.1%}" for name, probability in scores.items())


def print_speech(speech: Speech, *, err: bool = False) -> None:
    """Print what was heard in take 0 and in the chosen take of each sentence."""
    console = Console(stderr=err, highlight=False)
    if speech.request.like is not None:
        console.print(_reference_report(speech.request.like))
    for warning in speech.request.warnings:
        console.print(Text(warning, style="yellow"))
    for choice in speech.choices:
        console.print(choice_report(choice))


def print_rows(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print plain rows under headers."""
    table = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def choice_report(choice: Choice) -> Group:
    """A sentence, what was heard in its take 0 and in the chosen take, and the verdict."""
    before = _heard(choice, choice.candidates[0])
    after = _heard(choice, choice.candidate)
    wanted = choice.target.point or choice.target.weights
    table = Table()
    table.add_column("heard")
    table.add_column("take 0", justify="right")
    if choice.chosen:
        table.add_column(f"take {choice.chosen}", justify="right")
    for name in _shown(wanted, before, after):
        cells = [_cell(name, heard) for heard in ([before, after] if choice.chosen else [before])]
        table.add_row(name, *cells, style="bold" if name in wanted else None)
    return Group(
        Text(choice.text, style="italic"), table, _verdict(choice), *map(_advice, choice.advice)
    )


def _reference_report(like: Reference) -> Text:
    """What the first classifier heard in a recording, and how."""
    name, heard = next(iter(like.heard.items()))
    how = "relative to the speaker" if like.centred else "speaker unknown"
    found = percentages(heard.scores or heard.dimensions or {})
    return Text(f"like {like.path or 'a recording'}: {found} ({name}, {how})")


def _heard(choice: Choice, candidate: Candidate) -> dict[str, float]:
    """Emotion → probability, and dimension → value.

    Where a point was wanted of a classifier without dimensions, that of the emotions.
    """
    heard = candidate.predictions.get(choice.classifiers[0])
    if heard is None:
        return {}
    dimensions = heard.dimensions or {}
    if choice.target.point is not None:
        dimensions = dimensions or expected(heard.scores)
    return {**heard.scores, **dimensions}


def _cell(name: str, heard: Mapping[str, float]) -> str:
    if name not in heard:
        return "–"
    return f"{heard[name]:.2f}" if is_dimension(name) else f"{heard[name]:.1%}"


def _shown(
    wanted: Mapping[str, float], before: Mapping[str, float], after: Mapping[str, float]
) -> list[str]:
    """What was wanted, then what else was heard, the likeliest first."""
    others = [
        name
        for name in sorted(after, key=lambda name: -after[name])
        if name not in wanted and max(before.get(name, 0), after[name]) >= SHOWN
    ]
    return [*wanted, *others]


def _written(target: Target) -> str:
    """The target as one would write it, with weights of a recording cut to two digits."""
    if target.point is not None or len(target.weights) == 1:
        return str(target)
    return ",".join(f"{name}:{weight:.2g}" for name, weight in target.weights.items())


def _verdict(choice: Choice) -> Text:
    """Whether the target was reached, and by how much the chosen take beat the next one."""
    rejected = sum(candidate.rejected is not None for candidate in choice.candidates)
    parts = [
        f"{_written(choice.target)}: {'matched' if choice.matched else 'not matched'}",
        f"margin {choice.margin:.2f}",
        f"best of {_tried(choice)} by {choice.engine}",
    ]
    if choice.cached:
        parts.append("from the cache")
    if rejected:
        parts.append(f"{rejected} rejected")
    for name in choice.classifiers[1:]:
        heard = choice.candidate.predictions.get(name)
        if heard and heard.scores:
            parts.append(f"{name} heard {heard.top}")
    return Text(", ".join(parts), style="green" if choice.matched else "yellow")


def _tried(choice: Choice) -> str:
    """How many takes, and why no more where more were planned."""
    tried, effort = len(choice.candidates), choice.effort
    return str(tried) if tried == effort.planned else f"{tried} ({effort.stopped})"


def _advice(line: str) -> Text:
    return Text(f"  {line}", style="dim")
