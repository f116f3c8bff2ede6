"""Whatever a plugin does, the host speaks: within the deadline, and a quarter of a second more."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sabotage import HARMS

from emotts import Choice, Config, Host, Take
from emotts.emotions import target
from emotts.listener import Listener
from emotts.pipeline import speak
from emotts.speech import Request, Speech
from emotts.testing import PitchClassifier, ToneEngine

pytestmark = pytest.mark.slow

SOURCE = (Path(__file__).parent / "sabotage.py").read_text()
TEXT = "The cat sat on the mat."
DEADLINE_S = 0.6
MORE_S = 0.25
# The machine may be busy with something else: the best of so many sentences counts. With three
# failures the breaker opens, and there is nothing left to wait for.
TRIES = 2
QUICK = ("hang", "segfault", "exception", "not-a-number", "an-hour")
LATE = ("hang", "segfault", "babble", "exception", "not-a-number", "no-rendering")

MakeHost = Callable[[str], Host]


@pytest.fixture
def sabotaged(
    install: Callable[..., None], tones: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeHost]:
    """Makes hosts of a saboteur that falls back on the tone engine, which is calibrated."""
    install("sabotage", SOURCE)
    Host.from_config(tones).say(TEXT, "anger")
    hosts: list[Host] = []

    def make(engine: str) -> Host:
        content = Config.load(tones).model_dump()
        limits = {"isolate": True, "deadline_s": DEADLINE_S, "memory_mb": 1500}
        content |= {"engine": {"name": engine, **limits}, "fallback": ["tone"]}
        hosts.append(Host(Config.model_validate(content)))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


def timed(host: Host) -> tuple[Speech, float]:
    start = time.perf_counter()
    return host.say(TEXT, "anger"), time.perf_counter() - start


def is_sound(choice: Choice) -> bool:
    audio = choice.audio
    level = float(np.sqrt(np.mean(np.square(audio.samples, dtype=np.float64))))
    return bool(np.isfinite(audio.samples).all()) and 0.5 < audio.duration_s < 10 and level > 0.01


@pytest.mark.parametrize(
    "harm",
    [pytest.param(harm, marks=() if harm in QUICK else pytest.mark.slow) for harm in HARMS],
)
def test_a_fallback_speaks_in_time_and_the_choice_says_so(harm: str, sabotaged: MakeHost) -> None:
    host = sabotaged(harm)
    host.engine.voices()
    spent = []
    for _ in range(TRIES):
        speech, seconds = timed(host)
        spent.append(seconds)
        (choice,) = speech.choices
        assert (choice.engine, choice.voice.name, speech.engine) == ("tone", "alto", harm)
        assert is_sound(choice) and choice.matched
    # Far from a second deadline; a quarter of a second is what an idle machine keeps to.
    assert min(spent) < 2 * DEADLINE_S - 0.1


@pytest.mark.parametrize("harm", LATE)
def test_harm_in_a_later_take_costs_the_later_takes_alone(harm: str, sabotaged: MakeHost) -> None:
    engine = sabotaged(f"late-{harm}").engine
    voice = engine.voice()
    tone = ToneEngine(ToneEngine.Options())
    neutral = next(tone.renderings(TEXT, voice=voice.name, takes=[Take(0, 0)])).audio
    pitch = PitchClassifier(PitchClassifier.Options())
    request = Request(TEXT, target("anger"), voice, takes=8, seed=0)
    listeners = [Listener(pitch, pitch.profile([neutral]))]
    start = time.perf_counter()
    (choice,) = speak(request, engine=engine, listeners=listeners, checks=[])
    assert time.perf_counter() - start < 2 * (DEADLINE_S + MORE_S)
    assert choice.engine == engine.name and choice.chosen in (0, 1) and is_sound(choice)
    lost = [candidate.rejected for candidate in choice.candidates[2:]]
    assert lost and all(lost)


@pytest.mark.parametrize("harm", ["wanders", "crowd-of-threads", "multiplies", "closes-files"])
def test_what_a_plugin_does_to_its_process_stays_there(harm: str, sabotaged: MakeHost) -> None:
    before = state()
    host = sabotaged(harm)
    for _ in range(TRIES):
        assert is_sound(timed(host)[0].choices[0])
    host.close()
    deadline = time.monotonic() + 5
    while state() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert state() == before


def state() -> tuple[object, ...]:
    """What a process shares with everything in it, and its children."""
    gc.collect()
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    os.umask(mask := os.umask(0))
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return (
        (os.getcwd(), mask, handlers, threading.active_count(), tuple(sys.path))
        + (len(os.environ), len(os.listdir("/proc/self/fd")))
        + ((children.read_text().split(),) if children.exists() else ())
    )


def test_a_plugin_that_cannot_be_imported_is_spoken_for(
    install: Callable[..., None], sabotaged: MakeHost, caplog: pytest.LogCaptureFixture
) -> None:
    install("absent", "import a_module_that_is_nowhere")
    host = sabotaged("absent")
    speech, seconds = timed(host)
    assert speech.choices[0].engine == "tone" and is_sound(speech.choices[0])
    assert seconds < MORE_S
    assert "a_module_that_is_nowhere" in caplog.text
