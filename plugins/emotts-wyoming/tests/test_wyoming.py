"""The protocol, asked by the package's own client over a real socket."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from emotts_wyoming import Wyoming
from emotts_wyoming.handler import Handler
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient, AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from emotts import Config, Host
from emotts.cli import cli
from emotts.config import EngineConfig
from emotts.errors import ConfigError, EngineError
from emotts.plugins import load
from emotts.records import Rendering, Take
from emotts.testing import GatedEngine, ToneEngine, plugins_with, unfinished

HEARTY = SynthesizeVoice(name="heart", speaker="anger")


@pytest.fixture(scope="module")
def host() -> Host:
    return Host(Config(takes=3))


@asynccontextmanager
async def connected(host: Host, port: int) -> AsyncIterator[AsyncClient]:
    async with Wyoming().serving(host, f"tcp://127.0.0.1:{port}"):
        async with AsyncTcpClient("127.0.0.1", port) as client:
            yield client


def talk(
    host: Host, port: int, conversation: Callable[[AsyncClient], Awaitable[list[Event]]]
) -> list[Event]:
    async def main() -> list[Event]:
        async with connected(host, port) as client:
            return await asyncio.wait_for(conversation(client), 120)

    return asyncio.run(main())


async def until(client: AsyncClient, *kinds: type) -> list[Event]:
    """All events up to one of these kinds."""
    events: list[Event] = []
    while not events or not any(kind.is_type(events[-1].type) for kind in kinds):
        event = await client.read_event()
        assert event is not None
        events.append(event)
    return events


def audio(events: list[Event]) -> np.ndarray:
    chunks = [AudioChunk.from_event(e) for e in events if AudioChunk.is_type(e.type)]
    assert {(c.rate, c.width, c.channels) for c in chunks} == {(24_000, 2, 1)}
    assert max(c.seconds for c in chunks) <= 0.1
    return np.frombuffer(b"".join(c.audio for c in chunks), "<i2")


def test_the_plugin_provides_the_protocol() -> None:
    assert load().protocol("wyoming") is Wyoming


def test_emotions_are_speakers(host: Host, port: int) -> None:
    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(Describe().event())
        return await until(client, Info)

    (program,) = Info.from_event(talk(host, port, ask)[-1]).tts
    assert program.supports_synthesize_streaming
    voice = program.voices[0]
    assert (voice.name, voice.languages) == ("heart", ["en-US"])
    names = [speaker.name for speaker in voice.speakers]
    assert names[0] == "neutral"
    assert set(names) == set(host.classifiers[0].labels)


def test_a_text_is_spoken_with_the_emotion(host: Host, port: int) -> None:
    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(Synthesize("Good morning.", voice=HEARTY).event())
        return await until(client, AudioStop, Error)

    events = talk(host, port, ask)
    assert AudioStart.is_type(events[0].type)
    (choice,) = host.stream("Good morning.", "anger")
    expected = (np.clip(choice.audio.samples, -1, 1) * 32_767).astype("<i2")
    assert np.array_equal(audio(events), expected)


def test_text_that_comes_in_chunks_is_spoken_while_it_comes(host: Host, port: int) -> None:
    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(SynthesizeStart(voice=HEARTY).event())
        for chunk in ("Good mor", "ning. How are ", "you"):
            await client.write_event(SynthesizeChunk(chunk).event())
        before = await until(client, AudioChunk)
        await client.write_event(SynthesizeChunk("?").event())
        await client.write_event(Synthesize("Good morning. How are you?", voice=HEARTY).event())
        await client.write_event(SynthesizeStop().event())
        return [*before, *await until(client, SynthesizeStopped)]

    events = talk(host, port, ask)
    whole = list(host.stream(["Good morning. ", "How are you?"], "anger"))
    assert audio(events).size == sum(choice.audio.samples.size for choice in whole)
    assert sum(AudioStart.is_type(event.type) for event in events) == 1
    assert AudioStop.is_type(events[-2].type)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Synthesize("Hi.", voice=SynthesizeVoice(name="nobody")), "unknown voice"),
        (Synthesize("Hi.", voice=SynthesizeVoice(name="heart", speaker="glee")), "unknown emotion"),
    ],
)
def test_an_error_is_told_and_the_client_may_go_on(
    host: Host, port: int, asked: Synthesize, reason: str
) -> None:
    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(asked.event())
        error, _ = await until(client, AudioStop)
        await client.write_event(Synthesize("Hi.", SynthesizeVoice(language="en")).event())
        return [error, *await until(client, AudioStop)]

    error, *events = talk(host, port, ask)
    assert reason in Error.from_event(error).text
    assert audio(events).size


def test_a_text_without_speech_is_a_moment_of_silence(host: Host, port: int) -> None:
    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(Synthesize("\N{THUMBS UP SIGN}").event())
        return await until(client, AudioStop, Error)

    start, chunk, stop = talk(host, port, ask)
    assert AudioStart.is_type(start.type) and AudioStop.is_type(stop.type)
    assert audio([chunk]).tolist() == [0] * 480


def odd(engine: type[ToneEngine]) -> Host:
    """A host of an engine that is not installed."""
    config = Config(engine=EngineConfig(name=engine.name), checks=(), takes=1)
    return Host(config, plugins=plugins_with(engines=[engine]))


def test_an_error_half_way_ends_the_audio(port: int) -> None:
    class Hoarse(ToneEngine):
        name = "hoarse"

        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            if "louder" in text:
                raise EngineError("the voice is gone")
            yield from super().synthesize(text, voice=voice, takes=takes)

    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(Synthesize("One is here. Now louder.").event())
        return await until(client, AudioStop)

    *heard, error, _ = talk(odd(Hoarse), port, ask)
    assert sum(AudioChunk.is_type(event.type) for event in heard) > 1
    assert "the voice is gone" in Error.from_event(error).text


def test_a_client_that_leaves_has_the_work_dropped(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gated, dropped = odd(GatedEngine), asyncio.Event()
    disconnect = Handler.disconnect

    async def disconnected(self: Handler) -> None:
        await disconnect(self)
        dropped.set()

    async def main() -> None:
        async with connected(gated, port) as client:
            with gated.engine.holding("One is here."):
                await client.write_event(Synthesize("Two. " + "One is here. " * 200).event())
                await until(client, AudioChunk)
                await client.disconnect()
                await asyncio.wait_for(dropped.wait(), 120)

    monkeypatch.setattr(Handler, "disconnect", disconnected)
    asyncio.run(main())
    assert not unfinished()
    assert gated.engine.begun.count("One is here.") < 10, "of 200 takes"


def test_a_wrong_address_is_named(host: Host) -> None:
    async def main() -> None:
        async with Wyoming().serving(host, "http://127.0.0.1"):
            pass

    with pytest.raises(ConfigError, match="http://"):
        asyncio.run(main())


def test_an_address_in_use_ends_the_server_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        uri = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        ended = CliRunner().invoke(cli, ["serve", "--wyoming", uri])
    assert ended.exit_code == 2
    assert f"Error: {uri}: " in ended.output and "address already in use" in ended.output


def test_a_file_in_the_place_of_a_socket_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("mine")
    ended = CliRunner().invoke(cli, ["serve", "--wyoming", f"unix://{file}"])
    assert ended.exit_code == 2 and "is no socket" in ended.output
    assert file.read_text() == "mine"


def test_what_nobody_expected_ends_the_audio_too(host: Host, port: int) -> None:
    async def ask(client: AsyncClient) -> list[Event]:
        await client.write_event(Event("synthesize", {"text": 5}))
        told = await until(client, AudioStop)
        await client.write_event(Synthesize("Hi.", voice=HEARTY).event())
        return [*told, *await until(client, AudioStop)]

    error, _, *events = talk(host, port, ask)
    assert "inside the server" in Error.from_event(error).text
    assert audio(events).size


@pytest.mark.parametrize(
    "sent", [b"[]", b"{}", b'{"type": "synthesize"}', b'{"type": "describe", "data_length": "x"}']
)
def test_who_sends_what_is_no_event_is_parted_from(
    host: Host, port: int, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with Wyoming().serving(host, f"tcp://127.0.0.1:{port}"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent + b"\n")
            assert await asyncio.wait_for(reader.read(), 120) == b""
            writer.close()
            await writer.wait_closed()

    asyncio.run(main())
    gc.collect()  # tells of tasks whose errors nobody asked for
    assert "parted from a client" in caplog.text
    assert "wyoming event handler" not in caplog.text


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
