"""The check of prosody, on speech of the built-in engine and of actors."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import soxr
from scipy.signal import butter, sosfilt

from emotts.audio import Audio, read
from emotts.builtin.proxies import ProsodyCheck, ProsodyOptions, spoken_letters
from emotts.records import Measurement, Voice
from emotts.testing import check_check, spoken

TEXT = "The shop on the corner opens at eight."
VOICE = Voice("heart", "en-US")
CHECK = ProsodyCheck(ProsodyOptions())
MODERATE = (
    {"pitch": 4.0, "pitch_range": 1.5, "rate": 1.2, "brightness": 2.0},
    {"pitch": -3.0, "pitch_range": 0.5, "rate": 0.8, "brightness": -2.0},
    {"breathiness": 0.5, "jitter": 1.0, "final_rise": 4.0},
)
CORPORA = Path(os.environ.get("EMOTTS_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
CORPUS = pytest.mark.skipif(not CORPORA.is_dir(), reason=f"no emotional speech at {CORPORA}")


@pytest.fixture(scope="module")
def takes() -> list[Audio]:
    return spoken(TEXT, *MODERATE)


def measured(clip: Audio, baseline: Audio, text: str = TEXT) -> list[Measurement]:
    (found,) = CHECK.measure([clip], baseline=baseline, text=text, voice=VOICE)
    return found


def failed(clip: Audio, baseline: Audio, text: str = TEXT) -> set[str]:
    return {found.check for found in measured(clip, baseline, text) if not found.passed}


def audio(samples: np.ndarray, rate: int) -> Audio:
    return Audio(samples.astype(np.float32), rate)


def faster(clip: Audio, factor: float) -> Audio:
    """Played faster: pitch and formants go along."""
    return audio(soxr.resample(clip.samples, clip.rate * factor, clip.rate), clip.rate)


def noise(clip: Audio) -> np.ndarray:
    samples = np.random.default_rng(0).standard_normal(clip.samples.size)
    return samples * np.sqrt(np.mean(np.square(clip.samples)))


def test_it_keeps_the_promises_of_a_check(takes: list[Audio]) -> None:
    check_check(CHECK, text=TEXT, voice=VOICE, baseline=takes[0], takes=takes[1:])


def test_varied_takes_pass(takes: list[Audio]) -> None:
    for clip in takes:
        assert failed(clip, takes[0]) == set()


def test_level_and_silence_around_the_words_count_for_nothing(takes: list[Audio]) -> None:
    clip = takes[0]
    padded = audio(np.pad(clip.samples, clip.rate), clip.rate).amplified(-20)
    for found, before in zip(measured(padded, clip), measured(clip, clip), strict=True):
        if found.check != "background":
            assert found.value == pytest.approx(before.value, rel=0.02, abs=0.1), found.check


@pytest.mark.parametrize(
    ("factor", "expected"), [(0.5, {"colour"}), (1.06, set()), (2.6, {"shift", "pace"})]
)
def test_a_pitch_or_pace_far_out_is_rejected(
    takes: list[Audio], factor: float, expected: set[str]
) -> None:
    assert expected <= failed(faster(takes[0], factor), takes[0])


def test_a_voice_far_higher_is_rejected_for_its_shift(takes: list[Audio]) -> None:
    found, below = (m for m in measured(faster(takes[0], 2.6), takes[0]) if m.check == "shift")
    assert below.passed
    assert found.value == pytest.approx(12 * np.log2(2.6), abs=0.7)
    assert found.reason == f"{found.value:.1f} semitones above take 0; at most 9"


@pytest.mark.parametrize(("factor", "expected"), [(0.66, {"shift"}), (0.8, set())])
def test_a_voice_may_rise_further_than_it_may_fall(
    takes: list[Audio], factor: float, expected: set[str]
) -> None:
    assert failed(faster(takes[0], factor), takes[0]) & {"shift"} == expected
    assert not failed(faster(takes[0], 1 / factor), takes[0]) & {"shift"}


def test_a_voice_without_pitch_is_rejected(takes: list[Audio]) -> None:
    envelope = sosfilt(butter(2, 30, fs=takes[0].rate, output="sos"), np.abs(takes[0].samples))
    whisper = audio(noise(takes[0]) * envelope * 10, takes[0].rate)
    assert {"voicing", "pitch"} <= failed(whisper, takes[0])


@pytest.mark.parametrize(("other_hz", "expected"), [(170.0, set()), (240.0, {"jumps"})])
def test_a_pitch_that_breaks_all_the_time_is_rejected(other_hz: float, expected: set[str]) -> None:
    rate, steady = 24_000, 160.0
    stretches = np.arange(2 * rate) // round(0.08 * rate) % 2
    buzz = [
        audio(np.cumsum(np.where(stretches, hz, steady) / rate) % 1 - 0.5, rate)
        for hz in (steady, other_hz)
    ]
    assert failed(buzz[1], buzz[0]) == expected


@pytest.mark.parametrize("hz", [1_000.0, 2_000.0])
def test_a_muffled_voice_is_rejected(takes: list[Audio], hz: float) -> None:
    muffled = sosfilt(butter(6, hz, fs=takes[0].rate, output="sos"), takes[0].samples)
    assert "colour" in failed(audio(muffled, takes[0].rate), takes[0])


def test_noise_behind_the_words_is_rejected(takes: list[Audio]) -> None:
    loud = audio(takes[0].samples + 0.3 * noise(takes[0]), takes[0].rate)
    faint = audio(takes[0].samples + 0.01 * noise(takes[0]), takes[0].rate)
    assert "background" in failed(loud, takes[0])
    assert failed(faint, takes[0]) == set()


@pytest.mark.parametrize(("text", "expected"), [("Yes.", "pace"), (TEXT * 4, "pace")])
def test_words_that_do_not_fill_the_time_are_rejected(
    takes: list[Audio], text: str, expected: str
) -> None:
    short, long = faster(takes[0], 1.9), faster(takes[0], 0.55)
    clip, baseline = (long, short) if text == "Yes." else (short, long)
    assert expected in failed(clip, baseline, text)


def test_a_limit_gives_way_where_take_0_is_beyond_it(takes: list[Audio]) -> None:
    assert "pace" not in failed(takes[0], takes[0], TEXT * 4)
    whisper = audio(noise(takes[0]), takes[0].rate)
    assert failed(whisper, whisper) == set()


@pytest.mark.parametrize(
    ("text", "letters"), [("It's 8.", 7.0), ("", 0.0), ("你好", 5.0), ("a\n-b!", 2.0)]
)
def test_letters_as_spoken(text: str, letters: float) -> None:
    assert spoken_letters(text) == letters


def test_silence_is_rejected(takes: list[Audio]) -> None:
    assert failed(audio(np.zeros(24_000), 24_000), takes[0])


@pytest.mark.corpus
@CORPUS
def test_emotional_speech_of_people_passes() -> None:
    folder = CORPORA / "RAVDESS"
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = list(csv.DictReader(manifest))
    rejected = total = 0
    for speaker in ("RAV01", "RAV02", "RAV03", "RAV04"):
        own = [row for row in rows if row["speaker"] == speaker]
        neutral = {
            row["sentence"]: read(folder / row["file"])
            for row in own
            if row["emotion"] == "neutral"
        }
        for row in own[::5]:
            clip, sentence = read(folder / row["file"]), row["sentence"]
            total += 1
            rejected += bool(failed(clip, neutral[sentence], sentence))
    assert total > 40 and rejected / total < 0.15
