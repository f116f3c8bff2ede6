"""The samples and their page, in a real browser that has no network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE_MS, offline

from emotts import read
from samples.page import render
from samples.tables import readme

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parent.parent / "samples"
PAGE = FOLDER / "index.html"
EVIDENCE = json.loads((FOLDER / "evidence.json").read_text(encoding="utf-8"))
SAMPLES = EVIDENCE["samples"]
LARGEST_MB = 5


def test_what_is_drawn_is_the_evidence() -> None:
    assert render(EVIDENCE) == PAGE.read_text(encoding="utf-8")
    assert readme(EVIDENCE) == (FOLDER / "README.md").read_text(encoding="utf-8")


def test_each_sample_has_its_audio_and_the_folder_is_small() -> None:
    clips = {
        clip["file"]: clip["seconds"] for s in SAMPLES for clip in (s["take0"], s["chosen_take"])
    }
    assert {f"audio/{path.name}" for path in (FOLDER / "audio").iterdir()} == set(clips)
    for file, seconds in clips.items():
        assert read(FOLDER / file).duration_s == pytest.approx(seconds, abs=1e-3)
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    assert size < LARGEST_MB * 1e6


def test_the_same_sentences_are_spoken_with_each_emotion() -> None:
    emotions = dict.fromkeys(sample["emotion"] for sample in SAMPLES)
    spoken = [(sample["emotion"], sample["text"]) for sample in SAMPLES]
    assert spoken == [(emotion, text) for emotion in emotions for text in EVIDENCE["sentences"]]


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(PAGE.as_uri())
    # So slowly that no clip ends before a browser that is busy has looked.
    page.evaluate(
        "for (const clip of document.querySelectorAll('audio'))"
        "  clip.defaultPlaybackRate = clip.playbackRate = 1 / 16"
    )
    yield page
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 380])
def test_the_page_opens_offline_without_an_error(
    browser: "Browser", scheme: str, width: int
) -> None:
    with offline(browser, PAGE.as_uri(), scheme=scheme, width=width) as page:
        assert page.locator("article").count() == len(SAMPLES)
        for verdict, matched in (("reached", True), ("not", False)):
            shown = page.locator(f".verdict.{verdict}").count()
            assert shown == sum(sample["matched"] is matched for sample in SAMPLES)


PLAYING = "[...document.querySelectorAll('audio')].findIndex(clip => !clip.paused)"
SHARE = "clip => clip.currentTime / clip.dataset.seconds"


@pytest.mark.slow
def test_a_key_changes_to_the_other_take_at_the_same_place(page: "Page") -> None:
    page.keyboard.press("j")
    first, other = page.locator("audio").nth(0), page.locator("audio").nth(1)
    page.wait_for_function(f"{PLAYING} === 0 && document.querySelector('audio').currentTime > 0.05")
    before = first.evaluate(SHARE)
    page.keyboard.press("x")
    page.wait_for_function(f"{PLAYING} === 1")
    assert first.evaluate("clip => clip.paused")
    assert before <= other.evaluate(SHARE) < before + 0.4
    page.keyboard.press("Escape")
    page.wait_for_function(f"{PLAYING} === -1")


@pytest.mark.slow
def test_the_button_plays_and_one_take_at_a_time(page: "Page") -> None:
    page.locator(".switch").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{PLAYING} === 2")
    page.locator(".switch").nth(2).click()
    page.wait_for_function(f"{PLAYING} === 4")
    page.wait_for_function("document.querySelectorAll('article.playing').length === 1")
    head = page.locator("article.playing .head")
    page.wait_for_function("document.querySelector('.playing .head').getAttribute('x1') > 40")
    assert head.evaluate("line => getComputedStyle(line).visibility") == "visible"
