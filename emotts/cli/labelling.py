"""What `emotts label` and `emotts embed` share: options, and how far they are."""

import json
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any

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
from emotts.cli.options import counted, setting
from emotts.config import ClassifierConfig
from emotts.labelling import Progress, Sources, label
from emotts.parts import make_executor
from emotts.plugins import load

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
        help="Who does the work: this machine unless given, or that of a plugin, such as ray.",
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


@dataclass(frozen=True)
class Job:
    """What the shared options ask for."""

    paths: tuple[str, ...]
    center: str | None
    speaker: str | None
    table: str | None
    shard: int | None
    executor: str
    executor_options: tuple[str, ...]
    restart: bool
    as_json: bool
    config: str | None
    classifier: str | None
    model: str | None
    settings: tuple[str, ...]

    def heard_by(self) -> ClassifierConfig:
        """The classifier."""
        made = build_config(
            load(),
            config=self.config,
            classifier=self.classifier,
            model=self.model,
            settings=self.settings,
        )
        return made.classifiers[0]

    def run(self, output: str, classifier: ClassifierConfig, **own: Any) -> None:
        """Do it and show how far it is; the exit code is 1 where nothing could be heard.

        Args:
            output: the file.
            classifier: who hears.
            own: what the command asks of `label` besides.
        """
        executor = make_executor(load(), self.executor, dict(map(setting, self.executor_options)))
        progress = label(
            Sources(self.paths, self.speaker, self.table),
            output,
            classifier=classifier,
            center=self.center,
            shard=self.shard,
            executor=executor,
            restart=self.restart,
            **own,
        )
        last = _print(progress) if self.as_json else _show(progress)
        if not self.as_json:
            rows, clips = counted(last.rows or 0, "row"), counted(last.done, "clip")
            failed = f", {last.errors} of them errors" if last.errors else ""
            click.echo(f"wrote {output}: {rows} of {clips}{failed}")
        if last.errors == last.rows:
            sys.exit(1)


def job_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a job, which reach the command as one `Job`, its first argument."""
    shared = [field.name for field in fields(Job)]

    @wraps(command)
    def gathered(**given: Any) -> None:
        job = Job(**{name: given.pop(name) for name in shared})
        command(job, **given)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


def _print(progress: Iterable[Progress]) -> Progress:
    """A line of JSON for each step."""
    lines = sys.stdout
    with redirect_stdout(sys.stderr):  # what plugins print is none
        for step in progress:
            click.echo(json.dumps({**vars(step), "left_s": step.left_s}), file=lines)
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
