"""`emotts voices`."""

import click

from emotts.cli.common import (
    build_host,
    config_option,
    echo_json,
    engine_option,
    json_option,
    verbose_option,
)
from emotts.cli.table import print_rows
from emotts.errors import EmottsError
from emotts.plugins import load


@click.command("voices")
@engine_option
@config_option
@json_option
@verbose_option
def command(engine: str | None, config: str | None, as_json: bool) -> None:
    """List the voices of the installed engines.

    The first voice of an engine is its default. With --engine or --config, lists those of one
    engine. An engine that can't list its voices is reported, the others are still listed.
    """
    if engine or config:
        hosts = [build_host(engine=engine, config=config)]
    else:
        hosts = [build_host(engine=name) for name in load().engines]
    rows = []
    for host in hosts:
        try:
            voices = host.engine.voices()
        except EmottsError as error:
            if len(hosts) == 1:
                raise
            click.echo(f"error: {host.engine.name}: {error}", err=True)
            continue
        rows += [(host.engine.name, v.name, v.language, v.description) for v in voices]
    headers = ("engine", "name", "language", "description")
    if as_json:
        echo_json([dict(zip(headers, row, strict=True)) for row in rows])
    else:
        print_rows(headers, rows)
