"""Clips to listen to: short ones within the page, or links to their files."""

import base64
import io
import os
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import soundfile

from emotts.audio import Audio
from emotts.errors import AudioError, ConfigError
from emotts.labelling import tars
from emotts.labelling.decoding import pieces
from emotts.labelling.items import Item
from emotts.labelling.sources import ARCHIVE
from emotts.reporting.heard import Heard

EMBED, LINK, NONE = AUDIO = ("embed", "link", "none")
LONGEST_S = 6.0
RATE = 24_000
"""What every browser plays as MP3, and no voice has much above its half."""


@dataclass(frozen=True)
class Sound:
    """Where a page finds a clip's audio."""

    url: str | None
    reason: str | None = None
    """Why there is none, in words."""


def sound(clip: Heard, page: Path, kind: str) -> Sound:
    """The audio of a clip for a page, as one of `AUDIO` says."""
    if kind == NONE:
        return Sound(None)
    if kind == LINK:
        return _link(clip, page)
    try:
        return Sound(_embedded(clip))
    except (AudioError, ConfigError) as error:
        return Sound(None, str(error))


def _link(clip: Heard, page: Path) -> Sound:
    if _archived(clip):
        return Sound(None, "in an archive, to which a page can't link")
    try:
        # A colon, too: what is before one would be taken for a scheme.
        path = quote(Path(os.path.relpath(clip.path, page.parent)).as_posix(), safe="/")
    except ValueError:  # on another drive
        path = Path(clip.path).absolute().as_uri()
    # https://www.w3.org/TR/media-frags/: the part of the file that was heard.
    end = "" if clip.end_s is None else f",{clip.end_s:g}"
    return Sound(f"{path}#t={clip.start_s:g}{end}")


def _embedded(clip: Heard) -> str:
    """The first seconds of a clip as an MP3 in a URL.

    Raises:
        AudioError: it can't be read, or not be encoded.
    """
    audio = _beginning(clip)
    content = io.BytesIO()
    try:
        soundfile.write(content, audio.samples, audio.rate, format="MP3")
    except soundfile.SoundFileError as error:
        raise AudioError(f"can't be written as MP3: {error}") from error
    return "data:audio/mpeg;base64," + base64.b64encode(content.getvalue()).decode()


def _beginning(clip: Heard) -> Audio:
    item = Item(clip.path, clip.name)
    if _archived(clip):
        item = tars.find(Path(clip.path), clip.name)
    item = replace(item, start_s=clip.start_s or None, end_s=clip.end_s)
    piece = next(pieces(item, LONGEST_S)).audio
    return Audio(piece.samples[: round(LONGEST_S * piece.rate)], piece.rate).resample(RATE)


def _archived(clip: Heard) -> bool:
    return clip.path.lower().endswith(ARCHIVE)
