"""The plugin with the real package, against what the host itself says; no server is needed."""

import asyncio
import re
import wave
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from emotts_livekit import TTS, EmottsPlugin
from livekit import rtc
from livekit.agents import (
    Agent,
    AgentSession,
    APIConnectionError,
    APIConnectOptions,
    APIError,
    Plugin,
    tts,
)
from livekit.agents.metrics import TTSMetrics
from livekit.agents.voice import io
from livekit.agents.voice.agent_session import (
    DEFAULT_EXPRESSIVE_OPTIONS,
    resolve_expressive_options,
)

from emotts import Choice, Config, Host
from emotts.config import EngineConfig
from emotts.errors import EmottsError, EngineError, EngineGoneError
from emotts.markup import parse
from emotts.records import Rendering, Take
from emotts.testing import GatedEngine, ToneEngine, plugins_with, unfinished

TURN = "Good morning. [anger] You are late! It is ten.[/] Come in."
SAID = ["Good morning.", "You are late!", "It is ten.", "Come in."]
ONCE = APIConnectOptions(max_retry=0)
# What has not come by then never will: no test depends on how soon it does.
PATIENCE_S = 120


@pytest.fixture(scope="module")
def host() -> Host:
    host = Host(Config(takes=2))
    host.warm_up()
    return host


def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(main(), PATIENCE_S))


def pcm(said: Sequence[Choice], rate: int = 24_000) -> bytes:
    return b"".join(clip.resample(rate).pcm16() for choice in said for clip in choice.clips)


def data(events: Sequence[tts.SynthesizedAudio]) -> bytes:
    return b"".join(bytes(event.frame.data) for event in events)


def same(events: Sequence[tts.SynthesizedAudio], expected: bytes) -> bool:
    """Whether the audio is that, but for the 10 ms that livekit may add to mark the end."""
    audio = data(events)
    rest = audio[len(expected) :]
    return audio[: len(expected)] == expected and len(rest) in (0, 480) and not any(rest)


async def synthesized(service: tts.TTS, text: str) -> list[tts.SynthesizedAudio]:
    async with service.synthesize(text, conn_options=ONCE) as stream:
        return [event async for event in stream]


async def streamed(service: tts.TTS, text: str, size: int = 3) -> list[tts.SynthesizedAudio]:
    async with service.stream(conn_options=ONCE) as stream:
        for start in range(0, len(text), size):
            stream.push_text(text[start : start + size])
            await asyncio.sleep(0)
        stream.end_input()
        return [event async for event in stream]


def chosen(service: TTS) -> list[Choice]:
    """The choices that the service will tell of."""
    found: list[Choice] = []
    service.on("sentence_chosen", found.append)
    return found


@pytest.mark.parametrize("rate", [24_000, 16_000])
def test_a_text_is_spoken_as_the_host_speaks_it(host: Host, rate: int) -> None:
    service = TTS(host, rate=rate, emotion="anger", seed=3)
    told = chosen(service)
    events = run(lambda: synthesized(service, "Good morning. It is late."))
    said = list(host.stream("Good morning. It is late.", "anger", seed=3))
    expected = pcm(said, rate)
    audio = data(events)
    assert audio[: len(expected)] == expected
    assert len(audio) - len(expected) in (0, rate // 50)
    assert {(e.frame.sample_rate, e.frame.num_channels) for e in events} == {(rate, 1)}
    assert [event.is_final for event in events] == [False] * (len(events) - 1) + [True]
    assert max(event.frame.duration for event in events) <= 0.25
    assert [choice.matched for choice in told] == [choice.matched for choice in said]
    assert [c.candidate.score for c in told] == [c.candidate.score for c in said]


def test_tokens_are_spoken_sentence_by_sentence_as_they_come(host: Host) -> None:
    service = TTS(host, emotion="sadness")
    told = chosen(service)

    async def main() -> tuple[int, list[tts.SynthesizedAudio]]:
        async with service.stream() as stream:
            stream.push_text("Good morning. [anger] You")
            first = [await anext(stream)]
            before = len(told)
            stream.push_text(" are late! It is ten.[/] Come in.")
            stream.end_input()
            return before, first + [event async for event in stream]

    before, events = run(main)
    assert before == 1
    assert [choice.text for choice in told] == SAID
    wanted = ["sadness", "anger", "anger", "sadness"]
    assert [choice.target.dominant for choice in told] == wanted
    assert same(events, pcm(list(host.stream(TURN, "sadness"))))
    assert len({event.segment_id for event in events}) == 1
    assert [event.is_final for event in events][-1]
    assert max(event.frame.duration for event in events) <= 0.25


def test_a_flush_ends_the_text(host: Host) -> None:
    async def main() -> list[tts.SynthesizedAudio]:
        async with TTS(host, takes=1).stream() as stream:
            stream.flush()
            stream.push_text("No end")
            stream.flush()
            # The input stays open, but the segment is complete.
            return [event async for event in stream]

    expected = pcm(list(host.stream("No end", "neutral", takes=1)))
    assert same(run(main), expected)


def test_the_markup_of_agents_is_heeded_and_never_spoken(host: Host) -> None:
    service = TTS(host, takes=1)
    told = chosen(service)
    text = (
        '<expr type="expression" label="happiness"/> Hello. <expr type="sound" label="laugh"/>'
        '<expr type="break" label="500ms"/> Gate <expr type="prosody" label="slow">two</expr>. '
        '<expr type="expression" label="sad"> It left.</expr> Bye</expr>. <expr type="expr'
    )
    run(lambda: streamed(service, text))
    assert [choice.text for choice in told] == ["Hello.", "Gate", "two", "It left.", "Bye."]
    assert told[1].pause_s == 0.5
    wanted = ["happiness", "happiness", "happiness", "sadness", "neutral"]
    assert [choice.target.dominant for choice in told] == wanted


def test_a_stream_adapter_lowers_no_marker_that_it_should_not(host: Host) -> None:
    service = TTS(host, expressive=True, takes=1)
    assert not service.capabilities.streaming
    told = chosen(service)
    adapter = tts.StreamAdapter(tts=service)
    adapter._set_expressive(True)
    text = (
        '<expr type="expression" label="sadness. Calm"/> I am so sorry to hear about that. '
        '<expr type="expression" label="happiness"/> But there is another train today! '
        '<expr type="expression" label="calm"/>'
    )
    assert data(run(lambda: streamed(adapter, text)))
    assert [choice.target.dominant for choice in told] == ["sadness", "happiness"]
    assert not any("expr" in choice.text or "Calm" in choice.text for choice in told)


class Loudspeaker(io.AudioOutput):
    """Keeps what a session plays, and has played it at once."""

    def __init__(self) -> None:
        super().__init__(label="test", capabilities=io.AudioOutputCapabilities(pause=False))
        self.frames: list[rtc.AudioFrame] = []

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self.frames.append(frame)

    def flush(self) -> None:
        super().flush()
        self.on_playback_finished(
            playback_position=sum(frame.duration for frame in self.frames), interrupted=False
        )

    def clear_buffer(self) -> None:
        self.flush()


@pytest.mark.parametrize("expressive", [False, True])
def test_an_agent_speaks_with_it(host: Host, expressive: bool) -> None:
    service = TTS(host, expressive=expressive, takes=1)
    told = chosen(service)
    loudspeaker = Loudspeaker()

    async def main() -> None:
        session = AgentSession(tts=service, expressive=expressive)
        session.output.audio = loudspeaker
        await session.start(Agent(instructions=""))
        await session.say('<expr type="expression" label="sadness"/> I am so sorry to hear that.')
        await session.aclose()

    run(main)
    (choice,) = told
    assert (choice.text, choice.target.dominant) == ("I am so sorry to hear that.", "sadness")
    played_s = sum(frame.duration for frame in loudspeaker.frames)
    assert played_s == pytest.approx(choice.audio.duration_s, abs=0.05)


def test_an_expressive_session_teaches_the_emotions(host: Host) -> None:
    service = TTS(host, expressive=True)
    taught = service.markup.llm_instructions()
    assert "Labels are a fixed vocabulary: " + ", ".join(service.emotions) in taught
    for example in re.findall(r"<expr type[^>]*/>", taught):
        assert not parse(f"{example} Hello.").warnings, example
    found = resolve_expressive_options(
        {"speech_steering": {"pace": "slow"}},
        provider_key=service.markup._provider_key(),
        default=DEFAULT_EXPRESSIVE_OPTIONS,
    )
    assert "slow" in str(found["tts_instructions_template"])


def test_a_plain_stream_adapter_speaks_too(host: Host) -> None:
    service = TTS(host, takes=1)
    told = chosen(service)
    text = "This is the first sentence. And this is the second one."
    events = run(lambda: streamed(tts.StreamAdapter(tts=service), text))
    assert " ".join(choice.text for choice in told) == text
    spoken_s = sum(choice.audio.duration_s for choice in told)
    assert sum(event.frame.duration for event in events) == pytest.approx(spoken_s, abs=0.05)


class Hoarse(ToneEngine):
    """An engine whose model is damaged."""

    name = "hoarse"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        raise EngineError("hoarse: the model is damaged")
        yield


class Lost(ToneEngine):
    """An engine whose process is lost again and again."""

    name = "lost"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        raise EngineGoneError("lost: its process ended")
        yield


def provided(engine: type[ToneEngine]) -> Host:
    """A host of one of these engines."""
    config = Config(engine=EngineConfig(name=engine.name), checks=())
    return Host(config, plugins=plugins_with(engines=[engine]))


def failing(engine: type[ToneEngine]) -> TTS:
    return TTS(provided(engine))


@pytest.mark.parametrize("speak", [synthesized, streamed])
def test_another_voice_steps_in_for_one_that_fails(host: Host, speak: Any) -> None:
    async def main() -> list[tts.SynthesizedAudio]:
        adapter = tts.FallbackAdapter(
            [failing(Hoarse), TTS(host, takes=1)], max_retry_per_tts=0, sample_rate=24_000
        )
        events = await speak(adapter, "Good morning.")
        await adapter.aclose()
        return events

    assert same(run(main), pcm(list(host.stream("Good morning.", "neutral", takes=1))))


@pytest.mark.parametrize("speak", [synthesized, streamed])
@pytest.mark.parametrize(
    ("engine", "kind", "reason"),
    [(Hoarse, APIError, "the model is damaged"), (Lost, APIConnectionError, "its process ended")],
)
def test_what_fails_is_an_error_that_says_whether_to_try_again(
    speak: Any, engine: type[ToneEngine], kind: type, reason: str
) -> None:
    service = failing(engine)
    errors: list[tts.TTSError] = []
    service.on("error", errors.append)
    with pytest.raises(APIError, match=reason) as found:
        run(lambda: speak(service, "Good morning."))
    assert type(found.value) is kind
    assert found.value.retryable == (engine is Lost)
    assert [error.recoverable for error in errors] == [False]


def test_a_text_that_is_too_long_is_not_tried_again(host: Host) -> None:
    with pytest.raises(APIError, match="at most 4,096") as found:
        run(lambda: synthesized(TTS(host, takes=1), "word " * 1000))
    assert not found.value.retryable


@pytest.mark.parametrize("text", ["…", "🙂", '<expr type="expression" label="joy"/>'])
@pytest.mark.parametrize("speak", [synthesized, streamed])
def test_a_text_without_anything_to_say_is_a_short_silence(
    host: Host, speak: Any, text: str
) -> None:
    events = run(lambda: speak(TTS(host), text))
    assert 0 < sum(event.frame.duration for event in events) < 0.05
    assert not np.frombuffer(data(events), "<i2").any()


def test_an_empty_text_is_nothing(host: Host) -> None:
    assert not run(lambda: streamed(TTS(host), ""))
    assert not run(lambda: synthesized(TTS(host), " "))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"emotion": "glee"}, "unknown emotion 'glee'.*valid: anger"),
        ({"voice": "nobody"}, "unknown voice.*valid: heart"),
        ({"emotion": "boredom"}, "does not hear boredom; it hears"),
        ({"takes": 0}, "takes must be from 1"),
        ({"speed": 2}, "can't be set: speed; valid: emotion, voice"),
    ],
)
def test_wrong_options_are_told_at_once(host: Host, options: Any, reason: str) -> None:
    with pytest.raises(EmottsError, match=reason):
        TTS(host, **options)
    service = TTS(host, emotion="anger")
    with pytest.raises(EmottsError, match=reason):
        service.update_options(**options)
    assert service.options == {"emotion": "anger"}


def test_options_change_for_the_next_text(host: Host) -> None:
    service = TTS(host, takes=1)
    told = chosen(service)

    async def main() -> None:
        first = service.synthesize("One.")
        service.update_options(emotion="anger", takes=2)
        await first.collect()
        await service.synthesize("Two.").collect()

    run(main)
    assert [c.target.dominant for c in told] == ["neutral", "anger"]
    assert [len(c.candidates) for c in told] == [1, 2]


@pytest.mark.parametrize("closing", ["stream", "service"])
def test_who_leaves_has_the_work_dropped(closing: str) -> None:
    host = provided(GatedEngine)
    service = TTS(host, emotion="fear", takes=8)
    told = chosen(service)

    async def main() -> None:
        stream = service.stream()
        stream.push_text("The first of them is the one that is heard. " + "One is here. " * 200)
        stream.end_input()
        await anext(stream)
        await (stream if closing == "stream" else service).aclose()

    with host.engine.holding("One is here."):
        run(main)
    assert not unfinished()
    assert len(told) == 1
    assert host.engine.begun.count("One is here.") < 10, "of 1600 takes"


def test_the_event_loop_goes_on_while_a_sentence_is_made() -> None:
    host = provided(GatedEngine)
    service = TTS(host, emotion="fear", takes=8)
    told = chosen(service)

    async def main() -> None:
        with host.engine.holding("One is here.") as gate:
            speaking = asyncio.create_task(synthesized(service, "One is here."))
            await asyncio.to_thread(gate.wait_until_reached)
            gate.open()
            await speaking

    run(main)
    assert len(told) == 1


def test_many_texts_are_spoken_at_once(host: Host) -> None:
    service = TTS(host, takes=1)

    async def main() -> list[rtc.AudioFrame]:
        return await asyncio.gather(*(synthesized(service, "Hello.") for _ in range(20)))

    expected = pcm(list(host.stream("Hello.", "neutral", takes=1)))
    assert all(same(events, expected) for events in run(main))
    assert not unfinished()


def test_metrics_are_those_of_any_service(host: Host) -> None:
    service = TTS(host, takes=1)
    found: list[TTSMetrics] = []
    service.on("metrics_collected", found.append)

    async def main() -> None:
        await synthesized(service, "Hello.")
        await streamed(service, "Hello.")

    run(main)
    assert [metrics.characters_count for metrics in found] == [6, 6]
    assert [metrics.streamed for metrics in found] == [False, True]
    assert all(metrics.ttfb > 0 and metrics.audio_duration > 0.2 for metrics in found)
    assert found[0].metadata.model_name == "hibari"
    assert found[0].metadata.model_provider == "emotts"


def test_prewarming_returns_at_once(host: Host) -> None:
    with ThreadPoolExecutor(1) as pool, host.turn:  # which loading would wait for
        pool.submit(TTS(host).prewarm).result(PATIENCE_S)
    assert not unfinished("emotts-prewarm")


def test_the_plugin_is_registered() -> None:
    (plugin,) = (p for p in Plugin.registered_plugins if isinstance(p, EmottsPlugin))
    assert (plugin.title, plugin.package) == ("emotts", "emotts_livekit")


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parent.parent / "README.md"
    (example,) = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    exec(compile(example, str(readme), "exec"), {"__name__": "__main__"})
    spoken = capsys.readouterr().out
    assert "There you are! happiness: " in spoken
    assert "Your train is gone. sadness: " in spoken
    with wave.open("agent.wav") as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() > 3 * 24_000
