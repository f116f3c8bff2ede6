"""The engine alone, and within RealtimeTTS's own stream where PyAudio is installed."""

import threading
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotts import Config, Host, read
from emotts.errors import ConfigError, EmottsError, UnknownNameError

with warnings.catch_warnings():  # pydub looks for ffmpeg, and imports audioop
    warnings.simplefilter("ignore")
    from emotts_realtimetts import RATE, EmottsEngine, EmottsVoice
    from RealtimeTTS.engines.base_engine import BaseEngine

    playback = pytest.mark.skipif(
        find_spec("pyaudio") is None,
        reason="TextToAudioStream needs PyAudio, which is built with PortAudio's headers",
    )
    if find_spec("pyaudio") is not None:
        from pyaudio import paInt16
        from RealtimeTTS import TextToAudioStream

PARTS = ["Put it down. ", "It is not yours."]
# Whole sentences, and a tokenizer that downloads nothing.
WHOLE = {"fast_sentence_fragment": False, "tokenizer": "rule-based"}


@pytest.fixture(scope="module")
def host() -> Host:
    return Host(Config(takes=2, stop="never"))


def said(host: Host, text: Any, emotion: Any, **options: Any) -> bytes:
    """What the host itself streams."""
    choices = host.stream(text, emotion, **options)
    return b"".join(clip.resample(RATE).pcm16() for choice in choices for clip in choice.clips)


def spoken(engine: EmottsEngine, *pieces: str) -> bytes:
    """What comes through the queue as RealtimeTTS hands over the pieces of one text."""
    for count, piece in enumerate(pieces, 1):
        assert engine.synthesize(piece, count)
    return b"".join(engine.queue.get_nowait() for _ in range(engine.queue.qsize()))


def test_pieces_are_spoken_as_one_text(host: Host) -> None:
    engine = EmottsEngine(host, "anger")
    assert engine.engine_name == "emotts"
    assert spoken(engine, *PARTS) == said(host, PARTS, "anger")


def test_a_tag_holds_over_pieces_and_ends_with_its_text(host: Host) -> None:
    engine = EmottsEngine(host)
    assert spoken(engine, f"[fear]{PARTS[0]}", PARTS[1]) == said(host, PARTS, "fear")
    assert spoken(engine, PARTS[1]) == said(host, [PARTS[1]], "neutral")


@pytest.mark.parametrize(
    "pieces",
    [
        ["[happiness:", "0.7]Put it down."],
        ["[happiness:0.7,", "fear:0.3]Put it down."],
        ['<express-as style="sad" styledegree="1.', '0">Put it down.'],
    ],
)
def test_a_tag_that_is_cut_in_two_is_one_tag(host: Host, pieces: list[str]) -> None:
    heard = spoken(EmottsEngine(host), *pieces)
    assert heard == said(host, ["".join(pieces)], "neutral")
    assert heard != said(host, ["Put it down."], "neutral")


def test_a_piece_without_a_word_is_silent(host: Host) -> None:
    assert spoken(EmottsEngine(host), "…") == b""


def test_parameters_change_the_next_piece_and_leave_the_others(host: Host) -> None:
    engine = EmottsEngine(host, "anger", takes=3)
    engine.set_voice_parameters(emotion="sadness", intensity=0.5)
    expected = said(host, PARTS[:1], "sadness", intensity=0.5, takes=3)
    assert spoken(engine, PARTS[0]) == expected


def test_voices_are_listed_in_each_mood_and_may_be_set(host: Host) -> None:
    engine = EmottsEngine(host, "anger")
    voices = engine.get_voices()
    assert {voice.emotion for voice in voices} == {None, *host.classifiers[0].labels}
    for voice in voices:
        engine.set_voice(voice)
    engine.set_voice(EmottsVoice("heart", "fear"))
    assert spoken(engine, PARTS[0]) == said(host, PARTS[:1], "fear")
    engine.set_voice("heart")
    assert spoken(engine, PARTS[0]) == said(host, PARTS[:1], "anger")


@pytest.mark.parametrize(
    ("options", "error", "reason"),
    [
        ({"emotion": "glee"}, UnknownNameError, "glee"),
        ({"voice": "nobody"}, UnknownNameError, "nobody"),
        ({"takes": 0}, ConfigError, "takes"),
        ({"speed": 2}, ConfigError, "no option: speed; valid: emotion, intensity"),
    ],
)
def test_what_can_not_be_spoken_with_is_refused_at_once(
    host: Host, options: dict[str, Any], error: type[EmottsError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        EmottsEngine(host, **options)
    engine = EmottsEngine(host, "anger")
    with pytest.raises(error, match=reason):
        engine.set_voice_parameters(**options)
    assert spoken(engine, PARTS[0]) == said(host, PARTS[:1], "anger")


@pytest.mark.parametrize("takes", [1, 8])
def test_stop_ends_the_work_at_the_next_take(host: Host, takes: int) -> None:
    heard = []

    def observe(candidate: Any) -> None:
        heard.append(candidate)
        engine.stop()

    engine = EmottsEngine(host, "anger", takes=takes, observe=observe)
    assert engine.synthesize("One. Two. Three. Four.", 1)
    assert len(heard) == 1
    assert engine.queue.empty()
    assert host.turn.acquire(blocking=False)
    host.turn.release()


@playback
def test_the_stream_is_opened_for_what_comes(host: Host) -> None:
    assert EmottsEngine(host).get_stream_info() == (paInt16, 1, 24_000)


@playback
def test_tokens_become_a_file(host: Host, tmp_path: Path) -> None:
    stream = TextToAudioStream(EmottsEngine(host, "fear"), muted=True)
    stream.feed(iter(["Put it ", "down. It ", "is not", " yours."]))
    stream.play(output_wavfile=str(tmp_path / "a.wav"), **WHOLE)
    audio = read(tmp_path / "a.wav")
    assert audio.rate == RATE
    expected = np.frombuffer(said(host, PARTS, "fear"), "<i2") / 32_768
    assert np.allclose(audio.samples, expected, atol=1e-6)


def chunks(stream: "TextToAudioStream", text: str) -> bytes:
    """What a stream plays of a text."""
    heard: list[bytes] = []
    stream.feed(text)
    stream.play(on_audio_chunk=heard.append, **WHOLE)
    return b"".join(heard)


@playback
def test_voice_tags_of_realtimetts_change_the_mood(host: Host) -> None:
    engine = EmottsEngine(host, "anger")
    stream = TextToAudioStream(engine, muted=True)
    stream.add_voice("afraid", EmottsVoice("heart", "fear"))
    heard = chunks(stream, f"{PARTS[0]}[afraid]{PARTS[1]}")
    same = EmottsEngine(host, "anger")
    first = spoken(same, PARTS[0])
    same.set_voice(EmottsVoice("heart", "fear"))
    assert same.synthesize(PARTS[1], 2)
    assert heard == first + same.queue.get_nowait()


class Other(BaseEngine):
    """Says which text it was asked for."""

    def post_init(self) -> None:
        self.engine_name, self.asked = "other", list[str]()

    def get_stream_info(self) -> tuple[int, int, int]:
        return paInt16, 1, RATE

    def synthesize(self, text: str, sentence_count: int = 0) -> bool:
        self.asked.append(text)
        self.queue.put(bytes(RATE))
        return True


@playback
def test_another_engine_speaks_what_this_one_can_not(host: Host) -> None:
    other = Other()
    stream = TextToAudioStream([EmottsEngine(host), other], muted=True)
    assert chunks(stream, "你好，你今天好吗？") == bytes(RATE)
    assert other.asked == ["你好，你今天好吗？"]


@playback
def test_a_stream_that_is_stopped_leaves_no_work(host: Host) -> None:
    begun = threading.Event()
    stream = TextToAudioStream(EmottsEngine(host), muted=True, on_audio_stream_start=begun.set)

    def tokens() -> Iterator[str]:
        while True:
            yield "One is here. "

    stream.feed(tokens())
    stream.play_async(**WHOLE)
    assert begun.wait(120)
    stream.stop()
    assert not stream.is_playing()
    assert host.turn.acquire(timeout=120)
    host.turn.release()
