"""Writes docs/reference from the docstrings and models of emotts.

    python docs/generator            # write the pages
    python docs/generator --check    # exit with 1 where some are not up to date, and name them

Whatever is public and has no docstring is an error.
"""

import os
import sys
from pathlib import Path

from pages import Reference

FOLDER = Path(__file__).parents[1] / "reference"


def main() -> None:
    """Write the pages, or check them."""
    os.environ["EMOTTS_LOAD_PLUGINS"] = ""  # what else is installed is no part of them
    stale = []
    for name, text in Reference().pages():
        page = FOLDER / name
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            page.write_text(text, encoding="utf-8")
    print(f"{', '.join(stale)}: not up to date" if stale else "the reference is up to date")
    sys.exit(bool(stale) and "--check" in sys.argv)


main()
