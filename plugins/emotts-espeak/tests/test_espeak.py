"""The engine of eSpeak NG, with its library."""

import ctypes.util
import resource
import subprocess
import sys

import numpy as np
import pytest
from emotts_espeak import EspeakEngine
from emotts_espeak.library import Library

from emotts import plugins
from emotts.audio import Audio
from emotts.errors import EmottsError, EngineError, UnknownNameError
from emotts.records import Take
from emotts.testing import check_engine

TEXT = "On Monday, the train leaves from platform four, and the red bus waits."
# As the host may hand them on: cleaned and bounded, and some that it would not.
HOSTILE = (
    "",
    " ",
    "…",
    "\0",
    "[[h@l'oU]]",
    "[[" * 150,
    "<speak><prosody rate='x-fast'>",
    "7" * 36,
    "1/1/" * 100,
    "$1" * 200,
    "🙂" * 100,
    "a\u200d\u0301" * 130,
    "你好" * 200,
    "שלום " * 80,
    "a\ud800b",
    "%s%n{0}" * 50,
    "a\n\n" * 100,
    "word " * 80,
)


@pytest.fixture(scope="module")
def engine() -> EspeakEngine:
    return EspeakEngine(EspeakEngine.Options())


def spoken(
    engine: EspeakEngine, text: str = TEXT, voice: str = "en-us", **controls: float
) -> Audio:
    return next(engine.renderings(text, voice=voice, takes=[Take(1, 0, controls)])).audio


def median_hz(clip: Audio) -> float:
    """Median over frames of 40 ms of the lag at which the clip resembles itself most."""
    length = clip.rate // 25
    frames = clip.samples[: clip.samples.size // length * length].reshape(-1, length)
    loud = frames[np.square(frames).sum(axis=1) > np.square(frames).sum(axis=1).mean()]
    power = np.abs(np.fft.rfft(loud * np.hanning(length), 4 * length)) ** 2
    lags = slice(clip.rate // 400, clip.rate // 60)
    best = np.fft.irfft(power)[:, lags].argmax(axis=1) + lags.start
    return float(clip.rate / np.median(best))


def test_it_keeps_the_promises_of_an_engine(engine: EspeakEngine) -> None:
    check_engine(engine)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_it_is_found_and_never_loads_the_library() -> None:
    code = (
        "import emotts.plugins as p; from emotts import Take;"
        "k = p.load().engine('espeak'); e = k(k.Options());"
        "list(e.renderings('Hello.', voice='en-us', takes=[Take(0, 0)]));"
        "print('espeak-ng' in open('/proc/self/maps').read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout.strip() == "False"


def test_the_host_finds_it() -> None:
    assert plugins.load().engine("espeak") is EspeakEngine


def test_each_language_speaks(engine: EspeakEngine) -> None:
    voices = engine.voices()
    assert voices[0].name == "en-us"
    assert len(voices) > 100
    for voice in voices[:: max(1, len(voices) // 12)]:
        assert spoken(engine, "Hello, 12 foxes.", voice.name).duration_s > 0.3


@pytest.mark.slow
def test_all_languages_speak(engine: EspeakEngine) -> None:
    for voice in engine.voices():
        assert spoken(engine, "Hello, 12 foxes.", voice.name).duration_s > 0.3


def test_a_variant_is_another_voice(engine: EspeakEngine) -> None:
    assert engine.voice("de.f2").language == "de"
    assert median_hz(spoken(engine, voice="en-us.f2")) > 1.3 * median_hz(spoken(engine))


@pytest.mark.parametrize(
    ("voice", "message"),
    [("en-us.f77", "variant of en-us 'f77'.*whisper"), ("qq.f2", "voice of espeak 'qq'")],
)
def test_an_unknown_voice_is_named(engine: EspeakEngine, voice: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        spoken(engine, voice=voice)


@pytest.mark.parametrize("semitones", [-6.0, 6.0])
def test_pitch_is_in_semitones(engine: EspeakEngine, semitones: float) -> None:
    moved = 12 * np.log2(median_hz(spoken(engine, pitch=semitones)) / median_hz(spoken(engine)))
    assert moved == pytest.approx(semitones, abs=1)


@pytest.mark.parametrize("factor", [0.3, 1.8])
def test_range_leaves_the_height_alone(engine: EspeakEngine, factor: float) -> None:
    moved = median_hz(spoken(engine, pitch_range=factor)) / median_hz(spoken(engine))
    assert 12 * np.log2(moved) == pytest.approx(0, abs=0.7)


@pytest.mark.parametrize("rate", [0.6, 1.8])
def test_rate_is_a_factor_of_time(engine: EspeakEngine, rate: float) -> None:
    plain = spoken(engine).duration_s
    assert spoken(engine, rate=rate).duration_s == pytest.approx(plain / rate, rel=0.06)


def processor_time() -> float:
    """Seconds that the programs which have spoken took, however busy the machine was."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_a_hostile_text_is_spoken_or_refused_in_words(engine: EspeakEngine, text: str) -> None:
    before = processor_time()
    try:
        clip = next(engine.synthesize(text, voice="en-us", takes=[Take(0, 0)])).audio
    except EmottsError as error:
        assert len(str(error)) > 20
    else:
        assert clip.duration_s > 0.1
    assert processor_time() - before < 5


def test_markup_of_espeak_is_text(engine: EspeakEngine) -> None:
    spelled = spoken(engine, "[[h@l'oU]]").duration_s
    assert spelled > 1.5 * spoken(engine, "hello").duration_s


def test_a_library_that_fails_is_an_error(engine: EspeakEngine, tmp_path: object) -> None:
    with pytest.raises(EngineError, match="nowhere"):
        _ = Library("nowhere/libespeak-ng.so").version
    with pytest.raises(EngineError, match="finds no data"):
        _ = Library(Library.found().path, str(tmp_path)).version


@pytest.mark.skipif(not ctypes.util.find_library("espeak-ng"), reason="no espeak-ng of the system")
def test_the_library_of_the_system_goes_first() -> None:
    assert Library.found().path == ctypes.util.find_library("espeak-ng")
