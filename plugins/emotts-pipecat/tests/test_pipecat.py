"""The service in real pipelines, against what the host itself says."""

import asyncio
import re
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from emotts_pipecat import EmottsTTSService, SentenceChosenFrame
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    TTSUpdateSettingsFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData, TTSUsageMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TextAggregationMode
from pipecat.tests.utils import SleepFrame, run_test

from emotts import Choice, Config, Host
from emotts.config import EngineConfig
from emotts.errors import ConfigError, EmottsError, EngineError
from emotts.records import Rendering, Take
from emotts.testing import Gate, GatedEngine, ToneEngine, plugins_with, unfinished

Settings = EmottsTTSService.Settings
# What has not come by then never will: no test depends on how soon it does.
START_S = LIMIT_S = 120
TURN = "Good morning. [anger] You are late! It is ten.[/] Come in."
SAID = ["Good morning.", "You are late!", "It is ten.", "Come in."]


@pytest.fixture(scope="module")
def host() -> Host:
    host = Host(Config(takes=2))
    host.warm_up()
    return host


def play(
    service: EmottsTTSService, *frames: Frame, rate: int = 24_000, **params: bool
) -> tuple[Sequence[Frame], Sequence[Frame]]:
    """What goes down and up a pipeline that the frames are sent through."""
    return asyncio.run(played(service, *frames, rate=rate, **params))


async def played(
    service: EmottsTTSService, *frames: Frame, rate: int = 24_000, **params: bool
) -> tuple[Sequence[Frame], Sequence[Frame]]:
    return await asyncio.wait_for(
        run_test(
            service,
            frames_to_send=frames,
            pipeline_params=PipelineParams(audio_out_sample_rate=rate, **params),
            start_timeout=START_S,
        ),
        LIMIT_S,
    )


def turn(text: str, size: int = 3) -> list[Frame]:
    """A language model's answer in tokens."""
    tokens = [LLMTextFrame(text[start : start + size]) for start in range(0, len(text), size)]
    return [LLMFullResponseStartFrame(), *tokens, LLMFullResponseEndFrame()]


def of(kind: type, frames: Sequence[Frame]) -> list:
    return [frame for frame in frames if isinstance(frame, kind)]


def choices(frames: Sequence[Frame]) -> list[Choice]:
    return [frame.choice for frame in of(SentenceChosenFrame, frames)]


def audio(frames: Sequence[Frame], rate: int = 24_000) -> bytes:
    found = of(TTSAudioRawFrame, frames)
    assert {(frame.sample_rate, frame.num_channels) for frame in found} == {(rate, 1)}
    return b"".join(frame.audio for frame in found)


def pcm(said: Sequence[Choice], rate: int = 24_000) -> bytes:
    return b"".join(clip.resample(rate).pcm16() for choice in said for clip in choice.clips)


@pytest.mark.parametrize("rate", [24_000, 16_000])
def test_a_text_is_spoken_as_the_host_speaks_it(host: Host, rate: int) -> None:
    service = EmottsTTSService(host, settings=Settings(emotion="anger", seed=3))
    down, up = play(service, TTSSpeakFrame("Good morning."), rate=rate)
    kinds = (TTSStartedFrame, SentenceChosenFrame, TTSAudioRawFrame, TTSTextFrame, TTSStoppedFrame)
    order = [type(frame) for frame in down if isinstance(frame, kinds)]
    assert list(dict.fromkeys(order)) == list(kinds)
    assert not of(ErrorFrame, up)
    said = list(host.stream("Good morning.", "anger", seed=3))
    assert audio(down, rate) == pcm(said, rate)
    (choice,) = choices(down)
    assert choice.matched == said[0].matched
    assert choice.candidate.score == said[0].candidate.score
    assert choice.candidate.predictions["compact"].top in host.classifiers[0].labels


def test_a_turn_is_spoken_as_one_text_while_it_comes(host: Host) -> None:
    service = EmottsTTSService(host, settings=Settings(emotion="sadness"))
    down, _ = play(service, *turn(TURN))
    said = choices(down)
    assert [choice.text for choice in said] == SAID
    wanted = ["sadness", "anger", "anger", "sadness"]
    assert [choice.target.dominant for choice in said] == wanted
    assert audio(down) == pcm(list(host.stream(TURN, "sadness")))
    assert len({frame.context_id for frame in of(TTSAudioRawFrame, down)}) == 1
    # Each sentence is made before the next is asked for.
    kinds = (SentenceChosenFrame, TTSTextFrame)
    assert [type(f) for f in down if isinstance(f, kinds)] == list(kinds) * len(SAID)


def test_a_tag_ends_with_its_turn(host: Host) -> None:
    service = EmottsTTSService(host, settings=Settings(takes=1))
    down, _ = play(service, *turn("[fear] Who is there?"), *turn("Nobody."))
    assert [c.target.dominant for c in choices(down)] == ["fear", "neutral"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('<expr label="Sad. Calm"/> Yes. No.', ['<expr label="Sad. Calm"/> Yes.', "No."]),
        ("Yes. [joy] Go on. If x < y, stop.", ["Yes.", "[joy] Go on.", "If x < y, stop."]),
        ("A [happiness:0.7,fear:.3] b.", ["A [happiness:0.7,fear:.3] b."]),
    ],
)
def test_no_tag_is_cut_in_two(host: Host, text: str, sentences: list[str]) -> None:
    for size in (1, 4, len(text)):
        service = EmottsTTSService(host, settings=Settings(takes=1))
        down, _ = play(service, *turn(text, size))
        assert [frame.text.strip() for frame in of(TTSTextFrame, down)] == sentences


def test_settings_change_while_it_runs(host: Host) -> None:
    service = EmottsTTSService(host, settings=Settings(takes=1))
    wrong = TTSUpdateSettingsFrame(delta=Settings(emotion="hapiness"))
    down, up = play(
        service,
        TTSSpeakFrame("One."),
        TTSUpdateSettingsFrame(delta=Settings(emotion="anger", intensity=0.5, takes=2)),
        TTSSpeakFrame("Two."),
        wrong,
        TTSUpdateSettingsFrame(delta=TTSSettings(voice="nobody")),
        TTSSpeakFrame("Three."),
    )
    said = choices(down)
    assert [c.target.dominant for c in said] == ["neutral", "anger", "anger"]
    assert [len(c.candidates) for c in said] == [1, 2, 2]
    assert said[2].target.intensity == 0.5
    errors = [frame.error for frame in of(ErrorFrame, up)]
    assert "unknown emotion 'hapiness' (did you mean 'happiness'?)" in errors[0]
    assert "unknown voice" in errors[1]
    assert "heart" in errors[1]
    assert service.settings.emotion == "anger"


def test_settings_change_within_a_turn(host: Host) -> None:
    service = EmottsTTSService(host, settings=Settings(takes=1))
    begin, *tokens, end = turn("One is here. [fear] Two are there.")
    update = TTSUpdateSettingsFrame(delta=Settings(seed=7))
    down, _ = play(service, begin, *tokens[:8], update, *tokens[8:], end)
    first, second = choices(down)
    assert (first.target.dominant, second.target.dominant) == ("neutral", "fear")
    assert first.candidate.take.seed != second.candidate.take.seed


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (Settings(emotion="glee"), "unknown emotion 'glee'.*valid: anger"),
        (Settings(voice="nobody"), "unknown voice.*valid: heart"),
        (Settings(emotion="boredom"), "does not hear boredom; it hears"),
        (Settings(takes=0), "takes must be from 1"),
        (Settings(intensity=2), "intensity must be from 0 to 1"),
        (Settings.from_mapping({"speed": 2}), "can't be set: speed; valid: voice, emotion"),
        (Settings(model="big"), "can't be set: model"),
    ],
)
def test_wrong_settings_are_told_when_it_is_made(
    host: Host, settings: TTSSettings, reason: str
) -> None:
    with pytest.raises(EmottsError, match=reason):
        EmottsTTSService(host, settings=settings)


def test_takes_are_chosen_for_sentences(host: Host) -> None:
    with pytest.raises(ConfigError, match="SENTENCE"):
        EmottsTTSService(host, text_aggregation_mode=TextAggregationMode.TOKEN)


def speaking(engine: type[ToneEngine]) -> Host:
    """A host of an engine that is not installed."""
    config = Config(engine=EngineConfig(name=engine.name), takes=8, checks=())
    return Host(config, plugins=plugins_with(engines=[engine]))


class Player(FrameProcessor):
    """Where a transport would be: knows whether it was given audio, and of an interruption."""

    playing = interrupted = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.playing = self.playing or isinstance(frame, TTSAudioRawFrame)
        self.interrupted = self.interrupted or isinstance(frame, InterruptionFrame)
        await self.push_frame(frame, direction)


def test_an_interruption_ends_the_work_and_the_service_goes_on() -> None:
    host = speaking(GatedEngine)
    service = EmottsTTSService(host, settings=Settings(emotion="fear"))
    player = Player()

    def conversation(gate: Gate) -> Iterator[Frame]:
        yield TTSSpeakFrame("Let us begin. " + "One is here. " * 200)
        while not player.playing:
            yield SleepFrame(sleep=0.05)
        yield InterruptionFrame()
        while not player.interrupted:
            yield SleepFrame(sleep=0.05)
        gate.open()
        yield TTSUpdateSettingsFrame(delta=Settings(takes=1))
        yield TTSSpeakFrame("Go on.")

    with host.engine.holding("One is here.") as gate:
        main = run_test(
            Pipeline([service, player]), frames_to_send=conversation(gate), start_timeout=START_S
        )
        down, up = asyncio.run(asyncio.wait_for(main, LIMIT_S))
    interrupted = next(i for i, f in enumerate(down) if isinstance(f, InterruptionFrame))
    before, after = choices(down[:interrupted]), choices(down[interrupted:])
    assert [choice.text for choice in before] == ["Let us begin."]
    assert [choice.text for choice in after] == ["Go on."]
    assert not of(ErrorFrame, up)
    assert not unfinished()
    assert host.engine.begun.count("One is here.") < 10, "of 1600 takes"


def test_the_event_loop_goes_on_while_a_sentence_is_made() -> None:
    host = speaking(GatedEngine)
    service = EmottsTTSService(host, settings=Settings(emotion="fear"))

    async def main() -> tuple[Sequence[Frame], Sequence[Frame]]:
        with host.engine.holding("One is here.") as gate:
            speaking = asyncio.create_task(played(service, TTSSpeakFrame("One is here.")))
            await asyncio.to_thread(gate.wait_until_reached)
            gate.open()
            return await speaking

    down, up = asyncio.run(main())
    assert len(choices(down)) == 1
    assert not of(ErrorFrame, up)


@pytest.mark.parametrize("text", ["…", "🙂", "[joy]"])
def test_a_text_without_anything_to_say_is_a_short_silence(host: Host, text: str) -> None:
    down, up = play(EmottsTTSService(host), *[TTSSpeakFrame(text)] * 4)
    assert not np.frombuffer(audio(down), "<i2").any()
    assert not of(ErrorFrame, up)
    assert not choices(down)


def test_what_fails_is_an_error_and_the_turn_ends(host: Host) -> None:
    service = EmottsTTSService(host, settings=Settings(takes=1))
    down, up = play(service, TTSSpeakFrame("word " * 1000), TTSSpeakFrame("Go on."))
    assert "at most 4,096" in of(ErrorFrame, up)[0].error
    assert [choice.text for choice in choices(down)] == ["Go on."]
    assert service.is_usable


class Hoarse(ToneEngine):
    """An engine whose model is damaged."""

    name = "hoarse"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        raise EngineError("hoarse: the model is damaged")
        yield


def test_an_engine_that_fails_makes_the_service_unusable_in_the_end() -> None:
    service = EmottsTTSService(speaking(Hoarse))
    _, up = play(service, *[TTSSpeakFrame("One.")] * 3)
    assert "the model is damaged" in of(ErrorFrame, up)[0].error
    assert not service.is_usable


def test_metrics_are_those_of_any_service(host: Host) -> None:
    service = EmottsTTSService(host, settings=Settings(takes=1))
    down, _ = play(
        service, TTSSpeakFrame("Good morning."), enable_metrics=True, enable_usage_metrics=True
    )
    data = [data for frame in of(MetricsFrame, down) for data in frame.data]
    (ttfb,) = [d for d in of(TTFBMetricsData, data) if d.value > 0]
    assert ttfb.model == "hibari"
    assert [d.value for d in of(TTSUsageMetricsData, data)] == [len("Good morning.")]


def test_many_services_share_a_host(host: Host) -> None:
    async def main() -> list[tuple[Sequence[Frame], Sequence[Frame]]]:
        services = [EmottsTTSService(host, settings=Settings(takes=1)) for _ in range(20)]
        return await asyncio.gather(*(played(s, TTSSpeakFrame("Hello.")) for s in services))

    expected = pcm(list(host.stream("Hello.", "neutral", takes=1)))
    assert [audio(down) for down, _ in asyncio.run(main())] == [expected] * 20
    assert not unfinished()


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parent.parent / "README.md"
    (example,) = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
    exec(compile(example, str(readme), "exec"), {"__name__": "__main__"})
    spoken = capsys.readouterr().out
    assert "There you are! happiness: " in spoken
    assert "Your train is gone. sadness: " in spoken
    with wave.open("bot.wav") as file:
        assert file.getframerate() == 16_000
        assert file.getnframes() > 3 * 16_000
