"""A program that plays: it takes as long as the sound lasts, and notes when it had none.

It stands in the place of `aplay` and reads what that reads, a third of a second ahead.
"""

import stat
import sys
from pathlib import Path

PROGRAM = """\
#!{python}
import json, os, sys, time
rate = int(sys.argv[sys.argv.index("-r") + 1])
begun, ends, gaps, count = None, None, [], 0
while chunk := os.read(0, 1600):
    now = time.monotonic()
    if ends is None:
        begun = ends = now
        with open({log!r}, "w") as file:
            json.dump({{"pid": os.getpid()}}, file)
    if now > ends:
        gaps.append(now - ends)
        ends = now
    ends += len(chunk) / (2 * rate * {speed})
    count += len(chunk)
    time.sleep(max(0, ends - now - 0.3))
time.sleep(max(0, ends - time.monotonic()))
with open({log!r}, "w") as file:
    json.dump({{"begun": begun, "ended": ends, "gaps": gaps, "seconds": count / 2 / rate}}, file)
"""


def install(program: Path, *, log: Path, speed: float = 1.0) -> None:
    """Write the program.

    Args:
        program: where, such as `aplay` in a folder of the path.
        log: the file for its notes: its `pid` when it begins; at the end when it had begun and
            ended (monotonic seconds), each gap (seconds), and how many seconds of sound it got.
        speed: how much faster than a sound card it plays.
    """
    program.write_text(PROGRAM.format(python=sys.executable, log=str(log), speed=speed))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
