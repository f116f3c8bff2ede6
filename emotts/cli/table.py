"""The tables that commands print."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from emotts.dimensions import is_dimension
from emotts.records import Candidate, Choice

SHOWN = 0.05
"""An emotion that is not wanted gets a row from this probability on, in either take."""


def percentages(scores: Mapping[str, float]) -> str:
    """`anger 2.0%, disgust 19.7%, …`, in the classifier's order."""
    return ", ".join(f"{name} {probability:.1%}" for name, probability in scores.items())


def print_choices(choices: Iterable[Choice], *, err: bool = False) -> None:
    """Print what was heard in take 0 and in the chosen take of each sentence."""
    console = Console(stderr=err, highlight=False)
    for choice in choices:
        console.print(choice_report(choice))


def print_rows(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print plain rows under headers."""
    table = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def choice_report(choice: Choice) -> Group:
    """A sentence, what was heard in its take 0 and in the chosen take, and the verdict."""
    before = _heard(choice.candidates[0], choice.classifiers[0])
    after = _heard(choice.candidate, choice.classifiers[0])
    wanted = choice.target.point or choice.target.weights
    table = Table()
    table.add_column("heard")
    table.add_column("take 0", justify="right")
    if choice.chosen:
        table.add_column(f"take {choice.chosen}", justify="right")
    for name in _shown(wanted, before, after):
        cells = [_cell(name, heard) for heard in ([before, after] if choice.chosen else [before])]
        table.add_row(name, *cells, style="bold" if name in wanted else None)
    return Group(Text(choice.text, style="italic"), table, _verdict(choice))


def _heard(candidate: Candidate, classifier: str) -> dict[str, float]:
    """Emotion → probability, and dimension → value."""
    heard = candidate.predictions.get(classifier)
    return {**heard.scores, **(heard.dimensions or {})} if heard else {}


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


def _verdict(choice: Choice) -> Text:
    """Whether the target was reached, and by how much the chosen take beat the next one."""
    rejected = sum(candidate.rejected is not None for candidate in choice.candidates)
    parts = [
        f"{choice.target}: {'matched' if choice.matched else 'not matched'}",
        f"margin {choice.margin:.2f}",
        f"best of {len(choice.candidates)}",
    ]
    if rejected:
        parts.append(f"{rejected} rejected")
    for name in choice.classifiers[1:]:
        heard = choice.candidate.predictions.get(name)
        if heard and heard.scores:
            parts.append(f"{name} heard {heard.top}")
    return Text(", ".join(parts), style="green" if choice.matched else "yellow")
