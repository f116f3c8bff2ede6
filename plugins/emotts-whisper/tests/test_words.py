"""The check of words, on speech of the built-in engine."""

import time
from pathlib import Path

import numpy as np
import pytest
from emotts_whisper import WordsCheck, WordsOptions
from emotts_whisper.sounds import harm, words

from emotts.audio import Audio
from emotts.errors import ConfigError
from emotts.records import Measurement, Voice
from emotts.testing import check_plugin, spoken

TEXT = "The shop on the corner opens at eight."
VOICE = Voice("heart", "en-US")
MODERATE = (
    {"pitch": 2.0, "pitch_range": 1.3, "rate": 1.1},
    {"pitch": -1.5, "pitch_range": 0.7, "rate": 0.85, "brightness": -1.0},
)


@pytest.fixture(scope="module")
def takes() -> list[Audio]:
    return spoken(TEXT, *MODERATE)


@pytest.fixture(scope="module")
def check() -> WordsCheck:
    return WordsCheck(WordsOptions())


def measured(check: WordsCheck, clip: Audio, baseline: Audio) -> Measurement:
    ((found,),) = check.measure([clip], baseline=baseline, text=TEXT, voice=VOICE)
    return found


def test_it_keeps_its_promises() -> None:
    check_plugin("words")


def test_moderately_varied_takes_pass(check: WordsCheck, takes: list[Audio]) -> None:
    for clip in takes:
        assert measured(check, clip, takes[0]).value == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "The shop on the corner opens at nine.",
        "The shop on the corner never opens at eight.",
        "The shop opens at eight.",
        "The shop on the corner.",
        "The shop on the corner opens at eight. The shop on the corner opens at eight.",
        "He reads the paper before he goes to work.",
    ],
)
def test_wrong_words_are_out(check: WordsCheck, takes: list[Audio], wrong: str) -> None:
    found = measured(check, spoken(wrong)[0], takes[0])
    assert not found.passed, found.reason


def test_words_below_the_noise_are_out(check: WordsCheck, takes: list[Audio]) -> None:
    clip = takes[0]
    noise = np.random.default_rng(0).standard_normal(clip.samples.size).astype(np.float32)
    level = np.sqrt(np.mean(np.square(clip.samples)))
    noisy = Audio(clip.samples + noise * level * 3, clip.rate)
    assert not measured(check, noisy, clip).passed


def test_the_reason_holds_the_figures_and_what_was_heard(
    check: WordsCheck, takes: list[Audio]
) -> None:
    found = measured(check, spoken("The shop opens at eight.")[0], takes[0])
    assert f"{found.value:.0%} of the sounds; at most 5%; heard 'The shop" in found.reason


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("The shop opens at eight.", "the shop opens at 8"),
        ("Their son ate two pears!", "There, sun eight too pairs."),
        ("We can not wait.", "We cannot wait."),
        ("They took the early train to the coast.", "They took the early drain to the coat."),
        ("Dr. Smith paid $5.", "Doctor Smith paid five dollars."),
    ],
)
def test_what_sounds_alike_is_no_other_word(text: str, heard: str) -> None:
    said = words(text, "en")
    assert harm(said, said, words(heard, "en")).share == 0


def test_a_word_that_take_0_lost_is_not_held_against_a_take() -> None:
    said, take_0 = words("My cousin plays the cello.", "en"), words("Because in place", "en")
    assert harm(said, take_0, take_0).share == 0
    assert harm(said, take_0, said).share == 0
    other = harm(said, take_0, words("My cousin sold his umbrella.", "en"))
    assert other.added > 0 and other.share > 0.2


@pytest.mark.parametrize("heard", ["", "the"])
def test_a_take_without_words_is_out(heard: str) -> None:
    said = words(TEXT, "en")
    assert harm(said, said, words(heard, "en")).share > 0.9


def test_letters_stand_for_the_sounds_of_other_languages() -> None:
    said = words("Der Lappen liegt auf dem Eisschrank.", "de")
    assert harm(said, said, words("der lappen liegt auf dem Eis-Schrank", "de")).share == 0
    assert harm(said, said, words("der lappen liegt auf dem Tisch", "de")).lost == 1


def test_what_a_recogniser_repeats_endlessly_is_read_in_bounded_time() -> None:
    said = words(TEXT, "en")
    start = time.process_time()
    for endless in ("1" * 300, "1/1/" * 100, "ha" * 400, "no " * 448):
        assert harm(said, said, words(endless, "en")).share > 0.9
    assert time.process_time() - start < 10


def test_a_language_that_the_model_lacks_is_an_error(check: WordsCheck, takes: list[Audio]) -> None:
    with pytest.raises(ConfigError, match=r"English only.*'de'.*multilingual"):
        check.measure(takes[:1], baseline=takes[0], text=TEXT, voice=Voice("eva", "de-DE"))


def test_a_folder_without_a_model_is_an_error(tmp_path: Path, takes: list[Audio]) -> None:
    check = WordsCheck(WordsOptions(model=tmp_path))
    with pytest.raises(ConfigError, match=r"no folder of a Whisper model"):
        measured(check, takes[0], takes[0])
