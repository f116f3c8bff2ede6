"""The players that systems bring along."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from emotts.audio import Audio
from emotts.errors import EmottsError

# Program → its arguments before the file. A system may have several, of which one works: a
# PulseAudio client without a server fails at once, and the next is tried.
PLAYERS: dict[str, tuple[str, ...]] = {
    "paplay": (),
    "aplay": ("-q",),
    "afplay": (),
    "play": ("-q",),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error"),
}
# A player that waits for a device that never answers is given up after this much longer than
# the audio lasts.
PATIENCE_S = 10.0


class PlayerError(EmottsError):
    """No player could play."""


def installed() -> list[str]:
    """The players of this system, the first to try first."""
    return [name for name in PLAYERS if shutil.which(name)]


def play(audio: Audio) -> None:
    """Play audio to its end.

    Raises:
        PlayerError: none of the installed players could; the message says why.
    """
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        file = audio.write(Path(folder) / "speech.wav")
        for name in installed():
            problem = _run([name, *PLAYERS[name], str(file)], audio.duration_s + PATIENCE_S)
            if problem is None:
                return
            problems.append(f"{name} failed: {problem}")
    raise PlayerError("; ".join(problems) or f"no player is installed: {', '.join(PLAYERS)}")


def _run(command: list[str], timeout_s: float) -> str | None:
    """Run a player; the last line of its complaint, None where it played."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {timeout_s:.0f} s"
    if done.returncode == 0:
        return None
    complaint = done.stderr.decode(errors="replace").split("\n")
    return next((line for line in reversed(complaint) if line.strip()), f"exit {done.returncode}")
