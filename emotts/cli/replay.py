"""`emotts replay`."""

import click

from emotts import replay
from emotts.cli.common import build_host, config_option, echo_json, json_option, verbose_option
from emotts.cli.output import Delivery


@click.command("replay")
@click.argument("ledger", metavar="LEDGER")
@click.option("--line", type=int, default=1, help="Which line, from 1 (default).")
@click.option("--text", metavar="TEXT", help="The sentence, where the ledger has only its hash.")
@click.option("-o", "--output", metavar="FILE", help="Write a WAV file; - is stdout.")
@click.option("--play", is_flag=True, help="Play it.")
@config_option
@json_option
@verbose_option
def command(
    ledger: str,
    line: int,
    text: str | None,
    output: str | None,
    play: bool,
    config: str | None,
    as_json: bool,
) -> None:
    """Speak again what a ledger tells of, and check that it is the same.

    The chosen take is made from its recorded controls and seed. It is an error when the engine is
    another one, or what it speaks has another hash.
    """
    delivery = Delivery(output, play)
    found = replay.read(ledger, line)
    host = build_host(config=config, engine=found["engine"]["name"])
    audio = replay.replay(found, host.engine, text)
    if output is not None or play:
        delivery.deliver(audio)
    form = {"line": line, "audio_sha256": found["audio_sha256"], "duration_s": audio.duration_s}
    if as_json:
        echo_json(form, err=delivery.takes_stdout)
    else:
        told = f"line {line}: the same {audio.duration_s:.1f} s, sha256 {found['audio_sha256']}"
        click.echo(told, err=delivery.takes_stdout)
