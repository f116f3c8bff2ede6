import numpy as np
import pytest

from emotts.audio import Audio
from emotts.builtin.signal import SignalCheck
from emotts.options import Options
from emotts.records import Take, Voice
from emotts.testing import ToneEngine

VOICE = Voice("alto", "und")
CHECK = SignalCheck(SignalCheck.Options())


@pytest.fixture(scope="module")
def speech() -> Audio:
    engine = ToneEngine(Options())
    text = "The window in the kitchen faces the garden."
    return next(engine.renderings(text, voice="alto", takes=[Take(0, 0)])).audio


def failed(clip: Audio, baseline: Audio) -> set[str]:
    (measured,) = CHECK.measure([clip], baseline=baseline, text="", voice=VOICE)
    return {measurement.check for measurement in measured if not measurement.passed}


def with_samples(clip: Audio, samples: np.ndarray) -> Audio:
    return Audio(samples.astype(np.float32), clip.rate)


def test_speech_passes_at_any_level(speech: Audio) -> None:
    for gain in (-20.0, 0.0, 10.0):
        assert failed(speech.amplified(gain), speech) == set()


def test_silence_is_rejected(speech: Audio) -> None:
    assert "silence" in failed(with_samples(speech, speech.samples * 0), speech)
    assert "silence" in failed(speech.amplified(-60), speech)


def test_clipping_is_rejected(speech: Audio) -> None:
    loud = np.clip(speech.samples * 20, -1, 1)
    assert "clipping" in failed(with_samples(speech, loud), speech)


def test_a_clip_cut_off_in_a_sound_is_rejected(speech: Audio) -> None:
    loudest = int(np.abs(speech.samples[speech.samples.size // 2 :]).argmax())
    cut = speech.samples[: speech.samples.size // 2 + loudest]
    assert "truncation" in failed(with_samples(speech, cut), speech)


@pytest.mark.parametrize(("repeats", "expected"), [(3, {"duration"}), (1, set())])
def test_loops_are_rejected(speech: Audio, repeats: int, expected: set[str]) -> None:
    looped = with_samples(speech, np.tile(speech.samples, repeats))
    assert failed(looped, speech) == expected


def test_a_fragment_is_rejected(speech: Audio) -> None:
    fragment = with_samples(speech, speech.samples[: speech.samples.size // 4])
    assert "duration" in failed(fragment, speech)


def test_padding_is_no_speech(speech: Audio) -> None:
    padded = with_samples(speech, np.pad(speech.samples, speech.rate * 30))
    assert failed(padded, speech) == {"pauses"}


def test_a_reason_holds_the_figure_and_the_floor(speech: Audio) -> None:
    quiet = speech.amplified(-60)
    (measured,) = CHECK.measure([quiet], baseline=speech, text="", voice=VOICE)
    silence = next(m for m in measured if m.check == "silence")
    assert silence.reason == f"level {silence.value:.1f} dB; at least -50"
