"""`emotts embed`."""

from pathlib import Path

import click

from emotts.builtin import projection
from emotts.cli.labelling import Job, job_options
from emotts.errors import ConfigError
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
    job: Job,
    output: str,
    dataset: str,
    emotion: str | None,
    centroids: str | None,
    space: str | None,
) -> None:
    """Write the emotion embeddings of a data set, one a clip.

    PATH is what `emotts label` takes. Stop it at any time: the same command goes on where it was.
    """
    classifier = job.heard_by()
    if space is None:
        space = EMOTION if classifier.name == projection.CLASSIFIER else RAW
    elif space == EMOTION and classifier.name != projection.CLASSIFIER:
        raise ConfigError(
            f"the emotion space is that of {projection.CLASSIFIER}; for {classifier.name}, write "
            "--space raw"
        )
    form = Embeddings(dataset, emotion, centroids, space)
    job.run(output, classifier, writer=form.writer(Path(output)))
