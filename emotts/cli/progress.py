"""The progress bar of `emotts say`."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emotts.records import Candidate
from emotts.rounds import Observer

FIRST = "preparing; a voice that is new takes longer"


@contextmanager
def progress(takes: int) -> Iterator[Observer]:
    """Show, on a terminal, how many of the takes have been heard; gone when it is done.

    What comes before the first, weights to load and a new voice to get to know, may take minutes
    with a slow engine.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _ignore
        return
    described = TextColumn("{task.description}")
    columns = described, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(FIRST, total=takes)
        yield lambda _: bar.update(task, advance=1, description="takes")


def _ignore(_: Candidate) -> None:
    """Show nothing."""
