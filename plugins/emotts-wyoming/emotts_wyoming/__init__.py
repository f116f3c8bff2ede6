"""Wyoming, the protocol of Home Assistant's voice services, as a protocol of `emotts serve`."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emotts.errors import ConfigError
from emotts.hookspecs import hookimpl
from emotts.protocol import Protocol

if TYPE_CHECKING:
    from emotts import Host

__all__ = ["Wyoming"]


class Wyoming(Protocol):
    """Serves voices with the emotions as their speakers."""

    name = "wyoming"

    @asynccontextmanager
    async def serving(self, host: "Host", uri: str) -> AsyncIterator[None]:
        """Listen at `tcp://address:port` or `unix://path`; see `Protocol.serving`."""
        from wyoming.server import AsyncServer

        from emotts_wyoming.handler import MAX_CLIENTS, Handler, described

        try:
            if uri.startswith("unix:"):
                _check_replaceable(Path(urlsplit(uri).path))
            server = AsyncServer.from_uri(uri)
            places = asyncio.Semaphore(MAX_CLIENTS)
            await server.start(partial(Handler, host, described(host), places))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{uri}: {error}") from error
        try:
            yield
        finally:
            await server.stop()


def _check_replaceable(file: Path) -> None:
    """Raise `OSError` where a file is no socket that nobody listens at: it would be replaced."""
    if not file.exists():
        return
    if not file.is_socket():
        raise FileExistsError(f"{file} is no socket, and would be replaced")
    with socket.socket(socket.AF_UNIX) as probe, suppress(ConnectionRefusedError):
        probe.connect(str(file))
        raise FileExistsError("address already in use: another server listens there")


@hookimpl
def emotts_protocols() -> Sequence[type[Protocol]]:
    """The protocol."""
    return [Wyoming]
