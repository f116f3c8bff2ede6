"""`emotts label`."""

from typing import Any

import click

from emotts.cli.labelling import chosen_classifier, chosen_executor, follow, job_options
from emotts.labelling import Sources, label


@click.command("label")
@job_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    help="A .parquet, .csv or .jsonl file, or the db.yaml of a new audformat database.",
)
@click.option(
    "--window",
    type=float,
    metavar="SECONDS",
    help="A row for each window of this length; one for each clip unless given.",
)
def command(
    paths: tuple[str, ...],
    output: str,
    window: float | None,
    center: str | None,
    speaker: str | None,
    table: str | None,
    shard: int | None,
    executor: str,
    executor_options: tuple[str, ...],
    restart: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Say which emotions are heard in a whole data set.

    PATH: audio files, folders, patterns, manifests (CSV, metadata.csv), tar archives of samples,
    audformat databases. A clip that can't be heard is a row with the reason. Stop it at any time:
    the same command goes on where it was.
    """
    progress = label(
        Sources(paths, speaker, table),
        output,
        classifier=chosen_classifier(**options),
        window_s=window,
        center=center,
        shard=shard,
        executor=chosen_executor(executor, executor_options),
        restart=restart,
    )
    follow(progress, output, as_json=as_json)
