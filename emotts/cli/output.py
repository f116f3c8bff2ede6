"""Where speech goes: a file, standard output, a player; and the takes it was chosen from."""

import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from emotts.audio import OTHER_FORMATS, Audio, join
from emotts.cli import player
from emotts.errors import AudioError, ConfigError, reason
from emotts.files import lacks_folder, replacing
from emotts.speech import Speech

STDIO = "-"
FALLBACK = Path("speech.wav")
EVIDENCE = "speech.json"


class Delivery:
    """Brings audio to where the options of a command want it."""

    def __init__(self, output: str | None, play: bool) -> None:
        """Look ahead: what can't be delivered should not be spoken first.

        Args:
            output: a file, "-" for standard output, None for neither.
            play: whether to play it in any case.

        Raises:
            ConfigError: nothing can play, or audio would go to a terminal.
            AudioError: the file can't be written, or its name is not that of a WAV file.
        """
        self._output, self._play = output, play
        if self.takes_stdout and sys.stdout is None:
            raise ConfigError("standard output is closed; write audio to a file or a pipe")
        if self.takes_stdout and sys.stdout.isatty():
            raise ConfigError("standard output is a terminal; write audio to a file or a pipe")
        if play and not player.installed():
            raise ConfigError(f"there is no player; install one of {', '.join(player.PLAYERS)}")
        if output not in (None, STDIO):
            _check_writable(output)

    @property
    def takes_stdout(self) -> bool:
        """Whether standard output is for audio, and reports must go to standard error."""
        return self._output == STDIO

    @property
    def only_plays(self) -> bool:
        """Whether the speech is for the ears alone: it may begin before all of it is made."""
        return self._output is None and bool(player.installed())

    def deliver(self, audio: Audio) -> str | None:
        """Write and play; the file it was written to, "-" for standard output, or None."""
        if self.only_plays:
            return self.perform([audio])
        if self.takes_stdout:
            sys.stdout.buffer.write(audio.wav_bytes())
            sys.stdout.buffer.flush()
        elif self._output is not None:
            audio.write(self._output)
        else:
            return _instead(audio, "there is no player")
        if self._play:
            player.play([audio])
        return self._output

    def perform(self, clips: Iterable[Audio]) -> str | None:
        """Play clips, each as soon as it is there; where that fails, write what it would have been.

        Returns:
            The file that was written instead, or None.

        Raises:
            PlayerError: nothing could play, and it was asked for.
        """
        known: list[Audio] = []
        source = _noted(clips, known)
        try:
            player.play(source)
        except player.PlayerError as error:
            if self._play:
                raise
            deque(source, maxlen=0)  # the rest is made, to be written too
            rate = known[0].rate
            return _instead(join(clip.resample(rate) for clip in known), str(error))
        return None


def _check_writable(output: str) -> None:
    """Refuse a file that speech could not be written to, or should not."""
    if not output:
        raise AudioError(f"the output has no name; name a file: {FALLBACK}")
    path = Path(output)
    if output.endswith("/") or path.is_dir():
        raise AudioError(f"{output}: is a folder; name a file in it: {path / FALLBACK}")
    if lacking := lacks_folder(output):
        raise AudioError(lacking)
    if path.suffix.lower() in OTHER_FORMATS:
        raise AudioError(f"{output}: speech is written as WAV: {path.with_suffix('.wav')}")
    # A file is replaced, which its folder must allow; a device or a pipe is written to.
    written = path if path.exists() and not path.is_file() else path.resolve().parent
    if not os.access(written, os.W_OK):
        raise AudioError(f"{output}: can't be written: Permission denied")


def check_folder(directory: str) -> None:
    """Refuse a folder for takes that something else has the name of, before they are made.

    Raises:
        AudioError: it is a file.
    """
    if Path(directory).exists() and not Path(directory).is_dir():
        raise AudioError(f"{directory}: is no folder, but takes are many files")


def write_takes(speech: Speech, form: Mapping[str, Any], directory: str) -> None:
    """Write each candidate as `<sentence>-<index>.wav`, both from 0, and the evidence as JSON.

    Raises:
        AudioError: the directory can't be written.
    """
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / EVIDENCE) as file:
            file.write(json.dumps(form, indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise AudioError(f"{folder}: can't be written: {reason(error)}") from error
    for sentence, choice in enumerate(speech.choices):
        for candidate in choice.candidates:
            if candidate.audio is not None:
                candidate.audio.write(folder / f"{sentence}-{candidate.take.index}.wav")


def _noted(clips: Iterable[Audio], known: list[Audio]) -> Iterator[Audio]:
    """The clips, each of which is added to those that are known."""
    for clip in clips:
        known.append(clip)
        yield clip


def _instead(audio: Audio, reason: str) -> str:
    """Write it, since it can't be played, and say where."""
    path = _unused(FALLBACK)
    audio.write(path)
    click.echo(f"wrote {path}, for {reason}", err=True)
    return str(path)


def _unused(path: Path) -> Path:
    """The path itself, or the first numbered one beside it that does not exist."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
