"""Fixtures that several test modules share."""

import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE_MS
from hypothesis import HealthCheck, settings

from emotts.audio import Audio
from emotts.builtin.compact import CompactClassifier
from emotts.testing import spoken

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Install = Callable[..., None]

# The background jobs of a shell ignore Ctrl-C, and so would the programs that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# `pytest --hypothesis-profile thorough` looks at so many cases of every property.
# The suite looks at the same ones every time, however slowly they are drawn.
settings.register_profile(
    "quick", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "thorough", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("quick")

TEXTS = (
    "The train to the coast leaves at nine.",
    "She put the letter on the kitchen table and said nothing more about it.",
    "Well, who would have thought of that?",
)
TONES = (Path(__file__).parent / "tones.py").read_text(encoding="utf-8")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install distributions with one plugin module each, as pip would, for one test.

    Processes that the test starts find them too.
    """
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.delenv("EMOTTS_LOAD_PLUGINS", raising=False)
    modules = []

    def install(entry: str, source: str, *, distribution: str = "", version: str = "1.0") -> None:
        distribution = distribution or f"emotts-{entry}"
        module = distribution.replace("-", "_")
        modules.append(module)
        (site / f"{module}.py").write_text(dedent(source))
        info = site / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(f"[emotts]\n{entry} = {module}\n")

    yield install
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def tones(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the tone engine and the pitch classifier; a config file that chooses them."""
    install("tones", TONES)
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMOTTS_DATA", str(tmp_path / "data"))
    config = tmp_path / "tones.yaml"
    config.write_text("engine: tone\nclassifiers: [pitch]\nchecks: [signal]\ntakes: 4\n")
    return config


@pytest.fixture(scope="session")
def clips() -> list[Audio]:
    """Sentences of three lengths, as the built-in classifiers hear them."""
    return [spoken(text)[0].resample(CompactClassifier.rate) for text in TEXTS]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium, which plays without being touched, and is not heard; skipped where it is absent."""
    playwright = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium on this machine")
    arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=arguments, timeout=PATIENCE_MS)
        yield browser
        browser.close()
