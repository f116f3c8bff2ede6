"""The progress bar of `emotts say`."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emotts.records import Candidate
from emotts.rounds import Observer


@contextmanager
def progress(takes: int) -> Iterator[Observer]:
    """Show, on a terminal, how many of the takes have been heard; gone when it is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _ignore
        return
    columns = TextColumn("takes"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("takes", total=takes)
        yield lambda _: bar.advance(task)


def _ignore(_: Candidate) -> None:
    """Show nothing."""
