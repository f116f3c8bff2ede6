"""`emotts voices`."""

from collections.abc import Mapping

import click

from emotts import tuned
from emotts.cli.common import (
    build_host,
    config_option,
    echo_json,
    engine_option,
    json_option,
    verbose_option,
)
from emotts.cli.table import print_rows
from emotts.errors import ConfigError, EmottsError
from emotts.host import Host
from emotts.plugins import load
from emotts.records import Voice

HEADERS = ("engine", "name", "language", "description", "priors")


@click.command("voices")
@engine_option
@config_option
@json_option
@verbose_option
def command(engine: str | None, config: str | None, as_json: bool) -> None:
    """List the voices of the installed engines.

    The first voice of an engine is its default. `priors` says whether a voice is tuned, or moved
    for an emotion as the literature has it. With --engine or --config, lists those of one
    engine. An engine that can't list its voices, or not without options, is reported, and the
    others are still listed.
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
            kind = "left out" if isinstance(error, ConfigError) else "error"
            click.echo(f"{kind}: {host.engine.name}: {error}", err=True)
            continue
        rows += [_form(host, voice) for voice in voices]
    if as_json:
        echo_json(rows)
    else:
        print_rows(HEADERS, map(_row, rows))


def _form(host: Host, voice: Voice) -> dict[str, str | None]:
    known = tuned.known(host.engine, voice, host.config.tuned)
    return {
        "engine": host.engine.name,
        "name": voice.name,
        "language": voice.language,
        "description": voice.description,
        "priors": known.source,
        "stale": known.stale(host.classifiers),
    }


def _row(form: Mapping[str, str | None]) -> list[str]:
    stale = ", stale" if form["stale"] else ""
    return [f"{form[name]}{stale if name == 'priors' else ''}" for name in HEADERS]
