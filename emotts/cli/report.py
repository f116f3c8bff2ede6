"""`emotts report`."""

import click

from emotts.cli.options import counted, echo_json, json_option, verbose_option
from emotts.reporting import AUDIO, report


@click.command("report")
@click.argument("labels", metavar="LABELS")
@click.option("-o", "--output", metavar="FILE", required=True, help="The HTML file.")
@click.option(
    "--truth",
    metavar="COLUMN",
    help="A column of the labels that names the emotion known from elsewhere.",
)
@click.option(
    "--audio",
    type=click.Choice(AUDIO),
    default=AUDIO[0],
    show_default=True,
    help="Put the beginnings of clips into the page, link to their files, or neither.",
)
@json_option
@verbose_option
def command(labels: str, output: str, truth: str | None, audio: str, as_json: bool) -> None:
    """Show on a page what was heard in a data set.

    LABELS is a .parquet, .csv or .jsonl file that `emotts label` wrote.
    """
    found = report(labels, output, truth=truth, audio=audio)
    if as_json:
        echo_json({"output": output, **found.form()})
    else:
        rows = counted(found.rows, "row")
        click.echo(f"wrote {output}: {rows}, {found.errors.total()} of them errors")
