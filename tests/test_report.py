"""The page about a data set: what it counts, what it can't read, and how it looks in a browser."""

import csv
import io
import json
import re
import shutil
from base64 import b64decode
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
from click.testing import CliRunner, Result
from labelled import run, speak, table
from pages import keys

from emotts.cli import cli
from emotts.errors import ConfigError, EmottsError, UnknownNameError
from emotts.reporting import report
from emotts.reporting.heard import Heard
from emotts.reporting.listening import cards
from emotts.reporting.plane import plane
from emotts.reporting.reading import read
from emotts.reporting.sound import LONGEST_S, Sound
from emotts.reporting.tally import MAP, tally
from emotts.testing import PitchClassifier

CLIPS = 30
MOODS = ("joy", "sad", "other")
ODD = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of clips of tones in three moods, of which one can't be read, in a folder."""
    folder = tmp_path_factory.mktemp("data")
    clips = speak(folder / "clips", CLIPS)
    (folder / "clips" / "bad.wav").write_text("no audio")
    with (folder / "m.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "speaker", "text", "mood"])
        rows.writerow(["clips/bad.wav", "a", ODD, "joy"])
        rows.writerows([c, "ab"[i % 2], ODD, MOODS[i % 3]] for i, c in enumerate(clips))
    return folder


@pytest.fixture(params=[".parquet", ".csv", ".jsonl"])
def labels(data: Path, tones: Path, request: pytest.FixtureRequest) -> Path:
    file = data / f"labels{request.param}"
    if not file.exists():
        run([data / "m.csv"], file)
    return file


@pytest.fixture
def parquet(data: Path, tones: Path) -> Path:
    file = data / "labels.parquet"
    if not file.exists():
        run([data / "m.csv"], file)
    return file


def made(labels: Path, *options: str) -> Result:
    output = str(labels.parent / "r.html")
    return CliRunner().invoke(cli, ["report", str(labels), "-o", output, *options])


def clip(number: int, **known: object) -> Heard:
    """A clip of happiness or sadness."""
    scores = {"happiness": 0.5 + number % 7 / 20, "sadness": 0.3}
    values = {
        "path": f"{number}.wav", "name": f"{number}.wav", "start_s": 0.0, "end_s": 1.0,
        "speaker": None, "text": None, "scores": scores, "dimensions": {}, "truth": None,
        "classifier": "pitch", "fingerprint": "pitch", "centred": False, "error": None,
        "embedding": None,
    }  # fmt: skip
    return Heard(**{**values, **known})  # type: ignore[arg-type]


def test_every_kind_of_table_says_the_same(labels: Path, parquet: Path) -> None:
    rows = pq.read_table(parquet).to_pylist()
    found = tally(read(labels, "mood"))
    assert found.rows == CLIPS + 1
    assert found.tops == Counter(row["top"] for row in rows if row["top"])
    assert found.seconds == pytest.approx(sum(row["duration_s"] or 0 for row in rows))
    assert found.speakers == {"a", "b"}
    assert found.errors.total() == 1
    assert found.truths == {"happiness", "sadness", "other"}
    assert found.confusion.total() == CLIPS
    heard = {clip.name: clip.embedding for clip in found.sample}
    assert len(heard) == (0 if labels.suffix == ".csv" else CLIPS)
    for row in rows:
        if row["name"] in heard:
            assert heard[row["name"]] == pytest.approx(row["embedding"])


def test_the_surest_and_the_least_sure_clips_are_shown(parquet: Path) -> None:
    clips = [clip for clip in read(parquet, None) if clip.scores]
    found = tally(clips)
    for top, best in found.examples.items():
        sure = sorted((clip.scores[top] for clip in clips if clip.top == top), reverse=True)
        assert [kept.scores[top] for kept in best.clips()] == sure[: len(best.clips())]
    margins = sorted(clip.margin for clip in clips)
    doubtful = [clip.margin for clip in found.uncertain.clips()]
    assert doubtful == margins[: len(doubtful)]


def test_a_long_table_is_sampled_evenly() -> None:
    vector = np.zeros(2, np.float32)
    count = 5 * MAP
    found = tally(clip(number, embedding=vector) for number in range(count))
    drawn = np.array([int(kept.name.removesuffix(".wav")) for kept in found.sample])
    assert len(drawn) == len(set(drawn)) == MAP
    assert drawn.mean() == pytest.approx(count / 2, rel=0.05)


def test_a_clip_that_is_kept_keeps_no_others(parquet: Path) -> None:
    kept = [clip.embedding for clip in read(parquet, None) if clip.embedding is not None]
    assert kept
    assert all(embedding.base is None for embedding in kept)


def test_a_large_table_is_never_in_memory_as_a_whole(parquet: Path, tmp_path: Path) -> None:
    rows = pq.read_table(parquet).slice(1)
    numbers = np.zeros(CLIPS * 1536, np.float32)
    wide = pa.FixedSizeListArray.from_arrays(pa.array(numbers), 1536)
    rows = rows.set_column(rows.schema.get_field_index("embedding"), "embedding", wide)
    groups = 200
    with pq.ParquetWriter(tmp_path / "l.parquet", rows.schema, use_dictionary=False) as file:
        for _ in range(groups):
            file.write_table(rows)
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in read(tmp_path / "l.parquet", None)]
    assert len(held) == groups * CLIPS
    assert max(held) < groups * numbers.nbytes / 4


def test_the_map_shows_what_differs_most() -> None:
    random = np.random.default_rng(1)
    side = np.arange(60) % 2
    vectors = random.standard_normal((60, 9)) + 20 * side[:, None]
    drawn = plane([clip(i, embedding=v.astype(np.float32)) for i, v in enumerate(vectors)])
    assert drawn is not None
    assert drawn.shares[0] > 0.8
    along = drawn.places[:, 0]
    assert abs(along[side == 0].mean() - along[side == 1].mean()) > 0.7
    assert plane([clip(i, embedding=vectors[0].astype(np.float32)) for i in range(9)]) is None


def test_the_page_is_one_file_and_quotes_what_it_was_told(labels: Path) -> None:
    done = made(labels, "--truth", "mood")
    assert done.exit_code == 0, done.output
    page = (labels.parent / "r.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses and all(address.startswith("data:") for address in addresses)
    assert "Against mood" in page and "1 could not be heard" in page


def test_the_counts_are_printed_as_the_docs_say(parquet: Path) -> None:
    printed = json.loads(made(parquet, "--truth", "mood", "--json").stdout)
    assert [list(printed)] == keys("json.md", "report")
    assert (printed["rows"], printed["errors"], printed["speakers"]) == (CLIPS + 1, 1, 2)
    assert sum(printed["tops"].values()) == CLIPS
    assert sum(printed["confusion"]["sadness"].values()) == CLIPS / len(MOODS)


def test_clips_are_in_the_page_short_and_playable(parquet: Path, data: Path) -> None:
    report(parquet, data / "r.html")
    sounds = re.findall(r'src="data:audio/mpeg;base64,([^"]+)"', (data / "r.html").read_text())
    assert sounds
    for sound in sounds:
        samples, rate = soundfile.read(io.BytesIO(b64decode(sound)))
        assert np.abs(samples).max() > 0.01
        assert samples.size / rate < LONGEST_S + 0.2


def test_links_lead_to_the_part_that_was_heard(data: Path, tones: Path) -> None:
    labels = data / "windows.parquet"
    if not labels.exists():
        run([data / "m.csv"], labels, window_s=0.5)
    (data / "pages").mkdir(exist_ok=True)
    report(labels, data / "pages" / "r.html", audio="link")
    addresses = re.findall(r'src="([^"]*)"', (data / "pages" / "r.html").read_text())
    parts = {
        (row["name"].rpartition("/")[2], f"t={row['start_s']:g},{row['end_s']:g}")
        for row in pq.read_table(labels).to_pylist()
        if row["top"]
    }
    for address in addresses:
        file, _, part = address.partition("#")
        assert (data / "pages" / file).resolve().is_file()
        assert (Path(file).name, part) in parts


def test_a_page_without_audio_has_none(parquet: Path, data: Path) -> None:
    report(parquet, data / "r.html", audio="none")
    assert "<audio" not in (data / "r.html").read_text()


def test_a_clip_that_is_gone_is_told_of(parquet: Path, tmp_path: Path) -> None:
    rows = pq.read_table(parquet).to_pylist()
    with (tmp_path / "gone.jsonl").open("w") as file:
        file.writelines(json.dumps(row | {"path": "/nowhere/x.wav"}) + "\n" for row in rows)
    report(tmp_path / "gone.jsonl", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert "<audio" not in page and "can&#x27;t be read as audio" in page


def test_what_a_manifest_says_is_not_taken_for_what_was_heard(tmp_path: Path, tones: Path) -> None:
    (clip,) = speak(tmp_path, 1)
    given = {"boredom": "3", "arousal": "high", "file": "x.wav", "start": "1", "end": "2"}
    (tmp_path / "m.csv").write_text(f"path,{','.join(given)}\n{clip},{','.join(given.values())}\n")
    for name in ("l.csv", "db.yaml"):
        run([tmp_path / "m.csv"], tmp_path / name)
    (heard,) = read(tmp_path / "l.csv", None)
    assert tuple(heard.scores) == PitchClassifier.labels and not heard.dimensions
    (row,) = table(tmp_path / "l.csv")
    assert {name: row[f"given_{name}"] for name in given} == given
    (row,) = table(tmp_path / "db.emotion.csv")
    assert (row["file"], row["start"]) == (clip.name, "0 days 00:00:00.000000")


def test_labels_that_are_labelled_again_lose_no_column(tmp_path: Path, tones: Path) -> None:
    speak(tmp_path / "clips", 1)
    run([tmp_path / "clips"], tmp_path / "1.csv")
    run([tmp_path / "1.csv"], tmp_path / "2.csv")
    run([tmp_path / "2.csv"], tmp_path / "3.csv")
    (first,), (second,), (third,) = (table(tmp_path / f"{name}.csv") for name in "123")
    carried = first.keys() - {"path", "speaker", "text"}
    assert second.keys() == first.keys() | {f"given_{name}" for name in carried}
    assert third.keys() == second.keys() | {f"given_given_{name}" for name in carried}


def test_clips_that_are_missing_are_counted_together(tmp_path: Path, tones: Path) -> None:
    (tmp_path / "m.csv").write_text("path\na.wav\nb.wav\n")
    run([tmp_path / "m.csv"], tmp_path / "l.csv")
    errors = tally(read(tmp_path / "l.csv", None)).errors
    assert errors == {"can't be read as audio: No such file or directory": 2}


def test_reasons_that_differ_in_their_numbers_are_counted_together() -> None:
    lost = [f"{number}.wav: is cut off: {number} of 99 frames are missing" for number in range(9)]
    loud = ["5.wav: 17 channels; at most 16"] * 3
    errors = tally(
        clip(number, name=reason.partition(":")[0], error=reason)
        for number, reason in enumerate([*loud, *lost])
    ).errors
    assert errors == {"is cut off: … of … frames are missing": 9, "17 channels; at most 16": 3}


def test_labels_that_other_programs_wrote_again_are_read(parquet: Path, tmp_path: Path) -> None:
    expected = tally(read(parquet, "mood")).form()
    frame = pd.read_parquet(parquet)
    frame.to_parquet(tmp_path / "pandas.parquet")
    known = [0.5] * (len(frame) - 1) + [np.nan]
    frame.assign(arousal=known).to_parquet(tmp_path / "nan.parquet")
    plain = frame.drop(columns="embedding")
    plain.to_csv(tmp_path / "mark.csv", encoding="utf-8-sig", index=False)
    for name in ("pandas.parquet", "mark.csv", "nan.parquet"):
        assert tally(read(tmp_path / name, "mood")).form() == expected, name


def test_a_link_to_a_file_whose_name_holds_a_colon_leads_there(tmp_path: Path, tones: Path) -> None:
    (clip,) = speak(tmp_path / "a:b", 1)
    run([tmp_path / "a:b"], tmp_path / "l.csv")
    report(tmp_path / "l.csv", tmp_path / "r.html", audio="link")
    (address,) = set(re.findall(r'src="([^"#]*)#', (tmp_path / "r.html").read_text()))
    assert urljoin((tmp_path / "r.html").as_uri(), address) == clip.as_uri()


def test_names_that_no_file_can_have_are_told(tmp_path: Path) -> None:
    rows = [
        {"path": path, "name": path, "top": "fear", "fear": 1.0, "mood": mood}
        for path in ("\ud800.wav", "\0.wav", "\ud800.tar", "\0.tar")
        for mood in ("\udcff", "joy")
    ]
    (tmp_path / "l.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for audio in ("embed", "link"):
        report(tmp_path / "l.jsonl", tmp_path / "r.html", truth="mood", audio=audio)
        assert r"\ud800.wav" in (tmp_path / "r.html").read_text()


def test_a_page_stays_small_however_long_its_texts_are() -> None:
    said = cards([clip(0, text="So " * 100_000)], lambda _: Sound(None))
    assert len(said) < 1000 and "So So" in said


@pytest.mark.slow
@pytest.mark.parametrize("bad", [True, False])
def test_a_single_row_is_a_page(tmp_path: Path, tones: Path, bad: bool) -> None:
    (file,) = speak(tmp_path / "clips", 1)
    if bad:
        file.write_bytes(b"no audio")
    run([tmp_path / "clips"], tmp_path / "l.parquet")
    report(tmp_path / "l.parquet", tmp_path / "r.html", truth="speaker")
    page = (tmp_path / "r.html").read_text()
    assert ("could not be heard" in page) is bad and ("<audio" in page) is not bad


def test_clips_of_an_archive_are_found_in_it(data: Path, tmp_path: Path, tones: Path) -> None:
    made = shutil.make_archive(str(tmp_path / "clips"), "tar", data / "clips")
    Path(made).rename(tmp_path / "clips.TAR")
    run([tmp_path / "clips.TAR"], tmp_path / "l.csv")
    report(tmp_path / "l.csv", tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text().count("<audio") >= len(MOODS)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("l.txt", "path", "unknown kind of labels"),
        ("l.csv", "path,speaker\na,b\n", "unknown column of the labels 'top'"),
        ("l.csv", "path,top,anger\na,anger,much\n", "can't be read as labels"),
        ("l.csv", "path,top\n", "holds no rows"),
        ("l.jsonl", '{"path": "a", "top": "fear"}\n{"path', "can't be read as labels .*line 2: "),
        ("l.jsonl", "[1]\n", "line 1 is no object"),
        ("l.csv", "path,top,arousal\na,,inf\n", "can't be read as labels .*arousal is inf"),
        ("l.parquet", "PAR1", "can't be read as labels"),
    ],
)
def test_no_labels_are_told_from_labels(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(EmottsError, match=message):
        report(tmp_path / name, tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()


def test_what_can_not_be_is_refused(parquet: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"'moods' \(did you mean 'mood'\?\)"):
        report(parquet, tmp_path / "r.html", truth="moods")
    with pytest.raises(ConfigError, match="can't be written"):
        report(parquet, tmp_path / "no" / "r.html")
    before = parquet.read_bytes()
    with pytest.raises(ConfigError, match="holds the labels"):
        report(parquet, parquet.parent / "clips" / ".." / parquet.name)
    assert parquet.read_bytes() == before
    with pytest.raises(ConfigError, match="more than 40 values"):
        tally(clip(number, truth=f"t{number}") for number in range(50))
