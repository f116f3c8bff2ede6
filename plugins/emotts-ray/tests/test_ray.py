"""Jobs on a real Ray of two workers: the same rows, whatever happens to the workers."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner
from emotts_ray import RayExecutor, RayOptions
from emotts_ray.cluster import WorkerError, connected
from emotts_ray.worker import ATTEMPTS

from emotts.builtin.hibari import HibariEngine
from emotts.builtin.local import LocalExecutor, LocalOptions
from emotts.cli import cli
from emotts.config import PartConfig
from emotts.errors import ConfigError
from emotts.executor import Executor
from emotts.labelling import Sources, label
from emotts.labelling.items import Item, Shard
from emotts.labelling.labeller import Work
from emotts.labelling.plan import Progress
from emotts.parts import make_classifier, make_executor
from emotts.plugins import load
from emotts.records import Take

COPIES = 16

STOPPED = """
import ray
from emotts_ray import RayExecutor, RayOptions
from emotts_ray.cluster import WorkerError

from emotts.config import PartConfig
from emotts.labelling.items import Item, Shard
from emotts.labelling.labeller import Work

work = Work(PartConfig(name="compact"), "", "/nowhere")
shards = [Shard(index, index, (Item("a.wav", "a.wav"),)) for index in range(9)]
try:
    list(RayExecutor(RayOptions(shards=1)).run(work, shards))
except WorkerError:
    print(ray.is_initialized(), flush=True)
"""

ODD = """
import os, signal, time
from pathlib import Path

from emotts.builtin.compact import CompactClassifier
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier

class Mortal(PitchClassifier):
    name = "mortal"

    def classify(self, batch, *, profile=None):
        if any(clip.duration_s == 0.5 for clip in batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().classify(batch, profile=profile)

class Patient(CompactClassifier):
    name = "patient"

    class Options(CompactClassifier.Options):
        folder: Path

    # Notes who hears, and waits until all may.
    def classify(self, batch, *, profile=None):
        (self.options.folder / str(os.getpid())).touch()
        while not (self.options.folder / "open").exists():
            time.sleep(0.01)
        return super().classify(batch, profile=profile)

@hookimpl
def emotts_classifiers():
    return [Mortal, Patient]
"""

pytestmark = [
    pytest.mark.heavy,
    # Ray Data warns of options of its own that nobody set.
    pytest.mark.filterwarnings("ignore:`use_.* is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of speech, each take several times."""
    folder, spoken = tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("spoken")
    engine = HibariEngine(HibariEngine.Options())
    takes = [Take(index, 0, {"rate": 0.8 + 0.1 * index}) for index in range(6)]
    made = engine.synthesize("The letter is for you.", voice=engine.voice().name, takes=takes)
    for index, rendering in enumerate(made):
        clip = rendering.audio.write(spoken / f"{index}.wav")
        for copy in range(COPIES):
            (folder / f"{copy:02}-{clip.name}").symlink_to(clip)
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Ray of two CPUs, whose workers have a classifier that a clip of half a second kills.

    And one that waits.
    """
    site = tmp_path_factory.mktemp("site")
    (site / "emotts_mortal.py").write_text(ODD)
    info = site / "emotts_mortal-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: emotts-mortal\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[emotts]\nmortal = emotts_mortal\n")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.syspath_prepend(str(site))
        patch.setenv("PYTHONPATH", str(site))
        import ray

        ray.init(num_cpus=2)
        stack.callback(ray.shutdown)
        yield


def compact() -> PartConfig:
    return PartConfig(name="compact", options={"threads": 1})


def job(clips: Path, output: Path, executor: Executor | None = None) -> Iterator[Progress]:
    # Alone, this process has done what it says that it has, and nothing more.
    executor = executor or LocalExecutor(LocalOptions(workers=1))
    return label(Sources((str(clips),)), output, classifier=compact(), shard=4, executor=executor)


@pytest.fixture(scope="module")
def expected(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The rows of one process, embeddings included."""
    output = tmp_path_factory.mktemp("local") / "a.jsonl"
    *_, last = job(clips, output)
    assert last.rows == len(list(clips.iterdir())) and not last.errors
    return output.read_bytes()


def test_an_address_that_is_none_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"no Ray cluster can be reached: .*nonsense"):
        with connected("nonsense"):
            pass


def test_a_killed_worker_changes_no_row(cluster: None, clips: Path, tmp_path: Path) -> None:
    hearing = tmp_path / "hearing"
    hearing.mkdir()
    options = {"threads": 1, "folder": str(hearing)}
    patient = PartConfig(name="patient", options=options)
    killed: list[int] = []

    def kill() -> None:
        while not (working := list(hearing.iterdir())):
            time.sleep(0.01)
        killed.append(int(working[0].name))
        os.kill(killed[0], signal.SIGKILL)
        (hearing / "open").touch()

    def rows(name: str, executor: Executor) -> bytes:
        output = tmp_path / name
        (*_, last) = label(
            Sources((str(clips),)), output, classifier=patient, shard=4, executor=executor
        )
        assert last.rows == len(list(clips.iterdir())) and not last.errors
        return output.read_bytes()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    found = rows("ray.jsonl", RayExecutor(RayOptions(workers=2, shards=1)))
    assert killed
    assert found == rows("local.jsonl", LocalExecutor(LocalOptions(workers=1)))


def test_the_command_goes_on_with_another_executor(
    cluster: None, clips: Path, tmp_path: Path, expected: bytes
) -> None:
    output = tmp_path / "a.jsonl"
    for step in job(clips, output):
        if step.done > step.total / 2:
            break
    (tmp_path / "c.yaml").write_text("classifiers: [{name: compact, options: {threads: 1}}]")
    arguments = ["label", str(clips), "-o", str(output), "--config", str(tmp_path / "c.yaml")]
    arguments += ["--shard", "4", "--executor", "ray", "--executor-option", "workers=1", "--json"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    first = json.loads(result.stdout.splitlines()[0])
    # A part may have been written after the last progress that was looked at.
    assert step.done <= first["earlier"] < step.total
    assert output.read_bytes() == expected


def test_a_clip_that_kills_every_worker_stops_the_job_and_is_named(
    cluster: None, tmp_path: Path
) -> None:
    import numpy as np
    import soundfile

    for index in range(4):
        tone = np.sin(np.arange(8_000 if index == 2 else 16_000) / 10)
        soundfile.write(tmp_path / f"{index}.wav", tone, 16_000)
    executor = RayExecutor(RayOptions(workers=1, shards=1))
    progress = label(
        Sources((str(tmp_path),)), tmp_path / "a.csv", classifier=PartConfig(name="mortal"),
        shard=1, executor=executor,
    )  # fmt: skip
    with pytest.raises(WorkerError, match=rf"{ATTEMPTS} workers died .* from 2\.wav to 2\.wav"):
        list(progress)
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    ("fingerprint", "folder", "reason"),
    [
        ("another", ".", "began with another; install the same everywhere"),
        (None, "nowhere", "no folder .*nowhere; all machines of the cluster must have"),
    ],
)
def test_a_worker_that_would_do_something_else_stops_the_job(
    cluster: None, clips: Path, tmp_path: Path, fingerprint: str | None, folder: str, reason: str
) -> None:
    own = make_classifier(load(), compact()).fingerprint
    work = Work(compact(), fingerprint or own, str(tmp_path / folder))
    clip = next(clips.iterdir())
    shard = Shard(0, 0, (Item(str(clip), clip.name),))
    with pytest.raises(WorkerError, match=reason):
        list(RayExecutor(RayOptions(workers=1)).run(work, [shard]))
    assert not list(tmp_path.glob("**/*.npz"))


def test_a_cluster_without_room_is_an_error(cluster: None, tmp_path: Path) -> None:
    work = Work(compact(), "", str(tmp_path))
    with pytest.raises(ConfigError, match=r"no room for a worker of 1 CPU and 0\.5 GPU"):
        next(RayExecutor(RayOptions(gpus=0.5)).run(work, []))


def test_a_job_that_stops_leaves_no_ray_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", STOPPED], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[-1:]) == (0, ["False"]), done.stderr
    assert "Traceback" not in done.stderr and "already been shutdown" not in done.stderr


def test_options_are_checked() -> None:
    made = make_executor(load(), "ray", {"gpus": 0.25, "workers": 3})
    assert made.options.gpus == 0.25
    with pytest.raises(ConfigError, match="gpu"):
        make_executor(load(), "ray", {"gpu": 1})


def test_ray_is_not_imported_before_it_is_used() -> None:
    code = (
        "import sys; from emotts.plugins import load; assert load().executor('ray'); "
        "assert not {'ray', 'pyarrow', 'pandas'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
