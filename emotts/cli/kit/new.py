"""`emotts plugins new`."""

from pathlib import Path

import click

from emotts import scaffold
from emotts.errors import ConfigError
from emotts.plugins import load
from emotts.registry import COMPANIONS


@click.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(scaffold.KINDS), default="engine", help="Of what.")
@click.option("--directory", default=".", metavar="DIR", help="Where its folder goes (here).")
def command(name: str, kind: str, directory: str) -> None:
    """Write a plugin that works: pyproject.toml, one module, and its contract test."""
    taken = set(COMPANIONS)
    for info in load().loaded:
        taken |= {info.name, *info.names(kind)}
    if name in taken:
        raise ConfigError(
            f"{name} is taken; choose a name that is not of {', '.join(sorted(taken))}"
        )
    written = scaffold.write(name, kind, Path(directory))
    for path in written:
        click.echo(path)
    folder = written[0].parent
    click.echo(f"next: pip install -e '{folder}[test]' && emotts plugins check {name}", err=True)
