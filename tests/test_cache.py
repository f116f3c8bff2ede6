"""A sentence from the cache is the one that would be made, and only what decides it counts."""

import json
import logging
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from emotts import Audio, Check, Config, Host, Measurement, Rendering, Take, Voice
from emotts.cache.checked import HEAD
from emotts.cache.store import SUFFIX, Store
from emotts.cli import cli
from emotts.config import CacheConfig, ClassifierConfig, EngineConfig, LedgerConfig, PartConfig
from emotts.digest import digest
from emotts.errors import ClassifierError, ConfigError, EngineError
from emotts.plugins import load
from emotts.records import Prediction, Profile
from emotts.registry import PluginInfo, Plugins
from emotts.server.app import create
from emotts.speech import Choice
from emotts.tendencies import Tendency
from emotts.testing import PitchClassifier, ToneEngine
from emotts.tuned import file_name
from emotts.tunedfile import Tuned

FIRST, SECOND = "The cat sat.", "The dog ran."
TEXT = f"{FIRST} {SECOND}"


class Hum(ToneEngine):
    """Counts its takes, and can be slow, or fail."""

    name = "hum"
    made: ClassVar[list[str]] = []
    seconds: ClassVar[float] = 0.0
    failing: ClassVar[frozenset[int]] = frozenset()
    version: ClassVar[str] = "1"
    accepts = frozenset({"embedding", "reference"})

    @property
    def fingerprint(self) -> str:
        return f"hum {self.version}"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take in takes:
            self.made.append(text)
            time.sleep(self.seconds)
            if take.index in self.failing:
                raise EngineError("hoarse")
            for made in super().synthesize(text, voice=voice, takes=[take]):
                # Floats are kept, whatever numbers an engine uses.
                effective = {name: float(value) for name, value in made.effective.items()}
                yield replace(made, effective=effective, conditioned=take.conditioning.kinds)


class Plain(Hum):
    """Takes no conditioning."""

    name = "plain"
    accepts = frozenset()


class Ear(PitchClassifier):
    """Has a version, and can fail."""

    name = "ear"
    version: ClassVar[str] = "1"
    failing: ClassVar[bool] = False

    @property
    def fingerprint(self) -> str:
        return f"ear {self.version}"

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        if self.failing:
            raise ClassifierError("deaf")
        return super().classify(batch, profile=profile)


class Picky(Check):
    """Costly, and does not like the first that it is asked about."""

    name = "picky"
    costly = True

    class Options(Check.Options):
        model: str | None = None

    asked: ClassVar[list[tuple[str, str]]] = []

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        self.asked.extend((text, digest(clip)) for clip in batch)
        longer = [np.float32(clip.duration_s / baseline.duration_s) for clip in batch]
        return [[Measurement("pace", v, 0.93, v >= np.float32(0.93), f"{v}")] for v in longer]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Hum, "made", [])
    monkeypatch.setattr(Picky, "asked", [])


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    parts = {"engine": (Hum, Plain), "classifier": (Ear, PitchClassifier), "check": (Picky,)}
    return Plugins([*load().loaded, PluginInfo("odd", "emotts-odd", "1", parts)])


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        engine=EngineConfig(name="plain"),
        classifiers=(ClassifierConfig(name="ear"),),
        checks=(PartConfig(name="signal"),),
        takes=6,
        cache=CacheConfig(path=str(tmp_path / "speech")),
    )


def without(config: Config) -> Config:
    return config.model_copy(update={"cache": None})


def evidence(choices: Sequence[Choice]) -> str:
    """A hash of all that there is to know, to the bit."""
    return digest([replace(choice, cached=False) for choice in choices])


def test_what_is_found_is_what_was_made_to_the_bit(config: Config, plugins: Plugins) -> None:
    host = Host(config, plugins=plugins)
    seen: list[int] = []
    first = host.say(TEXT, "anger", observe=lambda c: seen.append(c.take.index))
    count, told = len(Hum.made), list(seen)
    again = Host(config, plugins=plugins).say(
        TEXT, "anger", observe=lambda c: seen.append(c.take.index)
    )
    assert (first.cached, again.cached) == (False, True)
    assert len(Hum.made) == count, "nothing is made twice"
    assert seen == told + told, "callbacks are called for takes from the cache too"
    assert evidence(first.choices) == evidence(again.choices)
    plain = Host(without(config), plugins=plugins).say(TEXT, "anger")
    assert evidence(plain.choices) == evidence(again.choices)


def test_without_a_cache_nothing_is_written(config: Config, plugins: Plugins) -> None:
    assert Config().cache is None
    host = Host(without(config), plugins=plugins)
    assert not host.say(FIRST, "anger").cached and not host.say(FIRST, "anger").cached
    assert not (Path(os.environ["EMOTTS_CACHE"]) / "speech").exists()


CHANGES: Mapping[str, Mapping[str, object]] = {
    "text": {"text": "The cat sat!"},
    "emotion": {"emotion": "fear"},
    "blend": {"emotion": "anger:0.9,fear:0.1"},
    "intensity": {"intensity": 0.9},
    "takes": {"takes": 5},
    "seed": {"seed": 1},
    "stop": {"stop": "never"},
    "voice": {"voice": "bass"},
    "settings": {"settings": {"rate": 1.1}},
    "markup": {"text": '<prosody rate="110%">The cat sat.</prosody>'},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_asked_for_decides(
    change: Mapping[str, object], config: Config, plugins: Plugins
) -> None:
    host = Host(config, plugins=plugins)
    asked = {"text": FIRST, "emotion": "anger"}
    host.say(**asked)
    assert not host.say(**{**asked, **change}).cached
    assert host.say(**asked).cached and host.say(**{**asked, **change}).cached


def test_who_speaks_and_listens_decides(
    config: Config, plugins: Plugins, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def cached(config: Config = config, plugins: Plugins = plugins) -> bool:
        return Host(config, plugins=plugins).say(FIRST, "anger").cached

    assert not cached() and cached()
    other = {
        "engine": EngineConfig(name="hum"),
        "classifiers": (ClassifierConfig(name="ear"), ClassifierConfig(name="pitch")),
        "checks": (PartConfig(name="signal", options={"max_longer": 3.5}),),
    }
    for name, value in other.items():
        if name == "checks":
            option = next(iter(plugins.check("signal").Options.model_fields))
            default = plugins.check("signal").Options.model_fields[option].default
            value = (PartConfig(name="signal", options={option: default * 1.01}),)
        assert not cached(config.model_copy(update={name: value})), name
    newer = [replace(info, version="2") if info.name == "odd" else info for info in plugins.loaded]
    assert not cached(plugins=Plugins(newer))
    monkeypatch.setattr(Hum, "version", "2")
    assert not cached()
    monkeypatch.setattr(Hum, "version", "1")
    monkeypatch.setattr(Ear, "version", "2")
    assert not cached()
    monkeypatch.setattr(Ear, "version", "1")
    assert cached()


def test_a_file_that_an_option_names_decides(
    config: Config, plugins: Plugins, tmp_path: Path
) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(b"one")
    named = PartConfig(name="picky", options={"model": str(model)})
    config = config.model_copy(update={"checks": (named,)})
    assert not Host(config, plugins=plugins).say(FIRST, "anger").cached
    assert Host(config, plugins=plugins).say(FIRST, "anger").cached
    model.write_bytes(b"another")
    assert not Host(config, plugins=plugins).say(FIRST, "anger").cached


def test_the_priors_decide(config: Config, plugins: Plugins, tmp_path: Path) -> None:
    config = config.model_copy(update={"tuned": str(tmp_path / "tuned")})
    assert not Host(config, plugins=plugins).say(FIRST, "anger").cached
    assert Host(config, plugins=plugins).say(FIRST, "anger").cached
    engine = Plain(Plain.Options())
    softer = {"anger": {"energy": Tendency(1.0, 1.0)}}
    tuning = Tuned.of(softer, engine, engine.voice(), made="by a test")
    tuning.save(tmp_path / "tuned" / file_name(engine, engine.voice()))
    assert not Host(config, plugins=plugins).say(FIRST, "anger").cached


def test_where_it_runs_and_who_is_told_do_not_decide(config: Config, tones: Path) -> None:
    config = Config.load(tones).model_copy(update={"cache": config.cache})
    first = Host(config).say(FIRST, "anger", budget_ms=60_000)
    isolated = config.model_copy(update={"engine": EngineConfig(name="tone", isolate=True)})
    with Host(isolated) as host:
        again = host.say(FIRST, "anger", begin=lambda text: None)
    assert again.cached
    assert (first.audio.samples == again.audio.samples).all()


def test_how_many_are_heard_at_once_does_not_decide(
    config: Config, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config.model_copy(update={"takes": 5, "stop": "adaptive"})
    first = Host(config, plugins=plugins).say(FIRST, "anger", intensity=0.5)
    monkeypatch.setattr(Ear, "batch", 5)
    fresh = Host(without(config), plugins=plugins).say(FIRST, "anger", intensity=0.5)
    again = Host(config, plugins=plugins).say(FIRST, "anger", intensity=0.5)
    assert again.cached
    assert evidence(first.choices) == evidence(fresh.choices) == evidence(again.choices)


def test_sentences_are_found_between_others(config: Config, plugins: Plugins) -> None:
    """The takes are kept, the choice is not: it fits what is spoken around it."""
    host, plain = Host(config, plugins=plugins), Host(without(config), plugins=plugins)
    list(host.stream(TEXT, "anger"))
    for text in ("The dog ran. The cat sat.", "It rained. The dog ran. The cat sat. It ended."):
        found, fresh = host.say(text, "anger"), plain.say(text, "anger")
        known = [choice.cached for choice in found.choices if choice.text in (FIRST, SECOND)]
        assert known == [True, True]
        assert evidence(found.choices) == evidence(fresh.choices)
        assert evidence(list(host.stream(text, "anger"))) == evidence(
            list(plain.stream(text, "anger"))
        )


def test_the_tone_before_counts_where_the_engine_is_conditioned_on_it(
    config: Config, plugins: Plugins
) -> None:
    config = config.model_copy(update={"engine": EngineConfig(name="hum")})
    host, plain = Host(config, plugins=plugins), Host(without(config), plugins=plugins)
    host.say(TEXT, "anger")
    assert host.say(TEXT, "anger").cached
    found, fresh = (h.say("It rained. The dog ran.", "anger") for h in (host, plain))
    assert [choice.cached for choice in found.choices] == [False, False]
    assert evidence(found.choices) == evidence(fresh.choices)


def test_a_recording_counts_by_its_content(
    config: Config, plugins: Plugins, tmp_path: Path
) -> None:
    config = config.model_copy(update={"engine": EngineConfig(name="hum")})
    host = Host(config, plugins=plugins)
    recording = tmp_path / "like.wav"
    low, high = (host.say(FIRST, e).choices[0].audio for e in ("sadness", "anger"))
    high.write(recording)
    host.say(SECOND, "anger", like=recording)
    assert host.say(SECOND, "anger", like=recording).cached
    # The same to a classifier that was asked before; another one to the engine that gets the file.
    heard = host.request(SECOND, "anger", like=recording).like
    low.write(recording)
    assert not host.say(SECOND, "anger", like=heard).cached
    assert not host.say(SECOND, "anger", like=recording).cached


def test_costly_checks_are_asked_once(config: Config, plugins: Plugins) -> None:
    config = config.model_copy(update={"checks": (PartConfig(name="picky"),), "stop": "never"})
    plain = Host(without(config), plugins=plugins)
    texts = [TEXT, TEXT, f"It rained. {TEXT}", f"{SECOND} {FIRST}", TEXT]
    fresh = [evidence(plain.say(text, "anger").choices) for text in texts]
    Picky.asked.clear()
    found = []
    for text in texts:
        found.append(evidence(Host(config, plugins=plugins).say(text, "anger").choices))
    assert found == fresh
    assert len(Picky.asked) > 3 and len(set(Picky.asked)) == len(Picky.asked)


@pytest.mark.slow
def test_what_a_budget_cut_short_is_not_kept(
    config: Config, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(config, plugins=plugins)
    monkeypatch.setattr(Hum, "seconds", 0.03)
    cut = host.say(FIRST, "anger", budget_ms=40, stop="never")
    assert cut.choices[0].effort.stopped == "budget"
    whole = host.say(FIRST, "anger", stop="never")
    assert not whole.cached and whole.choices[0].effort.stopped == "takes"
    # There is time for what is there already.
    found = host.say(FIRST, "anger", budget_ms=40, stop="never")
    assert found.cached and evidence(found.choices) == evidence(whole.choices)
    # What ended in time is what it would be without a budget.
    ended = host.say(SECOND, "anger", budget_ms=60_000, stop="never")
    assert host.say(SECOND, "anger", stop="never").cached
    assert ended.choices[0].effort.stopped == "takes"


def test_what_failed_is_not_kept(
    config: Config, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(config, plugins=plugins)
    host.say(SECOND, "anger")  # the voice is known from here on
    monkeypatch.setattr(Hum, "failing", frozenset({1}))
    assert any(c.rejected == "hoarse" for c in host.say(FIRST, "anger").choices[0].candidates)
    monkeypatch.setattr(Hum, "failing", frozenset())
    well = host.say(FIRST, "anger")
    assert not well.cached and not any(c.rejected for c in well.choices[0].candidates)


def test_what_the_classifier_of_finalists_did_not_hear_is_not_kept(
    config: Config, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifiers = ClassifierConfig(name="pitch"), ClassifierConfig(name="ear", finalists=2)
    host = Host(config.model_copy(update={"classifiers": classifiers}), plugins=plugins)
    host.say(SECOND, "anger")  # the voice is known from here on
    monkeypatch.setattr(Ear, "failing", True)
    assert "ear" not in host.say(FIRST, "anger").embeddings
    monkeypatch.setattr(Ear, "failing", False)
    well = host.say(FIRST, "anger")
    assert not well.cached and "ear" in well.embeddings
    assert host.say(FIRST, "anger").cached


def entry(config: Config) -> Path:
    assert config.cache is not None
    (path,) = config.cache.folder.iterdir()
    return path


def test_what_is_damaged_is_dropped_and_made_anew(
    config: Config, plugins: Plugins, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(config, plugins=plugins)
    expected = evidence(host.say(FIRST, "anger").choices)
    whole = entry(config).read_bytes()
    draw = random.Random(1)
    flipped = []
    for _ in range(25):
        at = draw.choice([*range(8), *range(16, 200), draw.randrange(16, len(whole))])
        flipped.append(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :])
    cut = [whole[: draw.randrange(len(whole))] for _ in range(10)]
    for damaged in (b"", b"no entry", whole + b"more", *cut, *flipped):
        entry(config).write_bytes(damaged)
        caplog.clear()
        speech = host.say(FIRST, "anger")
        assert "dropped the entry" in caplog.text and not speech.cached
        assert evidence(speech.choices) == expected
        assert entry(config).stat().st_size == len(whole)


def test_what_was_forged_is_refused_without_harm(
    config: Config, plugins: Plugins, caplog: pytest.LogCaptureFixture
) -> None:
    """A checksum tells accidents; what is inside is held to its form as well."""
    host = Host(config, plugins=plugins)
    host.say(FIRST, "anger")
    assert config.cache is not None
    store, key = Store(config.cache.folder, 10**9), entry(config).stem
    content = store.read(key)
    assert content is not None
    whole = bytes(content)
    samples = 4 + int.from_bytes(whole[:4], "little")
    forged = [
        b"",
        whole[:4] + b"[" * 100_000,
        b"\xff\xff\xff\xff" + whole[4:],
        whole.replace(b'"arrays":[', b'"arrays":[999999999,', 1),
        whole.replace(b'"samples":0', b'"samples":9', 1),
        whole.replace(b'"rate":16000', b'"rate":99999999', 1)[: len(whole)],
        whole[:samples] + b"\x00\x00\xc0\x7f" + whole[samples + 4 :],  # NaN
    ]
    for number, content in enumerate(forged):
        store.write(key, [content])
        caplog.clear()
        assert not host.say(FIRST, "anger").cached, number
        assert "it can't be understood" in caplog.text


def test_a_store_stays_within_its_limit_and_keeps_what_is_used(tmp_path: Path) -> None:
    limit, size = 400_000, 5_000
    store = Store(tmp_path / "speech", limit)
    favourite = f"{0:064x}"
    store.write(favourite, [bytes(size)])
    for number in range(1, 200):
        store.write(f"{number:064x}", [bytes(size)])
        assert store.usage().bytes <= limit
        assert store.read(favourite) is not None
        for path in store.folder.iterdir():  # clocks of files are coarse
            used = path.stat().st_mtime
            os.utime(path, (used - 1, used - 1))
    assert store.usage().entries > 0.8 * limit / size
    assert store.usage().hits == 199
    assert store.read(f"{1:064x}") is None and store.read(f"{199:064x}") is not None


SHARING = """
import random, sys
from pathlib import Path
from emotts.cache.store import Store
store, draw = Store(Path(sys.argv[1]), 60_000), random.Random(sys.argv[2])
for _ in range(600):
    number = draw.randrange(40)
    found = store.read(f"{number:064x}")
    assert found is None or bytes(found) == bytes([number]) * 3_000
    store.write(f"{number:064x}", [bytes([number]) * 1_000, bytes([number]) * 2_000])
"""


@pytest.mark.slow
def test_processes_share_a_store(tmp_path: Path) -> None:
    folder = tmp_path / "speech"
    commands = [[sys.executable, "-c", SHARING, str(folder), str(seed)] for seed in range(4)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    for process in running:
        _, errors = process.communicate(timeout=600)
        assert (process.returncode, errors) == (0, b"")
    assert {path.suffix for path in folder.iterdir()} == {".sentence"}
    # Processes that write at the same time may be beyond the limit; one that writes alone is not.
    store = Store(folder, 60_000)
    store.write("f" * 64, [bytes(3_000)])
    assert 0 < store.usage().bytes <= store.max_bytes


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from emotts.cache.store import Store\n"
        "def parts():\n    yield b'half'\n    os.kill(os.getpid(), 9)\n"
        "import emotts.files as f\n"
        "path = Path(sys.argv[1]); path.mkdir()\n"
        "with f.replacing(path / 'a.sentence') as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), 9)\n"
    )
    folder = tmp_path / "speech"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    (half,) = folder.iterdir()
    store = Store(folder, 10**6)
    assert store.usage().entries == 0 and store.read("a") is None
    os.utime(half, (0, 0))
    store.write("b", [b"whole"])
    assert [path.name for path in folder.iterdir()] == ["b.sentence"]


def test_what_others_keep_in_the_folder_stays(tmp_path: Path) -> None:
    kept = {".env", ".git", f".a{SUFFIX}.d"}
    (tmp_path / ".env").write_text("secret")
    (tmp_path / ".git").mkdir()
    (tmp_path / f".a{SUFFIX}.d").mkdir()  # where a file that was begun might be
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    store = Store(tmp_path, 100_000)
    for number in range(60):
        store.write(f"{number:064x}", [bytes(3_000)])
    assert {path.name for path in tmp_path.iterdir() if path.suffix != SUFFIX} == kept
    assert 0 < store.usage().bytes <= store.max_bytes


def test_what_may_not_be_removed_stays_and_keeps_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path, 100_000)
    for key in "abcd":
        store.write(key, [bytes(100)])
    held, lost = f"b{SUFFIX}", f"c{SUFFIX}"
    unlink = Path.unlink

    def denied(path: Path, missing_ok: bool = False) -> None:
        if path.name == held:
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path)
        if path.name == lost:  # as if another process, which prunes too, had been faster
            unlink(path)

    monkeypatch.setattr(Path, "unlink", denied)
    assert store.prune(0) == 2
    assert [path.name for path in tmp_path.iterdir()] == [held]
    (warning,) = caplog.messages
    assert warning.startswith("an entry of the cache can't be removed") and held in warning


def test_a_folder_that_cannot_be_read_holds_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Store(tmp_path / "file", 10**6).usage().entries == 0
    assert "can't be read" in caplog.text


def test_a_cache_that_cannot_be_written_is_no_error(
    config: Config, plugins: Plugins, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    config = config.model_copy(update={"cache": CacheConfig(path=str(tmp_path / "file" / "in"))})
    host = Host(config, plugins=plugins)
    assert not host.say(FIRST, "anger").cached
    assert "can't be written" in caplog.text
    assert not host.say(FIRST, "anger").cached


def test_only_the_owner_may_read_it(config: Config, plugins: Plugins) -> None:
    Host(config, plugins=plugins).say(FIRST, "anger")
    assert config.cache is not None
    assert config.cache.folder.stat().st_mode & 0o077 == 0
    assert HEAD.size and FIRST.encode() not in entry(config).read_bytes()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("null", None),
        ("false", None),
        ("true", CacheConfig()),
        ("here", CacheConfig(path="here")),
        ("{max_mb: 5}", CacheConfig(max_mb=5)),
    ],
)
def test_the_configuration_has_short_forms(
    written: str, expected: CacheConfig | None, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"cache: {written}\n")
    assert Config.load(path).cache == expected


def test_a_wrong_key_names_the_right_ones(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("cache: {size: 5}\n")
    with pytest.raises(ConfigError, match=r"unknown key 'cache.size'; valid: path, max_mb"):
        Config.load(path)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


def test_the_commands(tones: Path, tmp_path: Path) -> None:
    say = ("say", TEXT, "-e", "anger", "--config", tones, "-o", tmp_path / "a.wav")
    assert "from the cache" not in run(*say).stdout
    assert "sentences, 0.0 of 1024 MB" in run("cache").stdout
    first = json.loads(run(*say, "--cache", "--json").stdout)
    audio = (tmp_path / "a.wav").read_bytes()
    second = json.loads(run(*say, "--cache", "--json").stdout)
    assert [s["cached"] for s in first["sentences"]] == [False, False]
    assert [s["cached"] for s in second["sentences"]] == [True, True]
    assert (tmp_path / "a.wav").read_bytes() == audio
    assert run(*say, "--cache").stdout.count("from the cache") == 2
    tones.write_text(f"{tones.read_text()}cache: true\n")
    assert "from the cache" in run(*say).stdout
    assert "from the cache" not in run(*say, "--no-cache").stdout

    told = json.loads(run("cache", "--json").stdout)
    assert told["folder"] == str(Path(os.environ["EMOTTS_CACHE"]) / "speech")
    assert (told["entries"], told["hits"], told["removed"]) == (2, 6, 0)
    assert 0 < told["bytes"] < told["max_bytes"] == 1_024_000_000
    assert "2 sentences" in run("cache", "--config", tones).stdout
    assert "removed 0 sentences" in run("cache", "prune", "--older-than", 1).stdout
    assert "removed 2 sentences" in run("cache", "prune", "--max-mb", 0).stdout
    run(*say)
    assert json.loads(run("cache", "clear", "--json").stdout)["removed"] == 2
    assert run("cache", "--max-mb", 3).exit_code == 2
    assert run("cache", "erase").exit_code == 2


def test_the_ledger_and_the_server_say_so(config: Config, plugins: Plugins, tmp_path: Path) -> None:
    ledger = tmp_path / "choices.jsonl"
    config = config.model_copy(update={"ledger": LedgerConfig(path=str(ledger))})
    with TestClient(create(Host(config, plugins=plugins))) as client:
        body = {"model": "emotts", "voice": "alloy", "input": FIRST, "emotion": "anger"}
        body["response_format"] = "wav"
        replies = [client.post("/v1/audio/speech", json=body) for _ in range(2)]
        metrics = client.get("/metrics").text
    assert [reply.headers["X-Emotts-Cached"] for reply in replies] == ["false", "true"]
    assert replies[0].content == replies[1].content
    assert "emotts_cached_sentences_total 1.0" in metrics
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [line["cached"] for line in lines] == [False, True]
    assert lines[0]["audio_sha256"] == lines[1]["audio_sha256"]


def test_nothing_is_logged_of_what_goes_well(
    config: Config, plugins: Plugins, caplog: pytest.LogCaptureFixture
) -> None:
    host = Host(config, plugins=plugins)
    with caplog.at_level(logging.WARNING):
        host.say(FIRST, "anger"), host.say(FIRST, "anger")
    assert caplog.text == ""
