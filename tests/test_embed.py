import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from labelled import PITCH, run, speak, table
from scarce import files_of_at_most

from emotts.audio import read
from emotts.cli import cli
from emotts.conditioning import read_centroids
from emotts.labelling import Sources, label
from emotts.labelling.embeddings import Embeddings
from emotts.labelling.parts import DiskError
from emotts.options import Options
from emotts.testing import PitchClassifier

pytestmark = pytest.mark.usefixtures("tones")
MOODS = ("joy", "sad", "other")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Ten clips of two speakers in three moods, of which one is no emotion; one can't be read."""
    clips = speak(tmp_path / "clips", 10)
    (tmp_path / "clips" / "bad.wav").write_text("no audio")
    rows = [f"{c},{'ab'[i // 5]},{MOODS[i % 3]},{i}\n" for i, c in enumerate(clips)]
    file = tmp_path / "m.csv"
    file.write_text("path,speaker,mood,take\nclips/bad.wav,a,joy,\n" + "".join(rows))
    return file


def embed(manifest: Path, output: Path, *more: str) -> Result:
    arguments = ["embed", str(manifest), "-o", str(output), "--classifier", "pitch", *more]
    return CliRunner().invoke(cli, arguments)


def raw(manifest: Path) -> dict[str, np.ndarray]:
    """The embedding of each clip, by its name without the ending."""
    clips = sorted((manifest.parent / "clips").glob("0*.wav"))
    heard = PitchClassifier(Options()).hear([read(clip) for clip in clips])
    return {f"clips/{c.stem}": p.embedding for c, p in zip(clips, heard, strict=True)}


def entries(file: Path) -> Mapping[str, Any]:
    return dict(json.loads(file.read_text()))


def test_coquis_keys_name_the_clips_that_were_heard(manifest: Path, tmp_path: Path) -> None:
    done = embed(manifest, tmp_path / "v.json", "--dataset", "set", "--emotion", "mood")
    assert done.exit_code == 0, done.output
    found, expected = entries(tmp_path / "v.json"), raw(manifest)
    assert list(found) == [f"set#{name}" for name in expected]
    for name, embedding in expected.items():
        assert found[f"set#{name}"]["embedding"] == pytest.approx(embedding)
    assert [e["name"] for e in found.values()][:3] == ["happiness", "sadness", "other"]


def test_rows_of_numbers_are_those_of_the_table_beside(manifest: Path, tmp_path: Path) -> None:
    assert embed(manifest, tmp_path / "v.npy").exit_code == 0
    numbers, rows = np.load(tmp_path / "v.npy"), table(tmp_path / "v.csv")
    assert numbers.shape == (11, 2) and numbers.dtype == np.float32
    assert np.isnan(numbers[0]).all() and rows[0]["error"]
    for row, values in zip(rows[1:], numbers[1:], strict=True):
        assert values == pytest.approx(raw(manifest)[row["name"].removesuffix(".wav")])


def test_without_the_speakers_mean_what_is_left_is_the_emotion(
    manifest: Path, tmp_path: Path
) -> None:
    assert embed(manifest, tmp_path / "v.parquet", "--center", "speaker").exit_code == 0
    rows = pq.read_table(tmp_path / "v.parquet").to_pylist()[1:]
    expected = list(raw(manifest).values())
    for own in (slice(0, 5), slice(5, 10)):  # of each speaker
        mean = np.mean(expected[own], axis=0)
        for row, embedding in zip(rows[own], expected[own], strict=True):
            assert row["embedding"] == pytest.approx(embedding - mean, abs=1e-4)


def test_centroids_are_what_a_configuration_reads(manifest: Path, tmp_path: Path) -> None:
    centroids = tmp_path / "c.json"
    more = "--emotion", "mood", "--centroids", str(centroids)
    assert embed(manifest, tmp_path / "v.json", *more).exit_code == 0
    found = read_centroids(centroids)
    expected = list(raw(manifest).values())
    assert list(found) == ["happiness", "sadness"]
    assert found["happiness"] == pytest.approx(np.mean(expected[0::3], axis=0))
    assert found["sadness"] == pytest.approx(np.mean(expected[1::3], axis=0))
    both = read_centroids(tmp_path / "v.json")
    assert all(both[name] == pytest.approx(mean) for name, mean in found.items())


def test_an_emotion_is_what_is_heard_unless_a_column_names_it(
    manifest: Path, tmp_path: Path
) -> None:
    assert embed(manifest, tmp_path / "v.json").exit_code == 0
    heard = PitchClassifier(Options()).hear(
        [read(clip) for clip in sorted((manifest.parent / "clips").glob("0*.wav"))]
    )
    assert [e["name"] for e in entries(tmp_path / "v.json").values()] == [p.top for p in heard]


@pytest.mark.parametrize(
    ("output", "more", "message"),
    [
        ("v.wav", (), "unknown kind of output 'v.wav'; valid: .npy, .json, .pth, .parquet"),
        ("v.json", ("--emotion", "moood"), "did you mean 'mood'"),
    ],
)
def test_what_cant_be_written_is_refused(
    manifest: Path, tmp_path: Path, output: str, more: tuple[str, ...], message: str
) -> None:
    done = embed(manifest, tmp_path / output, *more)
    assert done.exit_code == 2 and message in done.output


@pytest.mark.parametrize("more", [(), ("--restart",)])
def test_no_file_that_another_wrote_is_replaced(
    manifest: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    before = manifest.read_bytes()
    for output, *beside in (("m.npy",), ("v.json", "--centroids", str(manifest))):
        done = embed(manifest, tmp_path / output, *beside, *more)
        assert done.exit_code == 2 and "m.csv is" in done.output
        assert manifest.read_bytes() == before and not (tmp_path / output).exists()
    done = embed(manifest, tmp_path / "v.json", "--centroids", str(tmp_path / "v.json"), *more)
    assert done.exit_code == 2 and "two of these are one file" in done.output


def test_what_can_be_known_before_is_told_before(manifest: Path, tmp_path: Path) -> None:
    for more in (("--emotion", "moood"), ("--centroids", str(tmp_path / "no" / "c.json"))):
        done = embed(manifest, tmp_path / "v.json", "--json", *more)
        assert done.exit_code == 2 and '"label"' not in done.output
    done = embed(manifest, tmp_path / "v.json", "--emotion", "mood")
    assert done.exit_code == 0, done.output


def test_what_is_written_may_be_asked_for_otherwise_until_it_is(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*more: str) -> Result:
        return embed(manifest, tmp_path / "v.json", "--json", "--emotion", *more)

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "precious.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    done = asked("take", "--centroids", "c.json")
    assert done.exit_code == 2 and "no clip is of a known emotion" in done.output
    done = asked("mood", "--centroids", "precious.json")
    assert done.exit_code == 2 and "precious.json is there already" in done.output
    done = asked("mood", "--centroids", "c.json")
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout.splitlines()[0])
    assert first["earlier"] == first["total"] == 11  # nothing was heard again
    done = asked("mood", "--centroids", "d.json")
    assert done.exit_code == 2 and "begun otherwise" in done.output
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = asked("mood", "--centroids", "../c.json")
    assert done.exit_code == 0, done.output


def test_two_clips_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        speak(tmp_path / folder, 1)
    arguments = [
        "embed",
        str(tmp_path / "x"),
        str(tmp_path / "y"),
        "--classifier",
        "pitch",
        "--json",
    ]
    done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "v.json")])
    assert done.exit_code == 2 and "has the key of another clip, #000" in done.output
    assert '"label"' not in done.output  # nothing was heard in vain
    done = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "v.npy")])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_a_full_disk_stops_a_torch_file_too(manifest: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    form = {"classifier": PITCH, "writer": Embeddings().writer(tmp_path / "v.pth")}
    job = label(Sources((str(manifest),)), tmp_path / "v.pth", **form)  # type: ignore[arg-type]
    assert next(step for step in job if step.stage == "write")
    with files_of_at_most(1000), pytest.raises(DiskError, match=r"v\.pth: can't be written"):
        list(job)
    *_, last = run([manifest], tmp_path / "v.pth", **form)
    assert (last.rows, last.errors) == (11, 1)
