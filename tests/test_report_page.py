"""The page about a data set, in a real browser that has no network."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from labelled import run, speak

from emotts.reporting import report
from emotts.reporting.reading import read
from emotts.reporting.sound import LONGEST_S
from emotts.reporting.tally import Tally, tally

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CLIPS = 30

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def labels(tones: Path, tmp_path: Path) -> Path:
    """Of clips of tones, half of which are known to be sad."""
    clips = speak(tmp_path / "clips", CLIPS)
    rows = [f"{clip},{('sad', 'joy')[i % 2]}\n" for i, clip in enumerate(clips)]
    (tmp_path / "m.csv").write_text("path,mood\n" + "".join(rows))
    run([tmp_path / "m.csv"], tmp_path / "labels.parquet")
    return tmp_path / "labels.parquet"


@pytest.fixture
def found(labels: Path) -> Tally:
    return tally(read(labels, None))


@pytest.fixture
def address(labels: Path) -> str:
    report(labels, labels.parent / "r.html", truth="mood")
    return (labels.parent / "r.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 380])
def test_it_opens_offline_without_an_error(
    browser: "playwright.Browser", address: str, found: Tally, scheme: str, width: int
) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("tbody .bar").count() == len(found.tops)
    assert page.locator(".map circle").count() == CLIPS
    assert page.locator(".confusion tbody tr").count() == 2
    colours = page.evaluate(
        "[...document.querySelectorAll('.map circle')].map(dot => getComputedStyle(dot).fill)"
    )
    assert len(set(colours)) == len(found.tops)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    bright = sum(map(int, re.findall(r"\d+", paper)[:3])) > 3 * 128
    assert bright == (scheme == "light")
    assert not wrong
    page.close()


def test_a_clip_plays(browser: "playwright.Browser", address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    seconds, sound = page.evaluate(
        """async () => {
          const clip = document.querySelector("audio"); clip.muted = true;
          await clip.play();
          await new Promise(done => clip.addEventListener("timeupdate", done, {once: true}));
          return [clip.duration, clip.error === null]; }"""
    )
    assert sound
    assert 0.1 < seconds < LONGEST_S + 0.2
    page.close()
