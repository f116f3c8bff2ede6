"""Makes the pictures of the page in docs/: `python -m samples.screenshots`; needs Chromium."""

import shutil
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from emotts import Config, Host
from emotts.server.app import create

DOCS = Path(__file__).parent.parent / "docs"
PORT = 8123
TEXT = "We won the match!"


def main() -> None:
    """Speak a sentence through the page, and take a picture for a desk and one for a phone."""
    app = create(Host(Config(takes=5, stop="never")))
    server = uvicorn.Server(uvicorn.Config(app, port=PORT, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, width, dark in (("page", 900, False), ("page-phone", 390, True)):
            page = browser.new_page(
                viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
            )
            page.goto(f"http://127.0.0.1:{PORT}")
            page.wait_for_selector("#emotion option", state="attached")
            page.fill("#text", TEXT)
            page.fill("#takes", "5")
            page.click("#speak")
            page.wait_for_selector("article")
            page.screenshot(path=DOCS / f"{name}.png", full_page=True)
        browser.close()
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
