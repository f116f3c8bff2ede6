"""Two cores are busy and never fought over: one thread makes, one hears, and nothing spins."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from emotts import Config, Host
from emotts.config import ClassifierConfig
from emotts.effort import Stop

TASKS = Path("/proc/self/task")
TEXT = "The shop on the corner of the quiet road opens at eight in the morning."

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TASKS.is_dir(), reason="needs Linux's /proc"),
]


@pytest.fixture(scope="module")
def host() -> Host:
    # As on a machine of two cores: with more, two takes are heard at once.
    alone = ClassifierConfig(name="compact", options={"threads": 1})
    host = Host(Config(classifiers=(alone,)))
    host.say("One, two.", "anger", stop="never")
    return host


def running(action: Callable[[], object]) -> list[int]:
    """How many threads of this process are runnable, sample by sample, while something is done."""
    done = threading.Event()
    counts: list[int] = []

    def look() -> None:
        watcher = str(threading.get_native_id())
        while not done.is_set():
            counts.append(sum(runnable(task) for task in TASKS.iterdir() if task.name != watcher))
            time.sleep(0.0005)

    thread = threading.Thread(target=look)
    thread.start()
    action()
    done.set()
    thread.join()
    return counts


def runnable(task: Path) -> bool:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] == "R"
    except OSError:  # it has ended
        return False


@pytest.mark.parametrize("stop", ["never", "adaptive"])
def test_how_many_takes_are_heard_at_once_changes_nothing(stop: Stop) -> None:
    def made(threads: int) -> list[tuple[bytes, bytes]]:
        config = {"classifiers": [{"name": "compact", "options": {"threads": threads}}]}
        with Host(Config.model_validate(config)) as host:
            (choice,) = host.say("The road is quiet.", "sadness", stop=stop).choices
        return [
            (c.audio.samples.tobytes(), c.predictions["compact"].embedding.tobytes())
            for c in choice.candidates
            if c.audio is not None
        ]

    alone = made(1)
    assert made(2) == alone and made(4) == alone


@pytest.mark.parametrize("stop", ["never", "adaptive"])
def test_no_more_than_two_threads_work_at_a_time(host: Host, stop: Stop) -> None:
    numbers, counts = count(), list[int]()
    while len(counts) < 200:
        text = f"{TEXT} {next(numbers)}."
        counts += running(lambda text=text: host.say(text, "sadness", stop=stop))
    # A thread that hands over to another is runnable beside it for a moment, on a busy machine a
    # long one; one that spins always is.
    assert sum(number > 2 for number in counts) <= len(counts) / 5


def test_nothing_spins_after_a_request(host: Host) -> None:
    def spent_after_one() -> float:
        host.say(TEXT, "fear", stop="never")
        before = time.process_time()
        time.sleep(0.5)
        return time.process_time() - before

    # What other tests have left in this process may wake up now and then.
    assert any(spent_after_one() < 0.05 for _ in range(5))


def test_a_request_leaves_no_thread_behind(host: Host) -> None:
    host.say(TEXT, "anger")
    names = {thread.name for thread in threading.enumerate()}
    assert not {name for name in names if name.startswith(("emotts-ahead", "emotts-noise"))}


def test_the_pools_of_the_libraries_are_no_larger_than_the_machine() -> None:
    code = f"""
import os, threading, time
from emotts import Host
Host().say({TEXT!r}, "anger")
def pools():
    time.sleep(0.05)  # a thread that is done may still be listed
    return len(os.listdir("/proc/self/task")) - len(threading.enumerate())
print(min(pools() for _ in range(10)))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 2 * (os.cpu_count() or 1)
