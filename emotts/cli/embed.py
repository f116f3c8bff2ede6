"""`emotts embed`."""

from pathlib import Path
from typing import Any

import click

from emotts.builtin import projection
from emotts.cli.labelling import chosen_classifier, chosen_executor, follow, job_options
from emotts.errors import ConfigError
from emotts.labelling import Sources, label
from emotts.labelling.embeddings import EMOTION, RAW, SPACES, Embeddings


@click.command("embed")
@job_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    help="A .npy or .parquet file, or Coqui's d-vector file: .json or .pth.",
)
@click.option(
    "--dataset", metavar="NAME", default="", help="The data set's name in Coqui's configuration."
)
@click.option(
    "--emotion",
    metavar="COLUMN",
    help="The column of the manifest that names the emotion; what is heard unless given.",
)
@click.option(
    "--space",
    type=click.Choice(SPACES),
    help="emotion: where compact's embeddings mean emotion; raw: as they are.",
)
@click.option("--centroids", metavar="FILE", help="A JSON file for one embedding an emotion.")
def command(
    paths: tuple[str, ...],
    output: str,
    dataset: str,
    emotion: str | None,
    centroids: str | None,
    space: str | None,
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
    """Write the emotion embeddings of a data set, one a clip.

    PATH is what `emotts label` takes. Stop it at any time: the same command goes on where it was.
    """
    classifier = chosen_classifier(**options)
    if space is None:
        space = EMOTION if classifier.name == projection.CLASSIFIER else RAW
    elif space == EMOTION and classifier.name != projection.CLASSIFIER:
        raise ConfigError(
            f"the emotion space is that of {projection.CLASSIFIER}; for {classifier.name}, write "
            "--space raw"
        )
    embeddings = Embeddings(dataset, emotion, centroids, space)
    progress = label(
        Sources(paths, speaker, table),
        output,
        classifier=classifier,
        center=center,
        shard=shard,
        executor=chosen_executor(executor, executor_options),
        restart=restart,
        writer=embeddings.writer(Path(output)),
        options=embeddings.form(),
    )
    follow(progress, output, as_json=as_json)
