"""The page about a data set, in a real browser that has no network."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import offline
from labelled import run, speak

from emotts.reporting import report
from emotts.reporting.reading import read
from emotts.reporting.sound import LONGEST_S
from emotts.reporting.tally import Tally, tally

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CLIPS = 30

pytestmark = pytest.mark.slow


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
    browser: "Browser", address: str, found: Tally, scheme: str, width: int
) -> None:
    with offline(browser, address, scheme=scheme, width=width) as page:
        assert page.locator("tbody .bar").count() == len(found.tops)
        assert page.locator(".map circle").count() == CLIPS
        assert page.locator(".confusion tbody tr").count() == 2
        colours = page.evaluate(
            "[...document.querySelectorAll('.map circle')].map(dot => getComputedStyle(dot).fill)"
        )
        assert len(set(colours)) == len(found.tops)


def test_a_clip_plays(browser: "Browser", address: str) -> None:
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
