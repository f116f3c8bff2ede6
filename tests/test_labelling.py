import errno
import fcntl
import json
import os
import pty
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import audformat
import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from click.testing import CliRunner
from labelled import PITCH, as_nobody, run, speak, table
from scarce import files_of_at_most

from emotts.audio import read
from emotts.cli import cli
from emotts.config import PartConfig
from emotts.errors import ConfigError, EmottsError
from emotts.executor import Executor
from emotts.labelling import Item, Sources, label, parquet
from emotts.labelling.embeddings import Embeddings
from emotts.labelling.items import Shard
from emotts.labelling.job import Job
from emotts.labelling.labeller import Done, Labeller, Work
from emotts.labelling.npy import write_npy
from emotts.labelling.parquet import BATCH
from emotts.labelling.parts import DiskError
from emotts.labelling.plan import Plan
from emotts.labelling.rows import Row, Schema
from emotts.labelling.writers import Writer
from emotts.listener import Listener
from emotts.options import Options
from emotts.parts import make_classifier
from emotts.plugins import load
from emotts.testing import PitchClassifier

pytestmark = pytest.mark.usefixtures("tones")

# It meets pandas 3.1.
AUDFORMAT = pytest.mark.filterwarnings("ignore:The inplace keyword")


def test_a_row_says_what_the_classifier_hears(tmp_path: Path) -> None:
    clips = speak(tmp_path / "clips", 9)
    *_, last = run([tmp_path / "clips"], tmp_path / "a.parquet", shard=4)
    assert (last.stage, last.done, last.rows, last.errors) == ("write", 9, 9, 0)
    labels = pq.read_table(tmp_path / "a.parquet")
    assert labels.schema.field("embedding").type.list_size == 2
    listener = Listener(PitchClassifier(Options()), None)
    for row, clip in zip(labels.to_pylist(), clips, strict=True):
        audio = read(clip)
        (heard,) = listener.heard([audio])
        assert row["path"] == str(clip) and row["name"] == clip.name
        assert row["top"] == heard.top
        assert {name: row[name] for name in heard.scores} == pytest.approx(heard.scores)
        assert row["embedding"] == pytest.approx(heard.embedding)
        assert (row["start_s"], row["duration_s"]) == (0, pytest.approx(audio.duration_s))
        assert (row["classifier"], row["fingerprint"], row["error"]) == ("pitch", "pitch", None)


def test_small_shards_are_together_in_parquet(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 5)
    run([tmp_path / "clips"], tmp_path / "a.parquet", shard=1)
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 1
    assert pq.read_table(tmp_path / "a.parquet")["name"].to_pylist() == [
        f"00{index}.wav" for index in range(5)
    ]


@pytest.mark.slow
def test_rows_before_the_first_that_was_heard_are_not_gathered(tmp_path: Path) -> None:
    kept: list[weakref.finalize[[], Row]] = []

    def rows() -> Iterator[list[Row]]:
        for number in range(4 * BATCH):
            row = Row(number, "a.wav", "a.wav", 0.0, error="gone")
            kept.append(weakref.finalize(row, int))
            yield [row]
        assert sum(each.alive for each in kept) < 3 * BATCH
        yield [Row(4 * BATCH, "b.wav", "b.wav", 0.0, 1.0, embedding=np.ones(3, np.float32))]

    schema = Schema("pitch", "0", (), (), size=3)
    for write, name in ((parquet.write, "a.parquet"), (write_npy, "a.npy")):
        write(rows(), schema, tmp_path / name)
    (last,) = pq.read_table(tmp_path / "a.parquet")["embedding"][-1:].to_pylist()
    assert last == np.load(tmp_path / "a.npy")[-1].tolist() == [1, 1, 1]
    assert np.isnan(np.load(tmp_path / "a.npy")[:-1]).all()


@AUDFORMAT
def test_all_outputs_say_the_same(tmp_path: Path) -> None:
    clips = speak(tmp_path / "clips", 5)
    (tmp_path / "clips" / "bad.wav").write_text("no audio")
    manifest = tmp_path / "m.csv"
    lines = [f"{clip},joy,{index}\n" for index, clip in enumerate([*clips, "clips/bad.wav"])]
    manifest.write_text("path,emotion,top\n" + "".join(lines))
    for name in ("a.parquet", "a.csv", "a.jsonl", "db.yaml"):
        run([manifest], tmp_path / name, shard=2)
    expected = pq.read_table(tmp_path / "a.parquet").to_pylist()
    objects = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    for form, row in zip(objects, expected, strict=True):
        for each in (form, row):
            if (embedding := each.pop("embedding")) is not None:
                each["embedding"] = np.float32(embedding).tolist()
    assert objects == expected
    assert [row["given_top"] for row in expected] == list("012345")
    assert {row["emotion"] for row in expected} == {"joy"}
    for cells, row in zip(table(tmp_path / "a.csv"), expected, strict=True):
        row.pop("embedding", None)
        assert cells == {name: "" if v is None else str(v) for name, v in row.items()}
    found = audformat.Database.load(tmp_path)["emotion"].get()
    assert found["top"].tolist()[:5] == [row["top"] for row in expected[:5]]
    assert found["anger"].tolist()[:5] == [row["anger"] for row in expected[:5]]
    assert found["error"].tolist()[5] == expected[5]["error"]


def test_windows_cover_a_clip_and_a_short_rest_belongs_to_the_last(tmp_path: Path) -> None:
    tone = 0.1 * np.sin(2 * np.pi * 150 * np.arange(8000 * 60) / 8000)
    for name, seconds in (("a", 12.4), ("b", 12.6), ("c", 3.0)):
        soundfile.write(tmp_path / f"{name}.wav", tone[: round(8000 * seconds)], 8000)
    run([tmp_path], tmp_path / "rows.csv", window_s=5.0)
    ends: dict[str, list[float]] = {}
    for row in table(tmp_path / "rows.csv"):
        assert float(row["start_s"]) == (ends.get(row["name"]) or [0.0])[-1]
        ends.setdefault(row["name"], []).append(float(row["end_s"]))
    assert ends == {"a.wav": [5, 12.4], "b.wav": [5, 10, 12.6], "c.wav": [3]}


NOT_CENTRING = """
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier

class Plain(PitchClassifier):
    name = "plain"
    centres = False

@hookimpl
def emotts_classifiers():
    return [Plain]
"""


@pytest.mark.parametrize(
    "name", ["pitch", "plain", pytest.param("functionals", marks=pytest.mark.slow)]
)
def test_a_clip_is_heard_relative_to_its_speaker(
    tmp_path: Path, install: Callable[..., None], name: str
) -> None:
    install("plain", NOT_CENTRING)
    clips = speak(tmp_path / "clips", 14)
    speakers = ["ann"] * 6 + ["bob"] * 5 + ["few"] * 2 + [""]
    lines = [f"{clip},{who}\n" for clip, who in zip(clips, speakers, strict=True)]
    (tmp_path / "m.csv").write_text("path,speaker\n" + "".join(lines))
    config = PartConfig(name=name)
    run([tmp_path / "m.csv"], tmp_path / "a.parquet", classifier=config, center="speaker", shard=4)
    rows = pq.read_table(tmp_path / "a.parquet").to_pylist()
    classifier = make_classifier(load(), config)
    known = {"few": None, "": None} | {
        who: classifier.profile([read(c) for c, s in zip(clips, speakers, strict=True) if s == who])
        for who in ("ann", "bob")
    }
    for row, clip, who in zip(rows, clips, speakers, strict=True):
        (heard,) = Listener(classifier, known[who]).heard([read(clip)])
        assert row["centred"] == heard.centred == (who in ("ann", "bob"))
        assert {name: row[name] for name in heard.scores} == pytest.approx(heard.scores, abs=1e-4)
        assert row["embedding"] == pytest.approx(heard.embedding, abs=1e-3)


def test_nobody_to_be_relative_to(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 3)
    sources = Sources((str(tmp_path / "clips"),), speaker="^[^.]+")  # each clip has its own
    job = label(sources, tmp_path / "a.csv", classifier=PITCH, center="speaker")
    with pytest.raises(ConfigError, match="no speaker has 4 clips"):
        next(job)  # it is known before anything is heard
    assert run([], tmp_path / "a.csv", sources=sources)[-1].rows == 3
    with pytest.raises(ConfigError, match="center was None and is 'speaker'"):
        run([], tmp_path / "a.csv", sources=sources, center="speaker")


def test_what_was_heard_serves_whether_it_is_centred_or_not(tmp_path: Path) -> None:
    speak(tmp_path / "clips" / "ann", 2)
    speak(tmp_path / "clips" / "bob", 6)
    for index in range(3):
        (tmp_path / "clips" / "ann" / f"bad{index}.wav").write_text("no audio")
    for pattern, heard in (("ann", False), ("ann|bob", True)):
        sources = Sources((str(tmp_path / "clips"),), speaker=pattern)
        output = tmp_path / f"{pattern[-3:]}.csv"
        stopped(output, sources, "write")
        job = label(sources, output, classifier=PITCH, center="speaker")
        first = next(job)
        assert (first.stage, first.earlier) == ("label", 11)
        if heard:
            list(job)
            assert sum(row["centred"] == "True" for row in table(output)) == 6
            continue
        with pytest.raises(ConfigError, match=r"no speaker has 4 clips .* the job goes on"):
            list(job)
        run([], output, sources=sources)
        assert len(table(output)) == 11


def spoilt(folder: Path) -> dict[str, str]:
    """Files that can't be labelled → what is said of them."""
    (good,) = speak(folder / "good", 1)
    samples, rate = soundfile.read(good)
    content = good.read_bytes()
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("no audio at all")
    (folder / "folder.wav").mkdir()
    os.mkfifo(folder / "pipe.wav")
    (folder / "header.wav").write_bytes(content[:44])
    (folder / "cut.wav").write_bytes(content[: len(content) // 2])
    (folder / "zero.wav").write_bytes(content[:24] + struct.pack("<I", 0) + content[28:])
    soundfile.write(folder / "frames.wav", np.zeros((0, 1)), rate)
    soundfile.write(folder / "many.wav", np.tile(samples[:400, None], 255), rate)
    soundfile.write(folder / "nan.wav", np.full(8000, np.nan), rate, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", np.zeros(8000), rate)
    soundfile.write(folder / "whole.flac", np.tile(samples, 20), rate)
    whole = (folder / "whole.flac").read_bytes()
    (folder / "whole.flac").unlink()
    (folder / "cut.flac").write_bytes(whole[: len(whole) // 2])
    # No number of samples, as who writes to a pipe leaves it.
    (folder / "endless.flac").write_bytes(
        whole[:21] + bytes([whole[21] & 0xF0, *bytes(4)]) + whole[26:]
    )
    with (folder / "hours.wav").open("wb") as file:  # 8 hours that take no room on the disk
        soundfile.write(file, np.zeros(1), 8000, format="WAV", subtype="PCM_16")
        size = 8 * 3600 * 8000 * 2
        file.seek(4)
        file.write(struct.pack("<I", size + 36))
        file.seek(40)
        file.write(struct.pack("<I", size))
        file.truncate(44 + size)
    return {
        "empty.wav": "can't be read as audio",
        "text.wav": "can't be read as audio",
        "folder.wav": "is no regular file",
        "pipe.wav": "is no regular file",
        "header.wav": "is cut off",
        "cut.wav": "is cut off",
        "cut.flac": "can't be read as audio|is cut off",
        "endless.flac": "its header does not say how long it is",
        "zero.wav": "can't be read as audio|sampling rate 0 Hz",
        "frames.wav": "holds no audio",
        "many.wav": "255 channels; at most 16",
        "nan.wav": "NaN",
        "silent.wav": "no voiced sound",
        "hours.wav": "longer than 600 s; label it by windows",
    }


def test_a_bad_clip_is_a_row_with_the_reason_and_harms_no_other(tmp_path: Path) -> None:
    reasons = spoilt(tmp_path / "clips")
    speak(tmp_path / "clips", 6)
    paths = [*sorted((tmp_path / "clips").glob("*.*")), tmp_path / "clips" / "gone.wav"]
    (tmp_path / "m.csv").write_text("path\n" + "".join(f"{path}\n" for path in paths))
    *_, last = run([tmp_path / "m.csv"], tmp_path / "a.csv")
    rows = {row["name"].rpartition("/")[2]: row for row in table(tmp_path / "a.csv")}
    assert list(rows) == [path.name for path in paths]
    for name, reason in (reasons | {"gone.wav": "No such file"}).items():
        assert rows[name]["top"] == ""
        assert rows[name]["error"] and re.search(reason, rows[name]["error"]), name
    good = [row for name, row in rows.items() if name[:3].isdigit()]
    assert len(good) == 6 and not any(row["error"] for row in good)
    assert all(row["top"] for row in good)
    assert last.errors == len(reasons) + 1


def test_a_folder_may_change_while_it_is_labelled(tmp_path: Path) -> None:
    clips = speak(tmp_path / "clips", 8)
    job = label(Sources((str(tmp_path / "clips"),)), tmp_path / "a.csv", classifier=PITCH, shard=1)
    next(job)
    clips[7].unlink()
    speak(tmp_path / "clips" / "later", 1)
    list(job)
    rows = table(tmp_path / "a.csv")
    assert [row["name"] for row in rows] == [clip.name for clip in clips]
    assert "No such file" in rows[7]["error"] and not any(row["error"] for row in rows[:7])


# The command, and then the peak of its own memory, KiB: what the system tells of a child counts in
# the parent's, of which it began as a copy.
PEAK = """
import re
from pathlib import Path
from emotts.cli import main
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
def test_eight_hours_are_labelled_by_windows_in_little_memory(tmp_path: Path) -> None:
    spoilt(tmp_path / "clips")
    arguments = ["hours.wav", "-o", "../a.csv", "--classifier", "pitch", "--window", "60"]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "label", *arguments],
        cwd=tmp_path / "clips",
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 1  # there was silence alone
    rows = table(tmp_path / "a.csv")
    assert len(rows) == 480 and float(rows[-1]["end_s"]) == 8 * 3600
    assert int(done.stdout.split()[-1]) < 500_000


# Killing


def started(clips: Path, output: Path, workers: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "emotts", "label", str(clips), "-o", str(output)]
    options = ["--shard", "2", "--executor-option", f"workers={workers}"]
    return subprocess.Popen(
        [*command, "--classifier", "pitch", "--json", *options],
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(process: "subprocess.Popen[str]", chance: random.Random, lines: int) -> bool:
    """Kill a job somewhere; False where it was done before."""
    assert process.stdout is not None
    for _ in range(chance.randrange(lines)):
        if not process.stdout.readline():
            break
    timer = threading.Timer(chance.uniform(0, 0.02), process.kill)
    timer.start()
    process.communicate()
    timer.cancel()
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


def check_kills(tmp_path: Path, kills: int, clips: int, lines: int, workers: Sequence[int]) -> None:
    """Kill jobs so often, and compare each result with that of a job that was left alone."""

    def begun() -> "subprocess.Popen[str]":
        return started(tmp_path / "clips", output, chance.choice(workers))

    speak(tmp_path / "clips", clips)
    (tmp_path / "clips" / "bad.wav").write_text("no audio")
    run([tmp_path / "clips"], tmp_path / "undisturbed.csv", shard=2)
    expected = (tmp_path / "undisturbed.csv").read_bytes()
    chance, rounds = random.Random(7), 0
    while kills > 0:
        output = tmp_path / f"{rounds}.csv"
        while kills > 0 and killed(begun(), chance, lines):
            kills -= 1
        process = begun()
        process.communicate()
        assert process.returncode == 0
        assert output.read_bytes() == expected
        assert sorted(path.name for path in Path(f"{output}.job").iterdir()) == ["job.json", "lock"]
        rounds += 1


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_may_be_killed(tmp_path: Path, workers: int) -> None:
    check_kills(tmp_path, 3, 30, 12, [workers])


@pytest.mark.slow
def test_a_job_may_be_killed_a_hundred_times(tmp_path: Path) -> None:
    check_kills(tmp_path, 100, 120, 40, [1, 2])


def test_only_what_is_missing_is_labelled_again(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 8)
    job = label(Sources((str(tmp_path / "clips"),)), tmp_path / "a.csv", classifier=PITCH, shard=2)
    assert [next(job).done for _ in range(3)] == [0, 2, 4]
    job.close()
    steps = run([tmp_path / "clips"], tmp_path / "a.csv", shard=2)
    assert [(s.stage, s.done, s.earlier) for s in steps[:3]] == [
        ("label", 4, 4),
        ("label", 6, 4),
        ("label", 8, 4),
    ]
    assert len(table(tmp_path / "a.csv")) == 8
    (again,) = run([tmp_path / "clips"], tmp_path / "a.csv", shard=2)
    assert (again.rows, again.errors) == (8, 0)


def test_a_job_goes_on_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows keep the paths as they were named at first, and what they name is read."""
    speak(tmp_path / "clips", 6)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "db.yaml"):
        job = label(Sources(("clips",)), name, classifier=PITCH, shard=2)
        assert [next(job).done for _ in range(2)] == [0, 2]
        job.close()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for name in ("a.csv", "db.yaml"):
        *_, last = run(["../clips"], Path("..", name), shard=2)
        assert (last.rows, last.errors) == (6, 0)
    assert [row["path"] for row in table(Path("../a.csv"))] == [
        f"clips/00{i}.wav" for i in range(6)
    ]
    assert table(Path("../db.emotion.csv"))[5]["file"] == "clips/005.wav"


@AUDFORMAT
def test_files_of_a_database_are_named_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = speak(tmp_path / "db" / "audio", 1) + speak(tmp_path / "other", 1)
    monkeypatch.chdir(tmp_path)
    run(["db/audio", "other"], Path("db/db.yaml"))
    files = audformat.Database.load(tmp_path / "db").files
    assert set(files) == {"audio/000.wav", str(clips[1])}


def parts_of(output: Path) -> Path:
    """The folder of what was heard."""
    (folder,) = Path(f"{output}.job").glob("label-*")
    return folder


class Kept(Executor):
    """Keeps the work that it is given."""

    name = "kept"

    def run(self, work: Work, shards: Iterable[Shard]) -> Iterator[Done]:
        self.work, self.shards = work, list(shards)
        yield from Labeller(work).run(self.shards)


def test_a_worker_that_outlives_its_job_changes_nothing_of_the_next(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 3)
    before = Kept(Kept.Options())
    run([tmp_path / "clips"], tmp_path / "a.csv", window_s=0.5, executor=before)
    job = label(
        Sources((str(tmp_path / "clips"),)), tmp_path / "a.csv", classifier=PITCH, restart=True
    )
    assert next(step for step in job if step.stage == "write")
    with pytest.raises(DiskError):
        list(Labeller(before.work).run(before.shards))
    list(job)
    assert len(table(tmp_path / "a.csv")) == 3


def test_a_damaged_part_is_found_and_made_again(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 6)
    job = label(Sources((str(tmp_path / "clips"),)), tmp_path / "a.csv", classifier=PITCH, shard=2)
    assert next(step for step in job if step.stage == "write")
    job.close()
    part = parts_of(tmp_path / "a.csv") / "00000001.npz"
    content = bytearray(part.read_bytes())
    content[200] ^= 1
    part.write_bytes(content)
    with pytest.raises(EmottsError, match=r"00000001.npz is damaged.*start the command again"):
        run([tmp_path / "clips"], tmp_path / "a.csv", shard=2)
    run([tmp_path / "clips"], tmp_path / "a.csv", shard=2)
    assert [row["name"] for row in table(tmp_path / "a.csv")] == [f"00{i}.wav" for i in range(6)]


def test_other_options_are_refused_unless_it_begins_anew(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 8)
    output = tmp_path / "a.csv"
    run([tmp_path / "clips"], output)
    with pytest.raises(ConfigError, match=r"window_s was None and is 1\.0.*--restart"):
        run([tmp_path / "clips"], output, window_s=1.0)
    with pytest.raises(ConfigError, match="classifier was 'pitch' and is 'functionals'"):
        run([tmp_path / "clips"], output, classifier=PartConfig(name="functionals"))
    run([tmp_path / "clips"], output, window_s=0.5, restart=True)
    assert json.loads(Path(f"{output}.job/job.json").read_text())["window_s"] == 0.5
    assert len(table(output)) == 8


def test_what_another_wrote_is_not_overwritten(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 1)
    (tmp_path / "a.csv").write_text("precious")
    with pytest.raises(ConfigError, match="is there already"):
        run([tmp_path / "clips"], tmp_path / "a.csv")
    with pytest.raises(ConfigError, match="is no regular file"):
        run([tmp_path / "clips"], tmp_path / "clips", writer=Writer(lambda *_: []))
    with pytest.raises(EmottsError, match=r"unknown kind of output 'a.txt'; valid: .parquet, .csv"):
        run([tmp_path / "clips"], tmp_path / "a.txt")


@pytest.mark.parametrize("restart", [False, True])
def test_no_file_that_another_wrote_is_replaced(tmp_path: Path, restart: bool) -> None:
    (clip,) = speak(tmp_path / "clips", 1)
    manifest, database = tmp_path / "m.csv", tmp_path / "db.emotion.csv"
    for file in (manifest, database):
        file.write_text(f"path\n{clip}\n")
        with pytest.raises(ConfigError, match=f"{file.name} is to be labelled"):
            run([file], file, restart=restart)
        with pytest.raises(ConfigError, match=f"{file.name} is there already"):
            run([f"{tmp_path}/*.csv"], file, restart=restart)
    with pytest.raises(ConfigError, match=r"db\.emotion\.csv is there already"):
        run([manifest], tmp_path / "db.yaml", restart=restart)
    assert manifest.read_text() == database.read_text() == f"path\n{clip}\n"
    run([manifest], tmp_path / "a.csv")
    with pytest.raises(ConfigError, match=r"a\.csv is to be labelled"):
        run([tmp_path / "a.csv"], tmp_path / "a.csv", restart=restart)
    assert len(table(tmp_path / "a.csv")) == 1


@pytest.mark.parametrize("removed", ["db.yaml", "db.emotion.csv"])
def test_a_result_that_was_removed_is_made_again(tmp_path: Path, removed: str) -> None:
    speak(tmp_path / "clips", 3)
    run([tmp_path / "clips"], tmp_path / "db.yaml")
    expected = (tmp_path / removed).read_bytes()
    (tmp_path / removed).unlink()
    *_, last = run([tmp_path / "clips"], tmp_path / "db.yaml")
    assert (last.rows, (tmp_path / removed).read_bytes()) == (3, expected)


def test_a_job_that_was_stopped_between_its_files_goes_on(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 3)
    job = label(Sources((str(tmp_path / "clips"),)), tmp_path / "db.yaml", classifier=PITCH)
    assert next(step for step in job if step.stage == "write")
    job.close()
    (tmp_path / "db.emotion.csv").write_text("one of two")
    run([tmp_path / "clips"], tmp_path / "db.yaml")
    assert len(table(tmp_path / "db.emotion.csv")) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "Expecting property name"),
        ("[]", "should be a valid dictionary"),
        ("null", "should be a valid dictionary"),
        ('{"version": 2}', "files: Field required"),
        ('{"files": 5, "clips": 3, "given": [], "base": ""}', "files: "),
        ('{"files": [], "clips": "x", "given": [], "base": ""}', "clips: "),
        (
            '{"files": [], "clips": 3, "given": [], "base": "", "finished": {"rows": 3}}',
            r"finished\.clips: Field required",
        ),
    ],
)
def test_a_job_that_cant_be_read_is_begun_anew(tmp_path: Path, content: str, said: str) -> None:
    speak(tmp_path / "clips", 3)
    run([tmp_path / "clips"], tmp_path / "a.csv")
    (tmp_path / "a.csv.job" / "job.json").write_text(content)
    (tmp_path / "a.csv").unlink()
    with pytest.raises(ConfigError, match=r"can't be read as a job.*--restart") as raised:
        run([tmp_path / "clips"], tmp_path / "a.csv")
    assert re.search(said, str(raised.value))
    run([tmp_path / "clips"], tmp_path / "a.csv", restart=True)
    assert len(table(tmp_path / "a.csv")) == 3


def stopped(output: Path, clips: Path | Sources, stage: str, **options: object) -> None:
    """A job that was stopped when a stage began."""
    sources = clips if isinstance(clips, Sources) else Sources((str(clips),))
    job = label(sources, output, **{"classifier": PITCH, **options})  # type: ignore[arg-type]
    assert next(step for step in job if step.stage == stage)
    job.close()


def test_a_file_is_written_by_one_job(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 2)
    clips, database, rows = tmp_path / "clips", tmp_path / "db.yaml", tmp_path / "db.emotion.csv"
    stopped(database, clips, "label")
    for restart in (False, True):
        with pytest.raises(ConfigError, match=r"on\.csv is yet .* unfinished job .*yaml\.job"):
            run([clips], rows, restart=restart)
    run([clips], database)
    with pytest.raises(ConfigError, match="is there already"):
        run([clips], rows)
    database.unlink()
    rows.unlink()
    stopped(rows, clips, "label")  # the finished job has nothing to write any more
    with pytest.raises(ConfigError, match=r"unfinished job .*csv\.job; .* remove its folder"):
        run([clips], database)
    shutil.rmtree(f"{rows}.job")
    run([clips], database)


def test_a_file_that_another_job_claims_meanwhile_is_that_jobs(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 2)

    @dataclass(frozen=True)
    class Slow(Sources):
        def items(self) -> Iterator[Item]:
            yield from super().items()
            stopped(tmp_path / "db.yaml", tmp_path / "clips", "label")

    with pytest.raises(ConfigError, match=r"unfinished job .*db\.yaml\.job"):
        run([], tmp_path / "db.emotion.csv", sources=Slow((str(tmp_path / "clips"),)))


@pytest.mark.parametrize(
    "content", [None, "", "null\n" * 3, '{"path": "a.wav"}\n' * 3, "\xff\n" * 3]
)
def test_a_list_of_clips_that_is_damaged_is_told(tmp_path: Path, content: str | None) -> None:
    speak(tmp_path / "clips", 3)
    stopped(tmp_path / "a.csv", tmp_path / "clips", "label")
    listing = tmp_path / "a.csv.job" / "items.jsonl"
    listing.unlink()
    if content is not None:
        listing.write_text(content, encoding="latin-1")
    with pytest.raises(ConfigError, match=r"items\.jsonl is damaged.*--restart"):
        run([tmp_path / "clips"], tmp_path / "a.csv")
    run([tmp_path / "clips"], tmp_path / "a.csv", restart=True)
    assert len(table(tmp_path / "a.csv")) == 3


def test_parts_whose_plan_is_gone_count_for_nothing(tmp_path: Path) -> None:
    """As after a kill in the midst of --restart, which removes the plan first."""
    first, *_ = speak(tmp_path / "clips", 3)
    stopped(tmp_path / "a.csv", tmp_path / "clips", "write", window_s=0.5)
    (tmp_path / "a.csv.job" / "job.json").unlink()
    read(first).amplified(-6.0).write(first)
    run([tmp_path / "clips"], tmp_path / "a.csv")
    run([tmp_path / "clips"], tmp_path / "expected.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_a_strangers_file_among_the_parts_is_no_part(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 3)
    stopped(tmp_path / "a.csv", tmp_path / "clips", "write")
    for name in ("notes.npz", ".00000000.npz", "00000001.npz.bak"):
        (parts_of(tmp_path / "a.csv") / name).write_text("")
    *_, last = run([tmp_path / "clips"], tmp_path / "a.csv")
    assert (last.rows, last.errors) == (3, 0)


def test_a_lock_that_cant_be_is_told(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 1)
    (tmp_path / "a.csv.job" / "lock").mkdir(parents=True)
    with pytest.raises(DiskError, match=r"a\.csv\.job.lock: can't be written"):
        run([tmp_path / "clips"], tmp_path / "a.csv")


def test_a_lock_that_is_not_known_is_not_taken_for_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on network storage without locks."""
    speak(tmp_path / "clips", 1)

    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unknown)
    with pytest.raises(DiskError, match=os.strerror(errno.ENOLCK)):
        run([tmp_path / "clips"], tmp_path / "a.csv")


def test_what_cant_be_removed_is_told() -> None:
    with TemporaryDirectory() as name:  # not `tmp_path`, which is its owner's alone
        folder = Path(name, "a.csv.job")
        (folder / "old" / "kept").mkdir(parents=True)
        for place in (folder.parent, folder):
            place.chmod(0o777)
        (folder / "old").chmod(0)
        plan = Plan(Sources((name,)), "pitch", "pitch")
        with as_nobody(), pytest.raises(DiskError, match=r"a\.csv\.job: .*old"):
            Job(folder, plan, [Path(name, "a.csv")]).prepare()
        (folder / "old").chmod(0o700)


def test_the_folder_of_a_job_may_be_on_another_disk(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is but one file system")
    speak(tmp_path / "clips", 2)
    with TemporaryDirectory(dir=other) as name:
        (tmp_path / "a.npy.job").symlink_to(name)
        writer = Embeddings().writer(tmp_path / "a.npy")
        run([tmp_path / "clips"], tmp_path / "a.npy", writer=writer)
    assert np.load(tmp_path / "a.npy").shape == (2, 2)
    assert len(table(tmp_path / "a.csv")) == 2


@pytest.mark.slow
def test_a_link_to_where_the_result_belongs_stays_one(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 2)
    (tmp_path / "disk").mkdir()
    (tmp_path / "a.csv").symlink_to(Path("disk", "b.csv"))
    for restart in (False, True):
        run([tmp_path / "clips"], tmp_path / "a.csv", restart=restart)
        assert (tmp_path / "a.csv").is_symlink()
        assert len(table(tmp_path / "disk" / "b.csv")) == 2


def test_profiles_that_are_damaged_are_made_again(tmp_path: Path) -> None:
    speak(tmp_path / "clips" / "ann", 6)
    sources = Sources((str(tmp_path / "clips"),), speaker="^[^/]+")
    how = {"center": "speaker", "shard": 2}
    run([], tmp_path / "expected.csv", sources=sources, **how)
    job = label(sources, tmp_path / "a.csv", classifier=PITCH, **how)  # type: ignore[arg-type]
    assert next(step for step in job if step.stage == "center")
    job.close()
    profiles = tmp_path / "a.csv.job" / "profiles.npz"
    profiles.write_bytes(profiles.read_bytes()[:-100])
    with pytest.raises(EmottsError, match=r"profiles.npz is damaged.*start the command again"):
        run([], tmp_path / "a.csv", sources=sources, **how)
    run([], tmp_path / "a.csv", sources=sources, **how)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_one_process_works_on_a_job(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 2)
    job = label(Sources((str(tmp_path / "clips"),)), tmp_path / "a.csv", classifier=PITCH)
    next(job)
    with pytest.raises(ConfigError, match="another process works on this job"):
        run([tmp_path / "clips"], tmp_path / "a.csv")
    list(job)


@pytest.mark.parametrize(
    ("stage", "done"), [(None, 0), ("label", 0), ("label", 40), ("center", 0), ("write", 0)]
)
def test_a_full_disk_stops_the_job_and_nothing_is_lost(
    tmp_path: Path, stage: str | None, done: int
) -> None:
    speak(tmp_path / "clips" / "ann", 40)
    sources = Sources((str(tmp_path / "clips"),), speaker="^[^/]+")
    how = {"shard": 20, "center": "speaker"}
    job = label(sources, tmp_path / "a.csv", classifier=PITCH, **how)
    if stage is not None:
        assert next(step for step in job if (step.stage, step.done) == (stage, done))
    with files_of_at_most(100), pytest.raises(DiskError, match=r"can't be written.*it goes on"):
        list(job)
    assert not (tmp_path / "a.csv").exists()
    run([], tmp_path / "a.csv", sources=sources, **how)
    names = [row["name"] for row in table(tmp_path / "a.csv")]
    assert names == [f"ann/{i:03}.wav" for i in range(40)]


GONE = """
from emotts.errors import ClassifierGoneError
from emotts.hookspecs import hookimpl
from emotts.testing import PitchClassifier

class Dying(PitchClassifier):
    name = "dying"
    def classify(self, batch, *, profile=None):
        raise ClassifierGoneError("its process failed")

@hookimpl
def emotts_classifiers():
    return [Dying]
"""


def test_a_classifier_that_is_gone_stops_the_job(
    tmp_path: Path, install: Callable[..., None]
) -> None:
    install("dying", GONE)
    speak(tmp_path / "clips", 3)
    with pytest.raises(EmottsError, match="its process failed"):
        run([tmp_path / "clips"], tmp_path / "a.csv", classifier=PartConfig(name="dying"))
    assert not (tmp_path / "a.csv").exists()


def test_the_command_tells_how_far_it_is(tmp_path: Path, tones: Path) -> None:
    speak(tmp_path / "clips", 3)
    arguments = ["label", str(tmp_path / "clips"), "--config", str(tones)]
    done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "a.csv")])
    assert done.stdout == f"wrote {tmp_path}/a.csv: 3 rows of 3 clips\n"
    done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "b.csv"), "--json"])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["stage"] for line in lines] == ["label", "label", "write", "write"]
    documented = Path(__file__).parent.parent / "docs" / "json.md"
    for key in lines[-1]:
        assert f"| `{key}` |" in documented.read_text().split("\n## label\n")[1].split("\n## ")[0]


@pytest.mark.slow
def test_a_terminal_shows_how_far_it_is_and_how_fast(tmp_path: Path, tones: Path) -> None:
    speak(tmp_path / "clips", 3)
    own, theirs = pty.openpty()
    shown = bytearray()

    def watch() -> None:
        with suppress(OSError):  # at its end
            while seen := os.read(own, 4096):
                shown.extend(seen)

    watcher = threading.Thread(target=watch)
    watcher.start()
    arguments = ["label", str(tmp_path / "clips"), "-o", str(tmp_path / "a.csv"), "--shard", "1"]
    subprocess.run(
        [sys.executable, "-m", "emotts", *arguments, "--config", str(tones)],
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        check=True,
    )
    os.close(theirs)
    watcher.join()
    os.close(own)
    assert re.search(r"label .*3/3.* \d+ clips/s, \d+× real time.*\d:\d\d:\d\d", shown.decode())


def test_nothing_heard_is_told_by_the_exit_code(tmp_path: Path, tones: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.wav").write_text("no audio")
    arguments = ["label", str(tmp_path / "clips"), "--config", str(tones)]
    done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "a.parquet")])
    assert done.exit_code == 1
    (row,) = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert row["embedding"] is None and "can't be read as audio" in row["error"]


def test_a_part_that_is_damaged_before_it_is_centred_is_made_again(
    tmp_path: Path, install: Callable[..., None]
) -> None:
    install("plain", NOT_CENTRING)
    speak(tmp_path / "clips" / "ann", 6)
    sources = Sources((str(tmp_path / "clips"),), speaker="^[^/]+")
    how = {"classifier": PartConfig(name="plain"), "center": "speaker", "shard": 2}
    run([], tmp_path / "expected.csv", sources=sources, **how)
    job = label(sources, tmp_path / "a.csv", **how)  # type: ignore[arg-type]
    assert next(step for step in job if step.stage == "center")
    job.close()
    part = parts_of(tmp_path / "a.csv") / "00000001.npz"
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(EmottsError, match=r"00000001.npz is damaged.*start the command again"):
        run([], tmp_path / "a.csv", sources=sources, **how)
    run([], tmp_path / "a.csv", sources=sources, **how)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
