"""The plugin as OPM finds it and as ovos-audio speaks through it; `aplay` stands for a speaker."""

import asyncio
import os
import threading
import warnings
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotts import Host, read
from emotts.errors import ConfigError, UnknownNameError
from emotts.records import Rendering
from emotts.testing import Gate, unfinished

with warnings.catch_warnings():  # they import aifc, audioop and distutils
    warnings.simplefilter("ignore", DeprecationWarning)
    from emotts_ovos import EmottsTTS
    from ovos_audio.service import PlaybackService
    from ovos_bus_client.message import Message
    from ovos_plugin_manager import tts as opm
    from ovos_plugin_manager.templates.tts import TTS, StreamingTTSCallbacks
    from ovos_plugin_manager.utils import tts_cache
    from ovos_utils.fakebus import FakeBus

NAME = "ovos-tts-plugin-emotts"
TEXT = "Good morning. It is nine."
SETTINGS = {"takes": 2, "stop": "never", "emotion": "anger"}
ROUNDING = 1 / 32_767
# What has not come by then never will: no test depends on how soon it does.
PATIENCE_S = 120


@pytest.fixture(autouse=True, scope="module")
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What OPM caches stays out of the home folder and of /run."""
    folder = tmp_path_factory.mktemp("ovos")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setattr(tts_cache, "get_tmp_cache_dir", lambda name: str(folder / name))
        yield


def made(**config: Any) -> EmottsTTS:
    """The plugin as OVOS makes it."""
    return opm.OVOSTTSFactory.create({"module": NAME, NAME: {**SETTINGS, **config}})


@pytest.fixture(scope="module")
def tts() -> EmottsTTS:
    return made()


def said(tts: EmottsTTS, text: str, emotion: str, **options: Any) -> np.ndarray:
    """What the host itself says."""
    return tts.host.say(text, emotion, takes=2, stop="never", **options).audio.samples


def same(path: str | Path, expected: np.ndarray) -> bool:
    audio = read(path)
    return audio.rate == 24_000 and np.allclose(audio.samples, expected, atol=ROUNDING)


def test_opm_finds_the_plugin_and_its_voices() -> None:
    assert opm.find_tts_plugins()[NAME] is EmottsTTS
    (voices,) = opm.get_tts_module_configs(NAME).values()
    assert (voices[0]["voice"], voices[0]["emotion"]) == ("heart", "neutral")
    assert {voice["emotion"] for voice in voices} == set(Host().classifiers[0].labels)
    assert NAME in opm.get_tts_supported_langs()["en-US"]
    for voice in voices:
        made(**voice)


def test_it_speaks_the_languages_of_its_voices(tts: EmottsTTS) -> None:
    assert EmottsTTS.available_languages == tts.available_languages == {"en-US"}


def test_a_sentence_is_spoken_with_the_configured_emotion(tts: EmottsTTS, tmp_path: Path) -> None:
    path, phonemes = tts.get_tts(TEXT, str(tmp_path / "a.wav"), lang="en-GB", voice="default")
    assert phonemes is None
    assert same(path, said(tts, TEXT, "anger"))


def test_a_call_may_ask_for_another_emotion(tts: EmottsTTS, tmp_path: Path) -> None:
    path, _ = tts.get_tts(TEXT, str(tmp_path / "a.wav"), emotion="sadness", intensity=0.5)
    assert same(path, said(tts, TEXT, "sadness", intensity=0.5))


def test_a_configuration_file_makes_the_host(tmp_path: Path) -> None:
    file = tmp_path / "emotts.yaml"
    file.write_text("takes: 2\nseed: 7\n")
    tts = made(config=str(file))
    assert (tts.host.config.takes, tts.host.config.seed) == (2, 7)


@pytest.mark.parametrize(
    ("config", "error", "reason"),
    [
        ({"emotion": "glee"}, UnknownNameError, "glee"),
        ({"voice": "nobody"}, UnknownNameError, "nobody"),
        ({"takes": 0}, ConfigError, "takes"),
        ({"config": "missing.yaml"}, ConfigError, "missing.yaml"),
    ],
)
def test_a_wrong_configuration_is_refused_when_it_is_loaded(
    config: dict[str, Any], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        made(**config)


def test_the_cache_keeps_emotions_apart(tts: EmottsTTS) -> None:
    kept = {
        asked: tts.synth("Good morning.", emotion=asked[0], intensity=asked[1])[0].path
        for asked in (("anger", 1.0), ("anger", 0.5), ("sadness", 1.0))
    }
    assert len(set(kept.values())) == 3
    before = {path: os.stat(path).st_mtime_ns for path in kept.values()}
    for (emotion, intensity), path in kept.items():
        again, _ = tts.synth("Good morning.", emotion=emotion, intensity=intensity)
        assert again.path == path
        assert os.stat(path).st_mtime_ns == before[path]


def test_the_cache_keeps_configurations_apart(tts: EmottsTTS) -> None:
    other = made(seed=1)
    assert other.synth("Good morning.")[0].path != tts.synth("Good morning.")[0].path


def test_no_wrong_name_becomes_a_folder(tts: EmottsTTS) -> None:
    with pytest.raises(UnknownNameError, match="unknown voice"):
        tts.synth("Good morning.", voice="../../elsewhere")


def queued(tts: EmottsTTS, text: str, **data: Any) -> list[str]:
    """The files that wait to be played after a text was executed."""
    tts.execute(text, message=Message("speak", data, {"session": {"session_id": "default"}}))
    return [TTS.queue.get_nowait()[0] for _ in range(TTS.queue.qsize())]


@pytest.mark.parametrize(
    "tagged",
    [
        "<speak>Good <break time='300ms'/>morning.</speak>",
        '<mstts:express-as style="sad">Good morning.</mstts:express-as>',
        "<voice name='x'>Good</voice> morning.",
        "[sadness:0.8]Good morning.[/]",
    ],
)
def test_tags_are_read_and_never_spoken(tts: EmottsTTS, tagged: str) -> None:
    (path,) = queued(tts, tagged)
    assert same(path, said(tts, tagged, "anger"))
    assert all("<" not in choice.text for choice in tts.host.say(tagged, "anger").choices)


def test_sentences_are_cut_as_configured_unless_a_tag_spans_them() -> None:
    tts = made(sentence_tokenize=True)
    assert len(queued(tts, TEXT)) == 2
    assert len(queued(tts, f"[fear]{TEXT}[/]")) == 1


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `aplay` is handed, in place of a sound card."""
    played, program = tmp_path / "played.wav", tmp_path / "aplay"
    program.write_text(f'#!/bin/sh\n/bin/cat "$1" > "{played}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return played


# ovos-utils looks for players with distutils, which newer setuptools warn of.
@pytest.mark.filterwarnings("ignore:Use shutil.which:DeprecationWarning")
def test_ovos_audio_speaks_a_skills_sentence_with_its_emotion(
    tts: EmottsTTS, speaker: Path
) -> None:
    bus, ended = FakeBus(), threading.Event()
    bus.on("recognizer_loop:audio_output_end", lambda _: ended.set())
    service = PlaybackService(bus=bus, tts=tts, disable_ocp=True, validate_source=False)
    tts.init(bus, service.playback_thread, StreamingTTSCallbacks(bus, tts_config=tts.config))
    try:
        bus.emit(Message("speak", {"utterance": TEXT, "meta": {"emotion": "fear"}}))
        assert ended.wait(PATIENCE_S)
    finally:
        service.playback_thread.stop()
        service.playback_thread.join(PATIENCE_S)
    assert same(speaker, said(tts, TEXT, "fear"))


def test_an_utterances_emotion_may_stand_in_its_context(tts: EmottsTTS) -> None:
    context = {"emotts": {"emotion": "fear"}, "session": {"session_id": "default"}}
    for meta, expected in (({}, "fear"), ({"emotion": "sadness"}, "sadness")):
        tts.execute(TEXT, message=Message("speak", {"meta": meta}, context))
        assert same(TTS.queue.get_nowait()[0], said(tts, TEXT, expected))


def streamed(tts: EmottsTTS, emotion: str) -> bytes:
    """The samples of what the host itself streams."""
    choices = tts.host.stream(TEXT, emotion, takes=2, stop="never")
    return b"".join(clip.pcm16() for choice in choices for clip in choice.clips)


def test_a_stream_is_played_while_it_is_made(speaker: Path) -> None:
    tts, bus = made(enable_streaming=True), FakeBus()
    tts.bus, tts.callbacks = bus, StreamingTTSCallbacks(bus, tts_config=tts.config)
    tts.execute(TEXT, message=Message("speak", {"meta": {"emotion": "disgust"}}))
    assert speaker.read_bytes()[44:] == streamed(tts, "disgust")


def test_a_stream_is_kept_as_a_complete_file(tts: EmottsTTS, tmp_path: Path) -> None:
    asked = {"emotion": "disgust"}
    making = tts.generate_audio(TEXT, str(tmp_path / "a.wav"), False, plugin_kwargs=asked)
    with wave.open(asyncio.run(making)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (24_000, 2, 1)
        assert file.readframes(file.getnframes()) == streamed(tts, "disgust")


def test_leaving_a_stream_ends_the_work(tts: EmottsTTS, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, begun, gate = tts.host.engine, [], Gate()

    def held(text: str, **asked: Any) -> Iterator[Rendering]:
        begun.append(text)
        if text == "One is here.":
            gate.wait_until_open()
        return type(engine).synthesize(engine, text, **asked)

    async def leave() -> None:
        pieces = tts.stream_tts("Two are there. " + "One is here. " * 200)
        assert (await anext(pieces)).startswith(b"RIFF")
        await pieces.aclose()

    monkeypatch.setattr(engine, "synthesize", held)
    asyncio.run(asyncio.wait_for(leave(), PATIENCE_S))
    gate.open()
    assert not unfinished()
    assert "Two are there." in begun
    assert begun.count("One is here.") < 10, "of 200 sentences"
