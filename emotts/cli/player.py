"""The players that systems bring along.

A program plays what it reads from its standard input: one process plays all sentences, so that
there is no gap between them, and the pipe to it is where the next one waits.
"""

import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO

from emotts.audio import Audio
from emotts.errors import EmottsError

# Program → its arguments to play 16-bit mono from standard input, or else a file. A system may have
# several, of which one works: a PulseAudio client without a server fails at once, and the next is
# tried. Without a latency, PulseAudio's waits for two seconds of sound before it begins.
PLAYERS: dict[str, str] = {
    "paplay": "--raw --format=s16le --channels=1 --rate={rate} --latency-msec=100",
    "aplay": "-q -t raw -f S16_LE -c 1 -r {rate} -",
    "afplay": "{file}",
    "play": "-q -t raw -e signed-integer -b 16 -L -c 1 -r {rate} -",
    "ffplay": "-nodisp -autoexit -loglevel error -f s16le -sample_rate {rate} -i -",
}
# A player that waits for a device that never answers is given up when it has read nothing for so
# long, or is not done so much later than the audio could be.
PATIENCE_S = 10.0


class PlayerError(EmottsError):
    """No player could play."""


class _Broken(Exception):
    """A player that failed; the message is its own."""


def installed() -> list[str]:
    """The players of this system, the first to try first."""
    return [name for name in PLAYERS if shutil.which(name)]


def play(clips: Iterable[Audio]) -> None:
    """Play clips one after the other to their end, each as soon as it is there.

    Args:
        clips: at least one; those of other rates are resampled to that of the first.

    Raises:
        PlayerError: none of the installed players could; the message says why.
    """
    problems = []
    source, known = iter(clips), list[Audio]()
    for name in installed():
        try:
            return _play(name, _again(known, source))
        except _Broken as problem:
            problems.append(f"{name} failed: {problem}")
    raise PlayerError("; ".join(problems) or f"no player is installed: {', '.join(PLAYERS)}")


def _again(known: list[Audio], source: Iterator[Audio]) -> Iterator[Audio]:
    """The clips that are known already, then further ones, which are known from then on."""
    yield from tuple(known)
    for clip in source:
        known.append(clip)
        yield clip


def _play(name: str, clips: Iterator[Audio]) -> None:
    """Play with one program."""
    if "{file}" in PLAYERS[name]:
        for clip in clips:
            with tempfile.TemporaryDirectory() as folder:
                file = clip.write(Path(folder) / "speech.wav")
                with _Program([name, str(file)]) as program:
                    program.finish(clip.duration_s)
        return
    first = next(clips)
    seconds = 0.0
    with _Program([name, *PLAYERS[name].format(rate=first.rate).split()]) as program:
        try:
            for clip in chain([first], clips):
                seconds += clip.duration_s
                program.write(clip.resample(first.rate).pcm16())
        except EmottsError:  # what was said before is heard to its end, where it can be
            with suppress(_Broken):
                program.finish(seconds)
            raise
        program.finish(seconds)


class _Program:
    """A program that plays; leaving its context in haste ends it."""

    def __init__(self, command: list[str]) -> None:
        self._complaints: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin.fileno()
        os.set_blocking(self._pipe, False)

    def __enter__(self) -> "_Program":
        return self

    def __exit__(self, *raised: object) -> None:
        self._close()
        self._process.kill()
        self._process.wait()
        self._complaints.close()

    def write(self, data: bytes) -> None:
        """Hand over samples, as fast as they are played."""
        rest = memoryview(data)
        while rest:
            if not select.select([], [self._pipe], [], PATIENCE_S)[1]:
                raise _Broken(f"it reads nothing for {PATIENCE_S:.0f} s")
            try:
                rest = rest[os.write(self._pipe, rest) :]
            except BrokenPipeError:
                self.finish(PATIENCE_S)
                raise _Broken("it stopped to read") from None

    def finish(self, seconds: float) -> None:
        """Wait for the end of what was handed over, which lasts so long at most."""
        self._close()
        try:
            code = self._process.wait(seconds + PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise _Broken(f"no end after {seconds + PATIENCE_S:.0f} s") from None
        if code:
            raise _Broken(self._complaint() or f"exit {code}")

    def _close(self) -> None:
        """Tell it that there is no more."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def _complaint(self) -> str:
        """The last line that it wrote about what is wrong."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "")
