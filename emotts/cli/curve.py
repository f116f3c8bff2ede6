"""What `emotts tune` shows of a tuned voice: tables, what they say, and a report."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from emotts.errors import ConfigError
from emotts.files import replacing
from emotts.tuning.contest import CHOOSE
from emotts.tuning.curve import HIT, SCORE, Curve
from emotts.tuning.job import Job
from emotts.tuning.page import page
from emotts.tuning.picture import picture

REPORTS = (".html", ".svg")


def show(job: Job) -> None:
    """The curve as a table, and what it says."""
    console = Console(highlight=False)
    named = _named(job)
    for name, curve in named.items():
        console.print(_table(name, curve))
    for name, curve in named.items():
        gain = curve.gain(HIT, curve.few, curve.few)
        console.print(Text(f"to {name}: {curve.equal}"))
        console.print(
            Text(f"  tuned less the literature's, best of {curve.few}: {gain}", style="dim")
        )
    if job.curves and not job.plan.judges:
        console.print(Text("who tuned also judges here: nobody else knows these emotions"))
    for emotion, loss in job.left_out.items():
        lost = f"{emotion} loses ({loss:+.2f}) to the priors that it had, and keeps them"
        console.print(Text(lost))
    console.print(Text(_written(job)), soft_wrap=True)


def _written(job: Job) -> str:
    """What became of the file."""
    more = "" if job.complete else "; the same command goes on"
    if job.written:
        return f"wrote {job.file}{more}"
    if job.surpassed:
        return f"wrote nothing: {job.file} was made by the same job, from more sentences{more}"
    if job.curves:
        return f"wrote nothing: nothing is gained{more}"
    return f"wrote nothing: the voice is tuned, and this is not measured yet{more}"


def write_report(job: Job, report: Path) -> None:
    """Write the curve of a job that has one, as a page or a picture.

    Raises:
        ConfigError: the file can't be written.
    """
    assert job.tuned is not None  # else there is nothing to show
    named = _named(job)
    content = picture(named) if report.suffix == ".svg" else page(job.tuned, named)
    try:
        with replacing(report) as file:
            file.write(content.encode())
    except OSError as error:
        raise ConfigError(f"{report}: can't be written: {error.strerror or error}") from error


def _named(job: Job) -> dict[str, Curve]:
    """Who heard it, in words → the curve."""
    chose = " + ".join(listener.name for listener in job.plan.booth.listeners)
    words = {CHOOSE: f"{chose}, which tuned and chose"}
    return {words.get(name, f"{name}, which judges"): curve for name, curve in job.curves.items()}


def _table(name: str, curve: Curve) -> Table:
    """Hit rates with their intervals, and mean scores."""
    title = f"heard first by {name}, and the mean score"
    table = Table(title=title, title_justify="left", title_style="bold")
    for head in ("takes", *curve.priors):
        table.add_column(head, justify="right")
    hits = [curve.points(priors, HIT) for priors in curve.priors]
    scores = [curve.points(priors, SCORE) for priors in curve.priors]
    for index, count in enumerate(curve.counts):
        table.add_row(
            str(count),
            *(
                f"{hit[index]}\n{score[index].mean:+.2f}"
                for hit, score in zip(hits, scores, strict=True)
            ),
        )
    return table
