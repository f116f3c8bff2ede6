"""Pages in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patience import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE_MS = 1000 * PATIENCE_S


def is_light(page: "Page") -> bool:
    """Whether it is dark on light."""
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, re.findall(r"\d+", paper)[:3])) > 3 * 128


@contextmanager
def offline(browser: "Browser", address: str, *, scheme: str, width: int) -> Iterator["Page"]:
    """A page that has no network; at the end, that it needed none, had no error, and fits."""
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text))
    page.on("requestfailed", lambda asked: wrong.append(f"{asked.url}: {asked.failure}"))
    page.goto(address)
    yield page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert is_light(page) == (scheme == "light")
    # Once it knows how long a clip is, the browser breaks off.
    assert not [line for line in wrong if "ERR_ABORTED" not in line]
    page.close()
