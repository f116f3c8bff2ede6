"""`emotts plugins new`."""

from pathlib import Path

import click

from emotts import scaffold


@click.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(scaffold.KINDS), default="engine", help="Of what.")
@click.option("--directory", default=".", metavar="DIR", help="Where its folder goes (here).")
def command(name: str, kind: str, directory: str) -> None:
    """Write a plugin that works: pyproject.toml, one module, and its contract test."""
    written = scaffold.write(name, kind, Path(directory))
    for path in written:
        click.echo(path)
    folder = written[0].parent
    click.echo(f"next: pip install -e '{folder}[test]' && emotts plugins check {name}", err=True)
