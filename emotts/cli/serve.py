"""`emotts serve`."""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import click

from emotts.cli.common import (
    build_host,
    cache_option,
    classifier_option,
    config_option,
    engine_option,
    model_option,
    settings_option,
    verbose_option,
)
from emotts.cli.options import Length
from emotts.errors import ConfigError, reason
from emotts.host import Host

try:
    from emotts.server.app import ServerSettings, create
    from emotts.server.run import Beside, Server, is_loopback, refuse_open
except ModuleNotFoundError as error:
    raise ConfigError(f"the server needs {error.name}: pip install 'emotts[server]'") from error

KEY_VARIABLE = "EMOTTS_API_KEY"


@click.command("serve")
@click.option("--host", "address", metavar="ADDRESS", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="0: any that is free. The address is printed once clients can connect.",
)
@click.option(
    "--key-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Holds the key that clients must send; or set {KEY_VARIABLE}.",
)
@click.option(
    "--queue",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="At most so many requests wait; more are told to come back.",
)
@click.option(
    "--drain",
    type=Length(),
    default=30.0,
    show_default=True,
    help="Seconds that accepted requests may take after a signal to stop.",
)
@click.option("--wyoming", metavar="URI", help="Speak Wyoming too, such as tcp://127.0.0.1:10200.")
@click.option(
    "--trust-network",
    is_flag=True,
    help="Let Wyoming, which knows no keys, be used by others in the network.",
)
@engine_option
@classifier_option
@model_option
@settings_option
@cache_option
@config_option
@verbose_option
def command(
    address: str,
    port: int,
    key_file: Path | None,
    queue: int,
    drain: float,
    wyoming: str | None,
    trust_network: bool,
    **options: Any,
) -> None:
    """Serve speech over HTTP: OpenAI's interface, and a page.

    Clients of OpenAI's speech interface work unchanged: set their base URL to
    http://127.0.0.1:8000/v1.
    """
    key = _key(key_file)
    refuse_open(address, key)
    with build_host(**options) as host:
        beside = [] if wyoming is None else [_wyoming(host, wyoming, trust_network)]
        Server(
            create(host, ServerSettings(key, queue)),
            host=address,
            port=port,
            drain_s=drain,
            listening=partial(click.echo, err=True),
            beside=beside,
        ).run()


def _key(file: Path | None) -> str | None:
    """What clients must send; None: nothing. A variable that is empty counts as not set."""
    if file is None:
        return os.environ.get(KEY_VARIABLE, "").strip() or None
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: can't be read as a key: {reason(error)}") from error
    if not key:
        raise ConfigError(f"{file} is empty: write the key that clients must send into it")
    return key


def _wyoming(host: Host, uri: str, trust_network: bool) -> Beside:
    """Wyoming at that address, where only those may reach it that should."""
    name = _reached(uri)
    if name is not None and not is_loopback(name) and not trust_network:
        raise ConfigError(
            f"{uri} can be reached by others, and Wyoming knows no keys: "
            "listen on 127.0.0.1, or allow it with --trust-network"
        )
    return partial(host.plugins.protocol("wyoming")().serving, host, uri)


def _reached(uri: str) -> str | None:
    """The name or address in a URI to listen at; None for a socket in the file system."""
    with suppress(ValueError):  # a port that is none
        place = urlparse(uri)
        if place.scheme == "tcp" and place.hostname and place.port:
            return place.hostname
        if place.scheme == "unix" and place.path and not place.netloc:
            return None
    raise ConfigError(f"{uri!r} is no address of Wyoming; valid: tcp://ADDRESS:PORT, unix:///PATH")
