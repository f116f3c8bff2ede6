"""The check of the speaker, on speech of the built-in engine and of actors."""

import csv
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import soxr
from emotts_speaker import SpeakerCheck, SpeakerOptions
from emotts_speaker.encoder import Encoder

from emotts.audio import Audio, read
from emotts.records import Measurement, Voice
from emotts.testing import check_plugin, spoken

TEXT = "The shop on the corner opens at eight."
VOICE = Voice("heart", "en-US")
MODERATE = (
    {"pitch": 2.0, "pitch_range": 1.3, "rate": 1.1, "energy": 3.0},
    {"pitch": -1.5, "pitch_range": 0.7, "rate": 0.85, "brightness": -1.0, "energy": -4.0},
)
CORPORA = Path(
    os.environ.get("EMOTTS_CORPORA", Path(__file__).parents[3].parent / "shared" / "corpora")
)


@pytest.fixture(scope="module")
def takes() -> list[Audio]:
    return spoken(TEXT, *MODERATE)


@pytest.fixture(scope="module")
def check() -> SpeakerCheck:
    return SpeakerCheck(SpeakerOptions())


def measured(check: SpeakerCheck, clip: Audio, baseline: Audio) -> Measurement:
    ((found,),) = check.measure([clip], baseline=baseline, text=TEXT, voice=VOICE)
    return found


def resized(clip: Audio, semitones: float) -> Audio:
    """Played faster or slower: a throat and a voice of another size."""
    factor = 2 ** (semitones / 12)
    return Audio(soxr.resample(clip.samples, clip.rate * factor, clip.rate), clip.rate)


def test_it_keeps_its_promises() -> None:
    check_plugin("speaker")


def test_moderately_varied_takes_pass(check: SpeakerCheck, takes: list[Audio]) -> None:
    for clip in takes:
        found = measured(check, clip, takes[0])
        assert found.passed, found.reason


@pytest.mark.parametrize("semitones", [-7, 8])
def test_a_voice_of_another_size_is_out(
    check: SpeakerCheck, takes: list[Audio], semitones: float
) -> None:
    found = measured(check, resized(takes[0], semitones), takes[0])
    assert not found.passed, found.reason
    assert found.reason == f"similarity to take 0 {found.value:.2f}; at least 0.65"


@pytest.mark.parametrize("gain_db", [-30.0, -12.0, 12.0])
def test_level_is_no_part_of_a_voice(
    check: SpeakerCheck, takes: list[Audio], gain_db: float
) -> None:
    assert measured(check, takes[0].amplified(gain_db), takes[0]).value > 0.999


def test_silence_around_the_words_is_no_part_of_a_voice(
    check: SpeakerCheck, takes: list[Audio]
) -> None:
    clip = takes[0]
    padded = Audio(np.pad(clip.samples, (clip.rate, 2 * clip.rate)), clip.rate)
    assert measured(check, padded, clip).value > 0.95


def test_noise_is_no_voice(check: SpeakerCheck, takes: list[Audio]) -> None:
    noise = np.random.default_rng(0).standard_normal(takes[0].samples.size).astype(np.float32)
    assert not measured(check, Audio(noise * np.float32(0.1), takes[0].rate), takes[0]).passed


def test_it_hears_what_resemblyzer_hears(takes: list[Audio]) -> None:
    with warnings.catch_warnings():
        # What the package imports is deprecated by scipy, and in part by setuptools.
        warnings.simplefilter("ignore")
        resemblyzer = pytest.importorskip(
            "resemblyzer",
            reason="webrtcvad needs pkg_resources: pip install webrtcvad-wheels",
            exc_type=ImportError,
        )
        reference = resemblyzer.VoiceEncoder("cpu", verbose=False)
        theirs = [
            reference.embed_utterance(resemblyzer.preprocess_wav(clip.resample(16_000).samples))
            for clip in takes
        ]
    ours = [Encoder().embed(clip) for clip in takes]
    # It keeps loud clips loud, and has another detector of speech.
    for one, other in zip(ours, theirs, strict=True):
        assert float(one @ other) > 0.95


def neutral(speaker: str) -> list[Audio]:
    folder = CORPORA / "RAVDESS"
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        return [
            read(folder / row["file"])
            for row in csv.DictReader(manifest)
            if row["speaker"] == speaker and row["emotion"] == "neutral"
        ]


@pytest.mark.corpus
@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"no emotional speech at {CORPORA}")
def test_actors_are_told_apart(check: SpeakerCheck) -> None:
    man, woman = neutral("RAV01"), neutral("RAV02")
    for first, *others in ((man), (woman)):
        assert all(measured(check, clip, first).passed for clip in others)
    assert not any(measured(check, clip, man[0]).passed for clip in woman)
