"""Engines that do what no engine should: a plugin for the tests of isolation."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from emotts.audio import Audio
from emotts.engine import Engine
from emotts.hookspecs import hookimpl
from emotts.records import Rendering, Take
from emotts.testing import ToneEngine

RATE = 16_000
HOUR_S = 3_600
CROWD = 30


class Saboteur(ToneEngine):
    """Hums until it is told to do harm: with the first take, or with a later one."""

    harm: Callable[[], Audio | None]
    first = 0

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take in takes:
            if take.index >= self.first:
                harmed = type(self).harm()
                if harmed is not None:
                    yield Rendering(harmed, dict.fromkeys(self.controls, 0.0))
            else:
                yield from super().synthesize(text, voice=voice, takes=[take])


def raw(samples: np.ndarray, rate: int) -> Audio:
    """Audio that was never looked at."""
    audio = object.__new__(Audio)
    vars(audio).update(samples=samples, rate=rate)
    return audio


def hang() -> None:
    time.sleep(HOUR_S)


def hang_in_c() -> None:
    """Holds the interpreter lock, and ignores what a process may ignore."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ctypes.PyDLL(None).sleep(HOUR_S)


def segfault() -> None:
    ctypes.string_at(0)


def hog() -> None:
    hoard = []
    while True:
        hoard.append(np.ones(2**22))


def leave() -> None:
    os._exit(3)


def exits() -> None:
    sys.exit("I have had enough")


def spam() -> None:
    while True:
        print("spam " * 200)


def leave_a_child() -> None:
    """Dies, and leaves a process behind that holds all it inherited."""
    subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({HOUR_S})"], close_fds=False)
    os._exit(0)


def multiply() -> None:
    """Forks again and again, and waits with all of its children."""
    for _ in range(CROWD):
        if not os.fork():
            break
    time.sleep(HOUR_S)


def escape() -> None:
    """Dies, and leaves a process in a session of its own, which no signal to its group reaches."""
    wait = [sys.executable, "-c", "import time; time.sleep(20)"]
    subprocess.Popen(wait, close_fds=False, start_new_session=True)
    os._exit(0)


def crowd() -> None:
    """Leaves threads behind that never end."""
    for _ in range(CROWD):
        threading.Thread(target=hang).start()
    fail()


def wander() -> None:
    """Changes what a process shares with everything in it."""
    os.chdir("/")
    os.umask(0o777)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    os.environ.clear()
    sys.path.clear()
    fail()


def close_files() -> None:
    """Closes what it was given, the connection to the host among it."""
    os.closerange(0, 256)
    time.sleep(HOUR_S)


def babble() -> None:
    """Writes into every file that is open."""
    for number in range(3, 64):
        try:
            os.write(number, b"\x00\x00\x00\x02{}" * 8)
        except OSError:
            continue
    time.sleep(HOUR_S)


def fail() -> None:
    raise RuntimeError("out of luck")


def wrong_rate() -> Audio:
    return raw(np.ones(RATE, np.float32), 3)


def not_a_number() -> Audio:
    return raw(np.full(RATE, np.nan, np.float32), RATE)


def empty() -> Audio:
    return raw(np.zeros(0, np.float32), RATE)


def two_channels() -> Audio:
    return raw(np.ones((RATE, 2), np.float32), RATE)


def no_array() -> Audio:
    return raw("la la la", RATE)  # type: ignore[arg-type]


def an_hour() -> Audio:
    return Audio(np.full(HOUR_S * RATE, 0.1, np.float32), RATE)


def silence() -> Audio:
    return Audio(np.zeros(RATE, np.float32), RATE)


def nothing() -> None:
    return None


HARMS: dict[str, Callable[[], Audio | None]] = {
    "hang": hang,
    "hang-in-c": hang_in_c,
    "segfault": segfault,
    "memory-hog": hog,
    "os-exit": leave,
    "sys-exit": exits,
    "spam": spam,
    "leaves-a-child": leave_a_child,
    "multiplies": multiply,
    "escapes": escape,
    "crowd-of-threads": crowd,
    "wanders": wander,
    "closes-files": close_files,
    "babble": babble,
    "exception": fail,
    "wrong-rate": wrong_rate,
    "not-a-number": not_a_number,
    "two-channels": two_channels,
    "no-array": no_array,
    "empty": empty,
    "an-hour": an_hour,
    "silence": silence,
    "no-rendering": nothing,
}


@hookimpl
def emotts_engines() -> list[type[Engine]]:
    """Each harm with the first take, and some only with the third."""
    late = [
        type("Late", (Saboteur,), {"name": f"late-{name}", "harm": staticmethod(harm), "first": 2})
        for name, harm in HARMS.items()
    ]
    return late + [
        type("Early", (Saboteur,), {"name": name, "harm": staticmethod(harm)})
        for name, harm in HARMS.items()
    ]
