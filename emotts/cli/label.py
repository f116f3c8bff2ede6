"""`emotts label`."""

import click

from emotts.cli.labelling import Job, job_options


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
def command(job: Job, output: str, window: float | None) -> None:
    """Say which emotions are heard in a whole data set.

    PATH: audio files, folders, patterns, manifests (CSV, metadata.csv), tar archives of samples,
    audformat databases. A clip that can't be heard is a row with the reason. Stop it at any time:
    the same command goes on where it was.
    """
    job.run(output, job.heard_by(), window_s=window)
