"""How many clients there may be at once, and what the next one is told."""

import asyncio
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from emotts_wyoming import Wyoming, handler
from wyoming.client import AsyncClient, AsyncUnixClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize

from emotts import Config, Host
from emotts.errors import ConfigError

PATIENCE_S = 120


async def asked(client: AsyncClient) -> Event | None:
    """What a client is told who asks what there is."""
    await client.write_event(Describe().event())
    return await asyncio.wait_for(client.read_event(), PATIENCE_S)


def test_one_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s"
    monkeypatch.setattr(handler, "MAX_CLIENTS", 2)
    monkeypatch.setattr(handler, "GOODBYE_S", PATIENCE_S)

    async def main() -> None:
        async with Wyoming().serving(Host(Config(takes=1)), f"unix://{file}"):
            async with AsyncExitStack() as connected:
                for _ in range(2):
                    client = await connected.enter_async_context(AsyncUnixClient(str(file)))
                    told = await asked(client)
                    assert told is not None and Info.is_type(told.type)
                async with AsyncUnixClient(str(file)) as third:
                    await third.write_event(Synthesize("Good morning.").event())
                    told = await asked(third)
                    assert told is not None
                    assert Error.from_event(told).text.startswith("2 clients are connected already")
                    assert await asyncio.wait_for(third.read_event(), PATIENCE_S) is None
            while True:  # until it is noticed that they have left
                async with AsyncUnixClient(str(file)) as another:
                    told = await asked(another)
                    assert told is not None
                    if Info.is_type(told.type):
                        return

    asyncio.run(asyncio.wait_for(main(), PATIENCE_S))


def test_a_socket_that_is_listened_at_is_not_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(file))  # as one that was killed leaves it

    async def main() -> None:
        host = Host(Config(takes=1))
        async with Wyoming().serving(host, f"unix://{file}"):
            with pytest.raises(ConfigError, match="address already in use"):
                async with Wyoming().serving(host, f"unix://{file}"):
                    pass
            async with AsyncUnixClient(str(file)) as client:
                told = await asked(client)
                assert told is not None and Info.is_type(told.type)

    asyncio.run(asyncio.wait_for(main(), PATIENCE_S))
