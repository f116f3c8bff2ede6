"""What `emotts label` and `emotts embed` share: options, and how far they are."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from emotts.cli.common import (
    build_config,
    classifier_option,
    config_option,
    json_option,
    model_option,
    settings_option,
    verbose_option,
)
from emotts.cli.options import setting
from emotts.config import ClassifierConfig
from emotts.labelling import Executor, Progress
from emotts.parts import make_executor
from emotts.plugins import load

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("paths", metavar="PATH...", nargs=-1, required=True),
    click.option(
        "--center",
        type=click.Choice(["speaker"]),
        help="Hear each clip relative to the mean of its speaker's.",
    ),
    click.option(
        "--speaker",
        metavar="REGEX",
        help="Finds the speaker in a clip's name, where its manifest has none: the first group.",
    ),
    click.option("--table", metavar="NAME", help="The table of an audformat database."),
    click.option(
        "--shard", type=int, metavar="INTEGER", help="Clips whose rows are written at once."
    ),
    click.option(
        "--executor",
        metavar="NAME",
        default="local",
        help="Who does the work: this process unless given, or that of a plugin, such as ray.",
    ),
    click.option(
        "--executor-option",
        "executor_options",
        metavar="KEY=VALUE",
        multiple=True,
        help="Set an option of the executor; may be given again.",
    ),
    click.option("--restart", is_flag=True, help="Throw away what an earlier run has done."),
    classifier_option,
    model_option,
    settings_option,
    config_option,
    json_option,
    verbose_option,
)


def job_options(command: F) -> F:
    """Add the options of a job."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen_classifier(**options: Any) -> ClassifierConfig:
    """The classifier that the options ask for."""
    return build_config(load(), **options).classifiers[0]


def chosen_executor(name: str, options: Sequence[str]) -> Executor:
    """The executor that the options ask for."""
    return make_executor(load(), name, dict(map(setting, options)))


def follow(progress: Iterable[Progress], output: str, *, as_json: bool) -> None:
    """Run a job and show how far it is; the exit code is 1 where nothing could be heard."""
    last = _print(progress) if as_json else _show(progress)
    if not as_json:
        failed = f", {last.errors} of them errors" if last.errors else ""
        click.echo(f"wrote {output}: {last.rows} rows of {last.done} clips{failed}")
    if last.errors == last.rows:
        sys.exit(1)


def _print(progress: Iterable[Progress]) -> Progress:
    """A line of JSON for each step."""
    for step in progress:
        click.echo(json.dumps({**vars(step), "left_s": step.left_s}))
    return step


def _show(progress: Iterable[Progress]) -> Progress:
    """A bar for each stage, on a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}
        for step in progress:
            if step.stage not in tasks:
                tasks[step.stage] = bar.add_task(step.stage, total=step.total, rate="")
            bar.update(tasks[step.stage], completed=step.done, rate=_rate(step))
    return step


def _rate(step: Progress) -> str:
    """Clips a second, and how many times faster than real time that is."""
    if not step.elapsed_s:
        return ""
    clips = (step.done - step.earlier) / step.elapsed_s
    errors = f", {step.errors} errors" if step.errors else ""
    return f"{clips:.0f} clips/s, {step.audio_s / step.elapsed_s:.0f}× real time{errors}"
