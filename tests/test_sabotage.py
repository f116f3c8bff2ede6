"""Whatever a plugin does, the host speaks, and waits for no more than one deadline a sentence.

How soon it speaks is measured by benchmarks: a machine that is busy may take its time.
"""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from patience import PATIENCE_S, until
from sabotage import HARMS

from emotts import Choice, Config, Host, Take
from emotts.emotions import target
from emotts.isolation.frames import Frame
from emotts.isolation.supervisor import Supervisor
from emotts.listener import Listener
from emotts.pipeline import speak
from emotts.speech import Request
from emotts.testing import PitchClassifier, ToneEngine

pytestmark = pytest.mark.slow

SOURCE = (Path(__file__).parent / "sabotage.py").read_text()
TEXT = "The cat sat on the mat."
# With three failures the breaker opens, and nothing is asked any more.
SENTENCES = 2
# Renderings are asked for until one fails; silence fails where it is heard, after all of them.
ASKED = {"silence": 12}
DEADLINE_S = 0.6
# Of an engine that must answer before it does harm; one that hangs then costs as much.
PATIENT_S = {"hang": 10.0}
LATE = ("hang", "segfault", "babble", "exception", "not-a-number", "no-rendering")

MakeHost = Callable[..., Host]


@pytest.fixture
def sabotaged(
    install: Callable[..., None], tones: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeHost]:
    """Makes hosts of a saboteur that falls back on the tone engine, which is calibrated."""
    install("sabotage", SOURCE)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # each one's memory counts, on any machine
    Host.from_config(tones).say(TEXT, "anger")
    hosts: list[Host] = []

    def make(engine: str, deadline_s: float = DEADLINE_S) -> Host:
        content = Config.load(tones).model_dump()
        limits = {"isolate": True, "deadline_s": deadline_s, "memory_mb": 1500}
        content |= {"engine": {"name": engine, **limits}, "fallback": ["tone"]}
        hosts.append(Host(Config.model_validate(content)))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What processes are asked for, as it is."""
    asked: list[str] = []
    send = Supervisor._request

    def request(self: Supervisor, frame: Frame, *arguments: Any, **options: Any) -> Any:
        asked.append(frame.kind)
        return send(self, frame, *arguments, **options)

    monkeypatch.setattr(Supervisor, "_request", request)
    return asked


def is_sound(choice: Choice) -> bool:
    audio = choice.audio
    level = float(np.sqrt(np.mean(np.square(audio.samples, dtype=np.float64))))
    return bool(np.isfinite(audio.samples).all()) and 0.5 < audio.duration_s < 10 and level > 0.01


@pytest.mark.parametrize("harm", HARMS)
def test_a_fallback_speaks_after_one_deadline_and_the_choice_says_so(
    harm: str, sabotaged: MakeHost, requests: list[str]
) -> None:
    host = sabotaged(harm)
    host.engine.voices()
    for _ in range(SENTENCES):
        requests.clear()
        speech = host.say(TEXT, "anger")
        (choice,) = speech.choices
        assert (choice.engine, choice.voice.name, speech.engine) == ("tone", "alto", harm)
        assert is_sound(choice) and choice.matched
        assert requests.count("synthesize") == ASKED.get(harm, 1)


@pytest.mark.parametrize("harm", LATE)
def test_harm_in_a_later_take_costs_the_later_takes_alone(
    harm: str, sabotaged: MakeHost, requests: list[str]
) -> None:
    engine = sabotaged(f"late-{harm}", PATIENT_S.get(harm, PATIENCE_S)).engine
    voice = engine.voice()
    tone = ToneEngine(ToneEngine.Options())
    neutral = next(tone.renderings(TEXT, voice=voice.name, takes=[Take(0, 0)])).audio
    pitch = PitchClassifier(PitchClassifier.Options())
    request = Request(TEXT, target("anger"), voice, takes=8, seed=0)
    listeners = [Listener(pitch, pitch.profile([neutral]))]
    (choice,) = speak(request, engine=engine, listeners=listeners, checks=[])
    assert choice.engine == engine.name and choice.chosen in (0, 1) and is_sound(choice)
    lost = [candidate.rejected for candidate in choice.candidates[2:]]
    assert lost and all(lost)


@pytest.mark.parametrize("harm", ["wanders", "crowd-of-threads", "multiplies", "closes-files"])
def test_what_a_plugin_does_to_its_process_stays_there(harm: str, sabotaged: MakeHost) -> None:
    before, running = state(), belongings()
    host = sabotaged(harm)
    for _ in range(SENTENCES):
        assert is_sound(host.say(TEXT, "anger").choices[0])
    host.close()
    # What reads their output ends a moment after them; so may what another test has left.
    until(lambda: belongings() <= running)
    assert state() == before


def state() -> tuple[object, ...]:
    """What a process shares with everything in it."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    os.umask(mask := os.umask(0))
    return os.getcwd(), mask, handlers, tuple(sys.path), dict(os.environ)


def belongings() -> set[object]:
    """The threads, children and files of this process."""
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    found: set[object] = set(threading.enumerate())
    found.update(children.read_text().split() if children.exists() else ())
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder itself
            found.add((file.name, os.readlink(file)))
    return found


def test_a_plugin_that_cannot_be_imported_is_spoken_for(
    install: Callable[..., None],
    sabotaged: MakeHost,
    requests: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    install("absent", "import a_module_that_is_nowhere")
    host = sabotaged("absent")
    (choice,) = host.say(TEXT, "anger").choices
    assert choice.engine == "tone" and is_sound(choice)
    assert not requests
    assert "a_module_that_is_nowhere" in caplog.text
