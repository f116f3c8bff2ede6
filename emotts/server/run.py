"""Running the server: an address to listen on, and a stop that finishes what was accepted."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import FrameType

import uvicorn
from fastapi import FastAPI

from emotts.errors import ConfigError
from emotts.server.desk import Desk

# A name may stand for addresses that this machine has not enabled, beside one that it has.
_ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)

Beside = Callable[[], AbstractAsyncContextManager[None]]


def refuse_open(host: str, key: str | None) -> None:
    """Raise `ConfigError` where anybody in the network could use the server.

    Args:
        host: address or name to listen on.
        key: that clients must send; none where it is empty.
    """
    if not key and not is_loopback(host):
        raise ConfigError(
            f"{host} can be reached by others: set a key with --key-file or EMOTTS_API_KEY, "
            "or listen on 127.0.0.1"
        )


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on each address of a host, all on one port.

    Args:
        host: address or name.
        port: 0: any that is free.

    Raises:
        ConfigError: the name is that of no machine, the port is in use, or not to be had.
    """
    sockets: list[socket.socket] = []
    refused: list[OSError] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(_refusal(host, port, error)) from error
    for family, *_, (address, _, *scope) in found:
        try:
            sockets.append(socket.create_server((address, port, *scope), family=family))
            port = sockets[0].getsockname()[1]
        except OSError as error:
            refused.append(error)
    for refusal in refused:
        if not sockets or refusal.errno not in _ABSENT:
            for opened in sockets:
                opened.close()
            raise ConfigError(_refusal(host, port, refusal)) from refusal
    return sockets


def _refusal(host: str, port: int, error: OSError) -> str:
    """Why nothing can listen there, and what would be right."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: choose another with --port"
    if error.errno == errno.EACCES:
        return f"port {port} is the system's: choose one from 1024 on with --port"
    return f"{host} can't be listened on ({error.strerror}): choose an address of this machine"


class Server(uvicorn.Server):
    """Tells new requests that it is stopping while those that were accepted are finished."""

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str,
        port: int,
        drain_s: float,
        listening: Callable[[str], None],
        beside: Sequence[Beside] = (),
    ) -> None:
        """Describe it; `run` serves until a signal comes, then finishes what was accepted.

        Args:
            app: made by `create`.
            host: address or name to listen on.
            port: to listen on; 0: any that is free.
            drain_s: what was accepted may take so long after the signal, in seconds.
            listening: called with the URL once clients can connect.
            beside: what else is open while it serves, such as other protocols; their errors on
                entering are raised, as is `ConfigError` where the address can't be listened on.
        """
        super().__init__(uvicorn.Config(app, host, port, log_config=None, access_log=False))
        self._desk: Desk = app.state.service.desk
        self._drain_s, self._listening, self._beside = drain_s, listening, beside
        self._open = AsyncExitStack()
        self._stopping: asyncio.Task[None] | None = None
        self._deadline = 0.0
        """Of those clients that are left when it shuts down, in the loop's time."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open what is beside, then listen: in the app's lifespan an error would be a traceback."""
        async with AsyncExitStack() as stack:
            for other in self._beside:
                await stack.enter_async_context(other())
            await super().startup(sockets or listening(self.config.host, self.config.port))
            self._listening(self._url())
            self._open = stack.pop_all()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the app's clients go, then close what is beside."""
        # Nobody new comes from here on.
        hanging_up = asyncio.get_running_loop().call_at(self._deadline, self._hang_up)
        async with self._open:
            await super().shutdown(sockets)
        hanging_up.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal; stop at once at the second."""
        loop = asyncio.get_running_loop()
        if self._stopping is None:
            self._deadline = loop.time() + self._drain_s
            self._stopping = loop.create_task(self._drain(sig, frame))
        else:
            self._deadline = loop.time()
            self._stopping.cancel()
            loop.call_soon_threadsafe(self._hang_up)
            super().handle_exit(sig, frame)

    async def _drain(self, sig: int, frame: FrameType | None) -> None:
        await self._desk.drain(self._deadline)
        super().handle_exit(sig, frame)

    def _hang_up(self) -> None:
        """Part from all clients, as if they had left: their work is dropped at the next take."""
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()

    def _url(self) -> str:
        """Where it listens; the port is known only now where any was wanted."""
        name, port = self.config.host, self.servers[0].sockets[0].getsockname()[1]
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
