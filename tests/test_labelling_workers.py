import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from labelled import run, speak, table
from patience import until

from emotts.builtin.local import LocalExecutor, LocalOptions
from emotts.config import PartConfig
from emotts.labelling.items import Item, Shard
from emotts.labelling.labeller import Work
from emotts.labelling.workers import WorkerError, labelled

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tones")]

TWO = LocalExecutor(LocalOptions(workers=2))

TROUBLED = """
import os, signal
from pathlib import Path

from emotts.errors import ClassifierGoneError
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier

class Troubled(PitchClassifier):
    name = "troubled"
    def classify(self, batch, *, profile=None):
        if (word := Path(os.environ["TROUBLE"])).exists():
            trouble = word.read_text()
            word.unlink()
            if trouble == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ClassifierGoneError("its process failed")
        print("no reply")
        return super().classify(batch, profile=profile)

@hookimpl
def emotts_classifiers():
    return [Troubled]
"""


def test_two_processes_write_the_rows_of_one(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 14)
    (tmp_path / "clips" / "bad.wav").write_text("no audio")
    run([tmp_path / "clips"], tmp_path / "one.jsonl", shard=3)
    steps = run([tmp_path / "clips"], tmp_path / "two.jsonl", shard=3, executor=TWO)
    assert [step.done for step in steps if step.stage == "label"][-1] == 15
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [("killed", r"ended with code -9: .* start the command again"), ("gone", "its process failed")],
)
def test_a_process_that_cant_go_on_stops_the_job_and_the_same_command_goes_on(
    tmp_path: Path,
    install: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    said: str,
) -> None:
    install("troubled", TROUBLED)
    monkeypatch.setenv("TROUBLE", str(tmp_path / "trouble"))
    (tmp_path / "trouble").write_text(trouble)
    speak(tmp_path / "clips", 8)
    job = {"classifier": PartConfig(name="troubled"), "shard": 2, "executor": TWO}
    with pytest.raises(WorkerError, match=said):
        run([tmp_path / "clips"], tmp_path / "a.csv", **job)
    assert not (tmp_path / "a.csv").exists()
    run([tmp_path / "clips"], tmp_path / "a.csv", **job)
    assert [row["name"] for row in table(tmp_path / "a.csv")] == [f"00{i}.wav" for i in range(8)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_classifier_prints_is_no_progress(
    tmp_path: Path, install: Callable[..., None], monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    install("troubled", TROUBLED)
    monkeypatch.setenv("TROUBLE", str(tmp_path / "none"))
    speak(tmp_path / "clips", 4)
    command = [sys.executable, "-m", "emotts", "label", str(tmp_path / "clips"), "--json"]
    how = ["-o", str(tmp_path / "a.csv"), "--classifier", "troubled", "--shard", "2"]
    how += ["--executor-option", f"workers={workers}"]
    done = subprocess.run([*command, *how], capture_output=True, text=True, check=True)
    assert [json.loads(line)["total"] for line in done.stdout.splitlines()] == [4] * 5
    assert "no reply" in done.stderr


def test_why_a_process_could_not_begin_is_told_however_late_it_is_asked(tmp_path: Path) -> None:
    def shards() -> Iterator[Shard]:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # it has ended
        yield Shard(0, 0, (Item("a.wav", "a.wav"),))

    work = Work(PartConfig(name="pitch"), "another", str(tmp_path))
    with pytest.raises(WorkerError, match="the job began with another"):
        list(labelled(work, shards(), 1))


ABANDONED = """
import os, sys
from emotts.builtin.local import LocalExecutor, LocalOptions
from emotts.config import PartConfig
from emotts.labelling.items import Item, Shard
from emotts.labelling.labeller import Work

shards = [Shard(index, index, (Item(sys.argv[1], "a.wav"),)) for index in range(4)]
work = Work(PartConfig(name="pitch"), "pitch", ".")
job = LocalExecutor(LocalOptions(workers=2)).run(work, shards)
next(job)
os.system("pgrep -P %d" % os.getpid())
os.kill(os.getpid(), 9)
"""


def test_processes_end_with_the_one_that_began_them(tmp_path: Path) -> None:
    (clip,) = speak(tmp_path, 1)
    command = [sys.executable, "-c", ABANDONED, str(clip)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    children = [int(number) for number in done.stdout.split()]
    assert len(children) >= 2, done.stderr
    until(lambda: not any(os.path.exists(f"/proc/{number}") for number in children))
