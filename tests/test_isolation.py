"""Parts in processes of their own do what they do in the host's, and leave nothing behind."""

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE_S, until

from emotts import Conditioning, Config, Host, Rendering, Take
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.config import ClassifierConfig, EngineConfig, PartConfig
from emotts.engine import Engine
from emotts.errors import (
    ConfigError,
    EmottsError,
    EngineError,
    EngineGoneError,
    UnknownNameError,
)
from emotts.isolation import IsolatedCheck, IsolatedClassifier, IsolatedEngine, memory
from emotts.parts import close, make_check, make_classifier, make_engine
from emotts.plugins import load
from emotts.testing import ToneEngine, check_check, check_classifier, check_engine
from emotts.tuning.booth import Booth
from emotts.tuning.plan import Plan
from emotts.tuning.texts import Texts

TEXT = "The cat sat on the mat."
TAKES = [Take(0, 0), Take(1, 1, {"pitch": 3.0}), Take(2, 2, {"rate": 0.7}), Take(3, 3)]
Install = Callable[..., None]
Part = Engine | Classifier | Check

pytestmark = pytest.mark.slow

HEADER = """
import os, sys, time
from emotts.hookspecs import hookimpl
from emotts.testing import ToneEngine

class Odd(ToneEngine):
    name = "odd"
    def synthesize(self, text, *, voice, takes):
{body}
        yield from super().synthesize(text, voice=voice, takes=takes)

@hookimpl
def emotts_engines():
    return [Odd]
"""


def odd(body: str) -> str:
    return HEADER.format(body="\n".join(f"        {line}" for line in body.splitlines()))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Part]]:
    """Makes isolated parts, and closes them."""
    # An end, and last words, that are on their way are waited for, however busy the machine.
    monkeypatch.setattr("emotts.isolation.process.ENDING_S", PATIENCE_S)
    monkeypatch.setattr("emotts.isolation.process.LAST_WORDS_S", PATIENCE_S)
    parts: list[Part] = []
    makers = {"engine": IsolatedEngine, "classifier": IsolatedClassifier, "check": IsolatedCheck}
    configs = {"engine": EngineConfig, "classifier": ClassifierConfig, "check": PartConfig}

    def start(kind: str, name: str, **process: object) -> Part:
        content = {"name": name, "isolate": True, **process}
        parts.append(makers[kind](configs[kind].model_validate(content)))
        return parts[-1]

    yield start
    for part in parts:
        close(part)


@pytest.fixture
def tone(tones: Path, started: Callable[..., Part]) -> Engine:
    return started("engine", "tone")


def spoken(engine: Engine, takes: list[Take] = TAKES) -> list[Rendering]:
    return list(engine.renderings(TEXT, voice="alto", takes=takes))


def same(one: list[Rendering], other: list[Rendering]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a.audio.samples, b.audio.samples)
        and (a.audio.rate, a.effective, a.conditioned) == (b.audio.rate, b.effective, b.conditioned)
        for a, b in zip(one, other, strict=True)
    )


def pid(part: Part) -> int:
    return part._supervisor._keeper._process._popen.pid  # type: ignore[union-attr]


def alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def open_files() -> set[tuple[str, str]]:
    """The numbers of this process's files, and what they are."""
    gc.collect()
    found = set()
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder itself
            found.add((file.name, os.readlink(file)))
    return found


def test_an_isolated_engine_keeps_every_promise_and_speaks_the_same(tone: Engine) -> None:
    here = ToneEngine(ToneEngine.Options())
    check_engine(tone)
    assert same(spoken(tone), spoken(here))
    assert (tone.fingerprint, tone.license) == (here.fingerprint, here.license)
    assert tone.controls == here.controls and tone.voices() == here.voices()


def test_an_isolated_engine_is_tuned_as_the_same_one(tone: Engine) -> None:
    def plan(engine: Engine) -> Plan:
        return Plan(Booth(engine, engine.voice(), []), Texts(["One cat."], []), ("fear",))

    assert plan(tone).digest == plan(ToneEngine(ToneEngine.Options())).digest


def test_an_isolated_classifier_keeps_every_promise_and_hears_the_same(
    tones: Path, started: Callable[..., Part]
) -> None:
    isolated = started("classifier", "pitch")
    here = make_classifier(load(), ClassifierConfig(name="pitch"))
    check_classifier(isolated)
    clips = [made.audio for made in spoken(ToneEngine(ToneEngine.Options()))]
    profile = here.profile(clips)
    for heard, there in zip(
        here.hear(clips, profile=profile), isolated.hear(clips, profile=profile), strict=True
    ):
        assert heard.scores == there.scores and heard.centred == there.centred
        assert heard.embedding.tobytes() == there.embedding.tobytes()
    assert (isolated.labels, isolated.rate, isolated.batch) == (here.labels, here.rate, here.batch)
    assert (isolated.fingerprint, isolated.details()) == (here.fingerprint, here.details())
    assert isolated.profile(clips).log_odds == here.profile(clips).log_odds


def test_an_isolated_classifier_condenses_embeddings(started: Callable[..., Part]) -> None:
    isolated = started("classifier", "compact")
    here = make_classifier(load(), ClassifierConfig(name="compact"))
    embedding = np.random.default_rng(1).standard_normal(1536).astype(np.float32)
    for centred in (True, False):
        expected = here.condensed(embedding, centred=centred)
        found = isolated.condensed(embedding, centred=centred)
        assert found.size < 10 and found.tobytes() == expected.tobytes()
    with pytest.raises(EmottsError, match="size 1536, as compact makes them"):
        isolated.condensed(embedding[:3], centred=True)


def test_an_isolated_check_keeps_every_promise_and_measures_the_same(
    tones: Path, started: Callable[..., Part]
) -> None:
    isolated, here = started("check", "signal"), make_check(load(), PartConfig(name="signal"))
    clips = [made.audio for made in spoken(ToneEngine(ToneEngine.Options()))]
    voice = ToneEngine(ToneEngine.Options()).voice()
    asked = {"text": TEXT, "voice": voice, "baseline": clips[0]}
    check_check(isolated, takes=clips[1:], **asked)
    assert isolated.measure(clips, **asked) == here.measure(clips, **asked)
    assert isolated.costly == here.costly


def test_conditioning_crosses(install: Install, started: Callable[..., Part]) -> None:
    body = "asked = takes[0].conditioning\nassert (asked.reference, asked.emotion) == ('a', 'fear')"
    install("odd", odd(f"{body}\nassert list(asked.embedding) == [1, 2]"))
    engine = started("engine", "odd")
    asked = Conditioning("a", np.asarray([1, 2], np.float32), "fear")
    assert len(spoken(engine, [Take(0, 0, {}, asked)])) == 1


def test_errors_of_emotts_cross_as_they_are(tone: Engine, started: Callable[..., Part]) -> None:
    with pytest.raises(UnknownNameError, match=r"voice of tone 'tenor'.*alto, bass") as raised:
        list(tone.synthesize(TEXT, voice="tenor", takes=TAKES))
    assert raised.value.valid == ("alto", "bass")
    with pytest.raises(EngineError, match="has no word to hum"):
        list(tone.renderings("…", voice="alto", takes=TAKES))
    assert len(spoken(tone)) == 4


def test_options_and_names_are_checked_before_anything_starts(tones: Path) -> None:
    plugins = load()
    for content, problem in (
        ({"name": "tone", "options": {"speed": 2}}, "unknown key 'speed'"),
        ({"name": "toner"}, "unknown engine 'toner'"),
    ):
        with pytest.raises((ConfigError, UnknownNameError), match=problem):
            make_engine(plugins, EngineConfig.model_validate({**content, "isolate": True}))


def test_a_wrapper_runs_in_the_process_of_what_it_wraps(
    install: Install, tones: Path, started: Callable[..., Part]
) -> None:
    install(
        "louder",
        """
        from emotts.hookspecs import hookimpl
        from emotts.wrapper import EngineWrapper

        class Louder(EngineWrapper):
            name = "louder"
            def synthesize(self, text, *, voice, takes):
                yield from self.inner.synthesize(text, voice=voice, takes=takes)

        @hookimpl
        def emotts_engine_wrappers():
            return [Louder]
        """,
    )
    engine = started("engine", "louder(tone)")
    assert engine.name == "louder(tone)" and len(spoken(engine)) == 4


def test_interleaved_and_abandoned_requests_get_their_own_answers(tone: Engine) -> None:
    expected = spoken(ToneEngine(ToneEngine.Options()))
    first = tone.renderings(TEXT, voice="alto", takes=TAKES)
    got = [next(first)]
    second = tone.renderings(TEXT, voice="alto", takes=TAKES)
    next(second)
    second.close()  # type: ignore[attr-defined]
    assert same(spoken(tone), expected)
    assert same([*got, *first], expected)


def test_threads_share_a_process(tone: Engine) -> None:
    expected = spoken(ToneEngine(ToneEngine.Options()))
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: spoken(tone), range(12)))
    assert all(same(result, expected) for result in results)


def test_a_host_closes_its_processes(tones: Path) -> None:
    content = Config.load(tones).model_dump()
    content["engine"] = {"name": "tone", "isolate": True}
    content["classifiers"] = [{"name": "pitch", "isolate": True}]
    content["checks"] = [{"name": "signal", "isolate": True}]
    before, threads = open_files(), set(threading.enumerate())
    with Host(Config.model_validate(content)) as host:
        plain = Host.from_config(tones).say(TEXT, "anger", seed=1)
        speech = host.say(TEXT, "anger", seed=1)
        assert speech.audio.samples.tobytes() == plain.audio.samples.tobytes()
        pids = [pid(part) for part in (host.engine, *host.classifiers, *host.checks)]
        assert all(map(alive, pids)) and len(set(pids)) == 3
    assert not any(map(alive, pids))
    with pytest.raises(EmottsError, match="is closed"):
        host.say(TEXT, "anger")
    del host
    # What reads their output ends a moment after them; so may what another test has left.
    until(lambda: open_files() <= before and set(threading.enumerate()) <= threads)
    for number in pids:
        with pytest.raises(ChildProcessError):  # it was reaped
            os.waitpid(number, os.WNOHANG)


def test_a_process_ends_with_the_part_that_is_dropped(tones: Path) -> None:
    engine = IsolatedEngine(EngineConfig(name="tone", isolate=True))
    engine.voices()
    number = pid(engine)
    del engine
    gc.collect()
    assert not alive(number)


def test_a_process_ends_with_a_host_that_is_killed(install: Install, tmp_path: Path) -> None:
    install("odd", odd(f"open({str(tmp_path / 'asleep')!r}, 'w').close()\ntime.sleep(3600)"))
    program = (
        "from emotts.config import EngineConfig\nfrom emotts.isolation import IsolatedEngine\n"
        "from emotts.records import Take\n"
        "engine = IsolatedEngine(EngineConfig(name='odd', isolate=True))\n"
        "engine.voices()\n"
        "print(engine._supervisor._keeper._process._popen.pid, flush=True)\n"
        "list(engine.renderings('One.', voice='alto', takes=[Take(0, 0)]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as host:
        assert host.stdout
        number = int(host.stdout.readline())
        until(lambda: (tmp_path / "asleep").exists())
        assert alive(number)
        host.send_signal(signal.SIGKILL)
    until(lambda: not alive(number))


FORKS = """
import os, sys
from emotts import Host
host = Host.from_config(sys.argv[1])
before = host.say("The cat sat.", "anger").audio.samples
worker = lambda: host.engine._supervisor._keeper._process._popen.pid
number = worker()
def speaks():
    return (host.say("The cat sat.", "anger").audio.samples == before).all()
child = os.fork()
if not child:
    sys.exit(0 if speaks() and worker() != number else 1)  # ends as any script does
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert speaks() and worker() == number
"""


def test_a_forked_host_has_processes_of_its_own(tones: Path) -> None:
    tones.write_text(tones.read_text().replace("tone", "{name: tone, isolate: true}", 1))
    command = [sys.executable, "-W", "ignore", "-c", FORKS, str(tones)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_plugin_prints_goes_to_the_log_alone(
    install: Install,
    started: Callable[..., Part],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    install("odd", odd("print('to the crowd')\nos.write(2, b'under the breath\\n')"))
    engine = started("engine", "odd")
    with caplog.at_level(logging.INFO, "emotts.isolation.output"):
        assert len(spoken(engine)) == 4
        close(engine)
        until(lambda: "odd: under the breath" in caplog.text)
    assert "odd: to the crowd" in caplog.text
    assert capfd.readouterr() == ("", "")


def test_three_failures_open_the_breaker_and_a_probe_closes_it(
    install: Install,
    started: Callable[..., Part],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mended = tmp_path / "mended"
    install("odd", odd(f"if not os.path.exists({str(mended)!r}): os._exit(7)"))
    engine = started("engine", "odd", cooldown_s=10)
    now = 0.0  # the cool-down is over when the test says so
    monkeypatch.setattr(engine._supervisor._keeper._breaker, "_clock", lambda: now)
    for _ in range(3):
        with pytest.raises(EngineGoneError, match="it ended with exit code 7"):
            spoken(engine)
    with pytest.raises(EngineGoneError, match="3 times in a row; it is asked again in 10 s"):
        spoken(engine)
    assert engine._supervisor._keeper._process is None  # nothing was started to tell that
    mended.touch()
    now = 11.0
    assert len(spoken(engine)) == 4
    mended.unlink()
    with pytest.raises(EngineGoneError, match="exit code 7"):
        spoken(engine)


def test_an_unexpected_exception_counts_and_its_third_in_a_row_replaces_the_process(
    install: Install, started: Callable[..., Part]
) -> None:
    install("odd", odd("raise RuntimeError('out of luck')"))
    engine = started("engine", "odd", cooldown_s=60)
    engine.voices()
    number = pid(engine)
    for _ in range(3):
        with pytest.raises(EngineError, match="odd failed: RuntimeError: out of luck") as raised:
            spoken(engine)
        assert not isinstance(raised.value, EngineGoneError)
    assert not alive(number)
    with pytest.raises(EngineGoneError, match="3 times in a row"):
        spoken(engine)


@pytest.mark.parametrize(
    ("body", "limits", "problem"),
    [
        ("time.sleep(3600)", {"deadline_s": 0.3}, "odd: no answer within 0.3 s"),
        ("b = []\nwhile True: b.append(bytearray(2**24))", {"memory_mb": 600}, "out of memory"),
        ("import ctypes; ctypes.string_at(0)", {}, "it was ended by SIGSEGV; it printed: .*"),
        ("sys.exit('enough')", {}, "it ended with exit code 1; it printed: (.* )?enough"),
    ],
)
def test_a_failure_says_what_happened(
    body: str,
    limits: dict[str, object],
    problem: str,
    install: Install,
    started: Callable[..., Part],
) -> None:
    install("odd", odd(body))
    engine = started("engine", "odd", **limits)
    with pytest.raises(EngineGoneError, match=problem):
        spoken(engine)


@pytest.mark.skipif(not memory.STATUS.exists(), reason="what is reserved is read from /proc")
def test_memory_that_threads_reserve_is_not_counted(
    tones: Path, started: Callable[..., Part]
) -> None:
    assert len(spoken(started("engine", "tone", memory_mb=64))) == len(TAKES)


def test_a_process_that_does_not_start_is_an_error_in_time(
    install: Install, started: Callable[..., Part], tmp_path: Path
) -> None:
    install("slow", "import time\ntime.sleep(3600)")
    engine = started("engine", "slow", start_s=0.5)
    with pytest.raises(EngineGoneError, match=r"slow: no answer within 0\.5 s"):
        engine.voices()
    missing = started("engine", "tone", python=str(tmp_path / "no-python"))
    with pytest.raises(ConfigError, match=r"tone: .*no-python can't be run"):
        missing.voices()


@pytest.mark.slow
def test_plugins_whose_dependencies_exclude_each_other_work_in_one_host(
    install: Install, started: Callable[..., Part], tmp_path: Path
) -> None:
    """Two interpreters, each with another version of the same module."""
    source = odd("import clashing\nassert clashing.VERSION == {version}\nprint(clashing)")
    paths = [path for path in sys.path if path.endswith("site-packages")]
    paths.append(str(Path(__file__).parent.parent))
    engines = []
    for version in (1, 2):
        folder = tmp_path / f"python{version}"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "paths.pth").write_text("\n".join(paths))
        (site / "clashing.py").write_text(f"VERSION = {version}")
        name = f"odd{version}"
        module = source.replace('name = "odd"', f'name = "{name}"')
        (site / f"{name}.py").write_text(module.replace("{version}", str(version)))
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[emotts]\n{name} = {name}\n")
        engines.append(started("engine", name, python=str(folder / "bin" / "python")))
    assert same(spoken(engines[0]), spoken(engines[1]))
    assert "clashing" not in sys.modules and "odd1" not in load().engines
