"""The page, in a real browser against the running server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE_MS, is_light
from test_server import served
from test_server_turns import gated

from emotts import Config, Host

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(Host(Config(takes=3, stop="never"))) as address:
        yield address


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    with opened(browser, address) as page:
        yield page


@contextmanager
def opened(browser: "Browser", address: str) -> Iterator["Page"]:
    """The page of a server; at the end, that it had no error and asked nobody else."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        # That a request was refused is for the page to tell.
        lambda line: (
            line.type == "error"
            and "Failed to load resource" not in line.text
            and errors.append(line.text)
        ),
    )
    # Whatever is played, and nothing but this server is asked.
    page.add_init_script(
        "window.played = [];"
        "const play = HTMLMediaElement.prototype.play;"
        "HTMLMediaElement.prototype.play = function () {"
        "  played.push(this.src); return play.call(this); };"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector("#emotion option", state="attached")
    yield page
    assert not errors
    assert all(url.startswith((address, "blob:", "data:")) for url in asked)
    page.close()


def speak(page: "Page", sentences: int) -> None:
    page.click("#speak")
    page.wait_for_function(
        f"document.querySelectorAll('article').length === {sentences}"
        " && document.querySelector('#progress').hidden"
    )


def test_a_text_is_spoken_and_every_take_is_shown(page: "Page") -> None:
    page.fill("#text", "Good morning. How are you?")
    page.select_option("#emotion", "anger")
    page.fill("#takes", "3")
    speak(page, 2)
    assert page.locator("article").count() == 2
    assert page.locator("article tr.chosen").count() == 2
    first = page.locator("article").first
    assert first.locator("tr").count() == 4
    assert first.locator(".bars i").count() == 3 * 8
    assert first.locator(".bars i.wanted").count() == 3
    assert "anger" in str(first.locator(".bars").first.get_attribute("aria-label"))
    assert first.locator(".contour path").count() == 3
    assert first.locator(".map circle").count() == 3
    assert "2 sentences, 6 takes" in page.inner_text("#status")
    page.wait_for_function("played.length >= 2")  # both sentences, in turn


def test_a_take_is_played_after_take_0(page: "Page") -> None:
    page.fill("#text", "Good morning.")
    speak(page, 1)
    page.wait_for_function("played.length === 1")
    page.get_by_role("button", name="Play take 0, then take 1").click()
    page.wait_for_function("played.length === 3")
    played = page.evaluate("played")
    assert len(set(played[1:])) == 2


def test_it_is_used_with_the_keyboard_alone(page: "Page") -> None:
    page.focus("#text")
    page.keyboard.type(" Yes.")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "speak":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("article")
    # Where the focus comes, for it leaves the button to stop once all is done.
    page.evaluate(
        "window.reached = null;"
        "document.addEventListener('focusin', event => { reached ??= event.target.id; })"
    )
    page.keyboard.press("Tab")
    page.wait_for_function("reached !== null")
    assert page.evaluate("reached") in ("stop", "file")


def test_a_recording_is_classified_and_asked_for(page: "Page", tmp_path: Path) -> None:
    clip = tmp_path / "angry.wav"
    Host(Config(takes=2)).say("Good morning.", "anger").audio.write(clip)
    page.set_input_files("#file", clip)
    page.click("#classify")
    page.wait_for_function("document.querySelector('#heard').textContent.includes('%')")
    page.check("#like")
    assert "--like 'angry.wav'" in page.inner_text("#code")
    page.fill("#text", "Good evening.")
    speak(page, 1)


def test_the_request_is_shown_as_code(page: "Page") -> None:
    page.fill("#text", "It's late.")
    page.select_option("#emotion", "fear")
    assert """emotts say 'It'\\''s late.' --emotion fear""" in page.inner_text("#code")
    page.select_option("#dialect", "python")
    code = page.inner_text("#code")
    compile(code, "page", "exec")
    assert 'Host().say("It\'s late.", "fear"' in code
    page.select_option("#dialect", "curl")
    assert "/v1/audio/speech" in page.inner_text("#code")


def test_an_error_is_shown(page: "Page") -> None:
    page.fill("#text", "…")
    with page.expect_response("**/v1/emotts/say") as response:
        page.click("#speak")
    assert response.value.status == 400
    page.wait_for_selector("#status.bad")
    assert "nothing to speak" in page.inner_text("#status")


def test_a_stop_stops(browser: "Browser", tones: Path) -> None:
    host = gated(tones)
    with served(host) as address, opened(browser, address) as page:
        with host.engine.holding("The dog ran."):
            page.fill("#text", "The cat sat. The dog ran. It rained.")
            page.click("#speak")
            page.wait_for_selector("article")
            page.click("#stop")
            page.wait_for_function("document.querySelector('#status').textContent === 'Stopped.'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_light_and_dark(page: "Page", scheme: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.fill("#text", "Good morning.")
    speak(page, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # The verdicts, too, are there without scrolling sideways.
    assert page.evaluate("document.querySelector('.wide').scrollWidth") <= 390
    assert page.locator("tr.chosen td").last.is_visible()
    assert is_light(page) == (scheme == "light")
