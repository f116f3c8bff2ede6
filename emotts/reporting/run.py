"""A report, from a table of labels to the page."""

import os
from functools import partial
from pathlib import Path

from emotts.errors import ConfigError, UnknownNameError
from emotts.files import lacks_folder, replacing
from emotts.reporting.page import render
from emotts.reporting.reading import read
from emotts.reporting.sound import AUDIO, EMBED, sound
from emotts.reporting.tally import Tally, tally

__all__ = ["AUDIO", "report"]


def report(
    labels: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    truth: str | None = None,
    audio: str = EMBED,
) -> Tally:
    """Write a page about what was heard in a data set.

    Memory does not grow with the table, and the page hardly does.

    Args:
        labels: a `.parquet`, `.csv` or `.jsonl` file of `emotts label`.
        output: the HTML file.
        truth: a column of the table that names the emotion known from elsewhere.
        audio: `embed` the beginnings of the clips that can be listened to, `link` to their files,
            or `none`.

    Returns:
        What was counted and kept.

    Raises:
        ConfigError: the table can't be read, is empty, would be written over, or the page can't be
            written.
        UnknownNameError: the table is of another kind, or has no such column.
    """
    if audio not in AUDIO:
        raise UnknownNameError("audio", audio, AUDIO)
    table, page = Path(labels), Path(output)
    _check(table, page)
    found = tally(read(table, truth))
    if not found.rows:
        raise ConfigError(f"{table}: holds no rows")
    listen = partial(sound, page=page, kind=audio)
    content = render(found, table.name, truth, listen)
    try:
        with replacing(page) as file:
            file.write(content.encode())
    except OSError as error:
        raise ConfigError(f"{page}: can't be written: {error}") from error
    return found


def _check(table: Path, page: Path) -> None:
    """Refuse a page that can't be, before a long table is read for it."""
    if page.exists() and table.exists() and page.samefile(table):
        raise ConfigError(f"{page} holds the labels; name another file for the page")
    if lacking := lacks_folder(page):
        raise ConfigError(lacking)
