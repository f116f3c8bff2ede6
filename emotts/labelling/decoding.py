"""From a clip's file to audio, window by window: of the longest file, one window is in memory."""

import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import soundfile

from emotts.audio import (
    BLOCK_FRAMES,
    MAX_CHANNELS,
    MAX_SECONDS,
    RATES,
    Audio,
    Samples,
    to_mono,
)
from emotts.errors import AudioError
from emotts.labelling.items import Item
from emotts.soundfiles import opened

UNKNOWN = 0x7FFFFFFF
_ENDLESS = (1 << 63) - 1
"""Frames of which libsndfile knows no number; it reads such a file, but not its end."""
_SHORTER = re.compile(r"data : (\d+) \(should be (\d+)\)")
LARGEST_MEMBER = 1 << 28
"""Bytes of a file in an archive, which is read as a whole."""


@dataclass(frozen=True)
class Piece:
    """A clip, or a window of it."""

    start_s: float
    """In its file, seconds."""
    audio: Audio


def pieces(item: Item, window_s: float | None = None, *, base: str = "") -> Iterator[Piece]:
    """Decode a clip.

    Args:
        item: where it lies.
        window_s: cut into windows of this length, seconds; what remains at the end is a window of
            its own from half of that on, else part of the last one. None: the clip as a whole, of
            at most `MAX_SECONDS`.
        base: the folder that a relative path is relative to; where the process is unless given.

    Raises:
        AudioError: the file can't be read as audio, is empty, has too many channels or an odd
            rate, or the clip is too long, lies outside of it, or is not finite.
    """
    try:
        with _opened(item, base) as source, opened(source) as file:
            if file.channels > MAX_CHANNELS:
                raise AudioError(f"{file.channels} channels; at most {MAX_CHANNELS}")
            if file.samplerate not in RATES:
                raise AudioError(f"sampling rate {file.samplerate} Hz is not supported")
            _check_complete(file)
            start = round((item.start_s or 0) * file.samplerate)
            limit = max(1, round((window_s or MAX_SECONDS) * file.samplerate))
            for first, samples in _cut(_mono(file, start, item.end_s), limit, whole=not window_s):
                yield Piece((start + first) / file.samplerate, Audio(samples, file.samplerate))
    except OSError as error:
        reason = error.strerror or error  # without the path: clips of one reason are counted
        raise AudioError(f"{item.name}: can't be read as audio: {reason}") from error
    except (ValueError, soundfile.SoundFileError) as error:  # a NUL in a name
        raise AudioError(f"{item.name}: can't be read as audio: {error}") from error
    except AudioError as error:
        raise AudioError(f"{item.name}: {error}") from error


def _opened(item: Item, base: str) -> BinaryIO:
    """The file, or what the archive holds of it."""
    path = os.path.join(base, item.path)
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise AudioError("is no regular file")  # a pipe would be waited for
    file = open(path, "rb")
    if item.offset is None or item.size is None:
        return file
    with file:
        if item.size > LARGEST_MEMBER:
            raise AudioError(f"{item.size >> 20} MiB in an archive; at most 256, unpack it")
        file.seek(item.offset)
        content = file.read(item.size)
    if len(content) < item.size:
        raise AudioError(f"the archive ends within it, after {len(content)} of {item.size} bytes")
    return io.BytesIO(content)


def _mono(file: soundfile.SoundFile, start: int, end_s: float | None) -> Iterator[Samples]:
    """The frames of a file from one to another, mixed down, in blocks."""
    if start:
        if start >= file.frames:
            raise AudioError(f"begins after the end of its file, {file.frames} frames long")
        file.seek(start)
    left = -1 if end_s is None else round(end_s * file.samplerate) - start
    if end_s is not None and left <= 0:
        raise AudioError(f"ends at {end_s:g} s, before it begins")
    wanted = min(left, file.frames - start) if left >= 0 else file.frames - start
    for block in file.blocks(BLOCK_FRAMES, frames=left, dtype="float32", always_2d=True):
        wanted -= len(block)
        yield block[:, 0] if block.shape[1] == 1 else to_mono(block)
    if wanted > 0:
        raise AudioError(f"is cut off: {wanted} of {file.frames} frames are missing")


def _check_complete(file: soundfile.SoundFile) -> None:
    """Refuse a WAV file that is shorter than its header says, which libsndfile only notes.

    A length of all ones is what programs write that can't know it yet.
    """
    if file.frames >= _ENDLESS:
        raise AudioError("its header does not say how long it is, as of FLAC that was streamed")
    noted = _SHORTER.search(file.extra_info)
    if noted and int(noted[2]) < int(noted[1]) < UNKNOWN:
        raise AudioError(f"is cut off: it holds {noted[2]} of {noted[1]} bytes of audio")


def _cut(blocks: Iterator[Samples], size: int, *, whole: bool) -> Iterator[tuple[int, Samples]]:
    """Windows of a stream of samples, with the number of their first one.

    One window is held back until half of the next one is there, for what remains is its end.

    Args:
        blocks: the stream.
        size: of a window, samples.
        whole: there must be but one.
    """
    kept: list[Samples] = []
    held = first = 0
    for block in blocks:
        kept.append(np.array(block))  # the blocks of a file share their memory
        held += block.size
        if whole and held > size:
            raise AudioError(f"longer than {MAX_SECONDS:g} s; label it by windows")
        while held >= size + (size + 1) // 2 and not whole:
            joined = np.concatenate(kept)
            yield first, joined[:size]
            first, kept, held = first + size, [joined[size:]], held - size
    if not held:
        raise AudioError("holds no audio")
    yield first, np.concatenate(kept)
