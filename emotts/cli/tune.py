"""`emotts tune`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from emotts import tuned
from emotts.cli import INTERRUPTED
from emotts.cli.common import (
    build_host,
    classifier_option,
    config_option,
    json_option,
    model_option,
    settings_option,
    verbose_option,
)
from emotts.cli.curve import REPORTS, show, write_report
from emotts.cli.options import Length
from emotts.errors import ConfigError
from emotts.files import lacks_folder
from emotts.tuning import clock
from emotts.tuning.curve import COUNTS
from emotts.tuning.job import ENOUGH, Job
from emotts.tuning.plan import TAKES
from emotts.tuning.prepare import prepare

STAGES = {"learn": "learning", "measure": "measuring"}


@click.command("tune")
@click.argument("engine", required=False)
@click.option("--voice", metavar="NAME", help="A voice of the engine.")
@click.option(
    "-e",
    "--emotion",
    "emotions",
    metavar="EMOTION",
    multiple=True,
    help="What to tune; may be given again. All that the classifiers know unless given.",
)
@click.option("--texts", metavar="FILE", help="Sentences to speak, some of them to measure with.")
@click.option(
    "--takes",
    type=click.IntRange(2, 256),
    default=TAKES,
    show_default=True,
    help="Takes of an emotion and sentence to learn from.",
)
@click.option(
    "--curve",
    "most",
    type=click.Choice(["0", *map(str, COUNTS[1:])]),
    default=str(COUNTS[-1]),
    show_default=True,
    help="Measure the best of up to so many takes; 0: don't.",
)
@click.option("--minutes", type=Length(above=True), help="Be done in about so.")
@click.option(
    "--judge",
    "judges",
    metavar="NAME",
    multiple=True,
    help="A classifier that judges what came of it; may be given again.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Where the tuned priors go; unless given, to where `emotts say` finds them.",
)
@click.option("--report", metavar="FILE", help="Show the curve in an .html or .svg file.")
@click.option("--restart", is_flag=True, help="Throw away what an earlier run has heard.")
@classifier_option
@model_option
@settings_option
@config_option
@json_option
@verbose_option
def command(
    engine: str | None,
    output: str | None,
    report: str | None,
    restart: bool,
    most: str,
    classifier: str | None,
    model: str | None,
    settings: tuple[str, ...],
    config: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Learn what moves a voice to each emotion, and show what it gains.

    ENGINE is a name such as hibari or 'prosody(piper)'. Stop it at any time: the same command goes
    on where it was, and what was learned by then is used at once.
    """
    if report is not None and Path(report).suffix not in REPORTS:
        raise ConfigError(f"{report}: a report is an {' or '.join(REPORTS)} file")
    if report is not None and (lacking := lacks_folder(report)):
        raise ConfigError(lacking)
    host = build_host(
        config=config, engine=engine, classifier=classifier, model=model, settings=settings
    )
    with host:
        with Console(stderr=True).status("hearing the voice as it is"):
            plan = prepare(host, most=int(most), **asked)
            name = tuned.file_name(plan.booth.engine, plan.booth.voice)
            folder = tuned.user_folder(host.config.tuned)
            job = Job(plan, Path(output) if output else folder / name, restart=restart)
        interrupted = _follow(job, as_json=as_json)
    if job.tuned is None:
        told = (
            f"nothing is written: fewer than {ENOUGH} sentences were heard; the same command goes "
            "on where this one was"
        )
        if not interrupted:
            raise ConfigError(told)
        click.echo(told, err=True)
        raise SystemExit(INTERRUPTED)
    if report is not None and job.curves:
        write_report(job, Path(report))
    if as_json:
        click.echo(json.dumps(_form(job)))
    else:
        show(job)
    if interrupted:
        raise SystemExit(INTERRUPTED)


def _follow(job: Job, *, as_json: bool) -> bool:
    """Run a job and show how far it is; whether Ctrl-C ended it."""
    try:
        for step in job.run() if as_json else _shown(job.run()):
            if as_json:
                click.echo(json.dumps(vars(step)))
    except KeyboardInterrupt:
        job.stop()
        return True
    return False


def _shown(steps: Iterator[clock.Progress]) -> Iterator[clock.Progress]:
    """A bar for each stage, on a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}
        for step in steps:
            if step.stage not in tasks:
                tasks[step.stage] = bar.add_task(STAGES[step.stage], total=step.total, left="")
            left = "" if step.left_s is None else f"{step.left_s / 60:.1f} minutes left"
            bar.update(tasks[step.stage], completed=step.done, left=left)
            yield step


def _form(job: Job) -> Mapping[str, Any]:
    assert job.tuned is not None  # else there is nothing to show
    content = job.tuned.model_dump(mode="json")
    output = str(job.file) if job.written else None
    return {"stage": "done", "output": output, "complete": job.complete, **content}
