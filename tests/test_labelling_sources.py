import io
import json
import tarfile
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import audformat
import pandas as pd
import pytest
from labelled import as_nobody, speak

from emotts.errors import ConfigError, EmottsError
from emotts.labelling import Item, Sources
from emotts.labelling.decoding import pieces


def found(*paths: Path | str, speaker: str | None = None, table: str | None = None) -> list[Item]:
    return list(Sources(tuple(map(str, paths)), speaker, table).items())


def test_a_folder_is_searched_in_order_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    speak(tmp_path / "b", 2)
    speak(tmp_path / "a" / "c", 1)
    speak(tmp_path / ".cache", 1)
    (tmp_path / "a" / "notes.txt").write_text("none")
    (tmp_path / "b" / ".000.wav").write_bytes(b"")
    names = [item.name for item in found(tmp_path)]
    assert names == ["a/c/000.wav", "b/000.wav", "b/001.wav"]


def test_what_may_not_be_read_is_told() -> None:
    with TemporaryDirectory() as name:  # not `tmp_path`, which is its owner's alone
        folder = Path(name)
        folder.chmod(0o755)
        first = speak(folder / "a", 2)[0]
        speak(folder / "b", 1)
        first.chmod(0)
        with as_nobody(), pytest.raises(EmottsError, match=r"a/000\.wav: can't be read as audio"):
            list(pieces(found(folder)[0]))
        (folder / "b").chmod(0)
        with (
            as_nobody(),
            pytest.raises(ConfigError, match=r"b: can't be read: .*Permission denied"),
        ):
            found(folder)
        (folder / "b").chmod(0o755)


def test_a_pattern_names_clips_below_its_fixed_part_and_each_clip_counts_once(
    tmp_path: Path,
) -> None:
    speak(tmp_path / "x", 3)
    pattern = f"{tmp_path}/**/00[01].wav"
    assert [item.name for item in found(pattern)] == ["x/000.wav", "x/001.wav"]
    assert len(found(pattern, tmp_path, tmp_path / "x" / "000.wav")) == 3


def test_a_pattern_of_folders_keeps_them_in_the_names(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        speak(tmp_path / name / "deep", 1)
    items = found(f"{tmp_path}/*", speaker="^[^/]+")
    assert [item.name for item in items] == ["ann/deep/000.wav", "bob/deep/000.wav"]
    assert [item.speaker for item in items] == ["ann", "bob"]


def test_a_folder_that_a_pattern_matches_is_searched_whatever_its_name(tmp_path: Path) -> None:
    speak(tmp_path / "x.wav", 2)
    speak(tmp_path / "ann" / "takes", 1)
    speak(tmp_path / "bob" / "deep" / "takes", 1)
    speak(tmp_path / "bob" / "out", 1)
    deep = ["ann/takes/000.wav", "bob/deep/takes/000.wav"]
    every = [*deep, "bob/out/000.wav", "x.wav/000.wav", "x.wav/001.wav"]
    for pattern, names in (
        ("*.wav", ["x.wav/000.wav", "x.wav/001.wav"]),
        ("**/*.wav", every),
        ("**/takes", deep),
        ("**/takes/", deep),
        ("**/t*", deep),
        ("**", every),
        ("**/*", every),
        ("[b]*/**", ["bob/deep/takes/000.wav", "bob/out/000.wav"]),
    ):
        assert sorted(item.name for item in found(f"{tmp_path}/{pattern}")) == names, pattern


def test_links_in_a_circle_double_no_clips(tmp_path: Path) -> None:
    speak(tmp_path / "a", 2)
    (tmp_path / "a" / "again").symlink_to("..")
    assert len(found(f"{tmp_path}/**/*.wav")) == len(found(tmp_path, tmp_path / "a" / "again")) == 2


def test_a_clip_that_a_pattern_finds_twice_comes_once_as_its_manifest_says(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 2)
    (tmp_path / "metadata.csv").write_text("000|Yes.\n")
    assert [(item.name, item.text) for item in found(f"{tmp_path}/*")] == [
        ("clips/000.wav", "Yes."),
        ("clips/001.wav", None),
    ]


def test_the_speaker_is_found_in_the_name_where_the_manifest_has_none(tmp_path: Path) -> None:
    speak(tmp_path / "ann", 1)
    speak(tmp_path / "bob", 1)
    assert [item.speaker for item in found(tmp_path, speaker="^([^/]+)/")] == ["ann", "bob"]
    assert [item.speaker for item in found(tmp_path, speaker="a..")] == ["ann", None]
    assert [item.speaker for item in found(tmp_path, speaker="^a*")] == ["a", None]
    (tmp_path / "m.csv").write_text("path,speaker\nann/000.wav,carl\nbob/000.wav,\n")
    named = found(tmp_path / "m.csv", speaker="^[^/]+")
    assert [item.speaker for item in named] == ["carl", "bob"]


def test_a_manifest_carries_what_it_says(tmp_path: Path) -> None:
    speak(tmp_path / "clips", 2)
    (tmp_path / "m.csv").write_text(
        'File,Speaker_ID,sentence,emotion\nclips/000.wav,7,"Well, no.",joy\nclips/001.wav,8,Yes.,\n'
    )
    first, second = found(tmp_path / "m.csv")
    assert Path(first.path).is_file() and first.name == "clips/000.wav"
    assert (first.speaker, first.text, dict(first.given)) == ("7", "Well, no.", {"emotion": "joy"})
    assert dict(second.given) == {"emotion": ""}


def test_the_layouts_of_ljspeech_coqui_and_common_voice(tmp_path: Path) -> None:
    speak(tmp_path / "lj" / "wavs", 2)
    lj = tmp_path / "lj" / "metadata.csv"
    lj.write_text('000|He said, "5|He said, "five\n001|Dr. No|Doctor No\n')
    assert [(item.name, item.text) for item in found(lj)] == [
        ("wavs/000.wav", 'He said, "five'),
        ("wavs/001.wav", "Doctor No"),
    ]
    coqui = tmp_path / "lj" / "coqui.csv"
    coqui.write_text("audio_file|text|speaker_name|emotion_name\nwavs/001.wav|Hi, you|ann|joy\n")
    (item,) = found(coqui)
    assert (item.name, item.text, item.speaker) == ("wavs/001.wav", "Hi, you", "ann")
    assert item.given == {"emotion_name": "joy"}
    speak(tmp_path / "cv" / "clips", 1, kind="flac")
    voice = tmp_path / "cv" / "validated.tsv"
    voice.write_text("client_id\tpath\tsentence\tage\nabc\t000.flac\tWell.\tfifties\n")
    (item,) = found(voice)
    assert (item.name, item.speaker, item.text) == ("clips/000.flac", "abc", "Well.")


def test_a_table_may_begin_with_a_mark_and_hold_quotes_and_lines(tmp_path: Path) -> None:
    speak(tmp_path, 3)
    rows = '"path"{0}"text"\r\n"000.wav"{0}"She said ""go{0}"",\nand went."\r\n001.wav{0}No\r\n'
    for delimiter in ",;\t|":
        content = "\ufeff" + rows.format(delimiter)
        (tmp_path / "m.csv").write_text(content, encoding="utf-8", newline="")
        first, second = found(tmp_path / "m.csv")
        assert (first.name, first.text) == ("000.wav", f'She said "go{delimiter}",\nand went.')
        assert (second.name, second.text) == ("001.wav", "No")
    (tmp_path / "m.csv").write_text('\ufeff000|"Go\n001|Went"\n', encoding="utf-8")
    assert [(item.name, item.text) for item in found(tmp_path / "m.csv")] == [
        ("000.wav", '"Go'),
        ("001.wav", 'Went"'),
    ]


def test_columns_that_nobody_named_are_left_out(tmp_path: Path) -> None:
    speak(tmp_path, 1)
    (tmp_path / "m.csv").write_text(",path,age,,\n0,000.wav,5,,\n")
    (item,) = found(tmp_path / "m.csv")
    assert item.given == {"age": "5"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path,text\n000.wav,Yes.\n000.wav,Well, no.\n", r"row 2 has 3 values, and the header 2"),
        ("path|text\n000.wav|this|that\n", r"row 1 has 3 values.* may hold a '\|'"),
        ("path,mood,mood\n000.wav,joy,fear\n", "several columns are named mood"),
        ("path,file,path\n000.wav,1,001.wav\n", "several columns are named path"),
    ],
)
def test_a_table_that_does_not_fit_its_header_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "m.csv").write_text(content)
    with pytest.raises(ConfigError, match=rf"m\.csv: {message}"):
        found(tmp_path / "m.csv")


@pytest.mark.parametrize(
    "rows",
    ['000.wav,"Go\n001.wav,Went\n002.wav,"Gone"\n', '000.wav,"Go"\n001.wav,"Went\n002.wav,\n'],
)
def test_a_mark_that_is_not_closed_swallows_no_clips(tmp_path: Path, rows: str) -> None:
    (tmp_path / "m.csv").write_text(f"path,text\n{rows}")
    with pytest.raises(ConfigError, match=r"m\.csv: can't be read as a manifest: line 4: "):
        found(tmp_path / "m.csv")


def packed(archive: Path, members: Mapping[str, bytes]) -> Path:
    """An archive of these files."""
    with tarfile.open(archive, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return archive


def test_an_archive_with_holes_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("a.wav")
        info.pax_headers = {"GNU.sparse.map": "0,0"}
        tar.addfile(info)
    with pytest.raises(ConfigError, match=r"a\.wav has holes; pack it without --sparse"):
        found(tmp_path / "x.tar")


def test_what_macos_adds_to_an_archive_is_left_out(tmp_path: Path) -> None:
    note, clip = b'{"speaker": "ann"}', b"RIFF"
    members = {"._a.json": b"x", "s/a.json": note, "s/._a.wav": b"x", "s/a.wav": clip}
    (item,) = found(packed(tmp_path / "x.tar", members))
    assert (item.name, item.speaker) == ("s/a.wav", "ann")


@pytest.mark.parametrize("cut", [1024 * 3 + 100, None])
def test_an_archive_that_is_damaged_in_the_middle_is_refused(
    tmp_path: Path, cut: int | None
) -> None:
    archive = packed(tmp_path / "x.tar", {f"{index}.wav": b"RIFF" for index in range(5)})
    content = bytearray(archive.read_bytes())
    content[1024 * 3] ^= 1  # the name of the fourth
    archive.write_bytes(content[:cut])
    with pytest.raises(ConfigError, match="damaged at byte 3072"):
        found(archive)


def test_an_archive_that_may_be_cut_off_between_two_files_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = packed(tmp_path / "x.tar", {f"{index}.wav": b"RIFF" for index in range(5)})
    content = archive.read_bytes()
    archive.write_bytes(content[: 1024 * 5 + 512])
    assert len(found(archive)) == 5
    assert not caplog.messages
    archive.write_bytes(content[: 1024 * 3])
    assert len(found(archive)) == 3
    assert [message.removeprefix(str(archive)) for message in caplog.messages] == [
        ": lacks the zeros that end an archive: it may have been cut off, with clips that are "
        "missing now"
    ]


def test_archives_one_after_the_other_are_read_to_the_last(tmp_path: Path) -> None:
    first = packed(tmp_path / "a.tar", {"a.json": b'{"speaker": "ann"}', "a.wav": b"RIFF"})
    second = packed(tmp_path / "b.tar", {"b.txt": b"Well.", "b.wav": b"FORM"})
    both = tmp_path / "x.tar"
    both.write_bytes(first.read_bytes() + bytes(1 << 17) + second.read_bytes())
    items = found(both)
    assert [(item.name, item.speaker, item.text) for item in items] == [
        ("a.wav", "ann", None),
        ("b.wav", None, "Well."),
    ]
    where = items[1].offset or 0
    assert both.read_bytes()[where : where + 4] == b"FORM"
    both.write_bytes(first.read_bytes() + b"no archive")
    with pytest.raises(ConfigError, match="damaged at byte 10240"):
        found(both)


def test_what_is_known_of_an_archive_does_not_grow_with_it(tmp_path: Path) -> None:
    archive = packed(tmp_path / "x.tar", {f"{index}.wav": b"" for index in range(600)})
    tracemalloc.start()
    try:
        assert sum(1 for _ in Sources((str(archive),)).items()) == 600
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100_000


def test_clips_are_read_from_where_they_lie_in_an_archive(tmp_path: Path) -> None:
    clips = speak(tmp_path / "clips", 2)
    archive = tmp_path / "x-000000.tar"
    with tarfile.open(archive, "w") as tar:
        for index, clip in enumerate(clips):
            tar.add(clip, f"s/{index}.a.wav")
            for kind, note in (("json", json.dumps({"speaker": "ann", "age": 5})), ("txt", "Hi")):
                info = tarfile.TarInfo(f"s/{index}.{kind}")
                info.size = len(note)
                tar.addfile(info, io.BytesIO(note.encode()))
    items = found(archive)
    assert [item.name for item in items] == ["s/0.a.wav", "s/1.a.wav"]
    assert all((i.speaker, i.text, i.given) == ("ann", "Hi", {"age": "5"}) for i in items)
    for item, clip in zip(items, clips, strict=True):
        (inside,), (outside,) = pieces(item), pieces(Item(str(clip), "clip"))
        assert (inside.audio.samples == outside.audio.samples).all()
    with archive.open("r+b") as file:
        file.truncate(items[1].offset + 1000)
    with pytest.raises(EmottsError, match=r"s/1.a.wav: the archive ends within it, after 1000 of"):
        list(pieces(items[1]))


@pytest.mark.parametrize("storage", ["csv", "parquet"])
def test_a_database_of_audformat(tmp_path: Path, storage: str) -> None:
    speak(tmp_path / "audio", 2)
    db = audformat.Database("tones")
    db.schemes["speaker"] = audformat.Scheme("str")
    db.schemes["mood"] = audformat.Scheme(labels=["joy", "anger"])
    db.schemes["age"] = audformat.Scheme("int")
    db.schemes["sung"] = audformat.Scheme("bool")
    files = ["audio/000.wav", "audio/001.wav"]
    db["files"] = audformat.Table(audformat.filewise_index(files))
    columns = {"speaker": ["ann", "bob"], "mood": ["joy", None], "age": [30, None]}
    for name, values in {**columns, "sung": [True, False]}.items():
        db["files"][name] = audformat.Column(scheme_id=name)
        db["files"][name].set(values)
    times = [pd.Timedelta("0s"), pd.Timedelta("250ms")]
    ends = [pd.Timedelta("300ms"), pd.NaT]
    db["parts"] = audformat.Table(audformat.segmented_index(files, times, ends))
    db.save(tmp_path, storage_format=storage)
    assert [(item.name, item.speaker) for item in found(tmp_path)] == [
        ("audio/000.wav", "ann"),
        ("audio/001.wav", "bob"),
    ]
    assert [dict(item.given) for item in found(tmp_path)] == [
        {"mood": "joy", "age": "30", "sung": "True"},
        {"mood": "", "age": "", "sung": "False"},
    ]
    first, second = found(tmp_path / "db.yaml", table="parts")
    assert (first.start_s, first.end_s, second.start_s, second.end_s) == (None, 0.3, 0.25, None)
    (piece,) = pieces(first)
    assert piece.audio.duration_s == pytest.approx(0.3, abs=1e-4)
    (whole,) = pieces(Item(second.path, "whole"))
    (piece,) = pieces(second)
    assert piece.start_s == 0.25
    assert (piece.audio.samples == whole.audio.samples[-piece.audio.samples.size :]).all()
    with pytest.raises(EmottsError, match=r"unknown table 'part'.*valid: files, parts"):
        found(tmp_path, table="part")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing", None, "there is no such file or folder"),
        ("none/*.wav", None, "holds no audio"),
        ("text.csv", "id,words\n1,Hello\n", "has no header with a column of paths"),
        ("data.bin", "x", "can't be labelled; known are folders"),
        ("data.tar", "x", "can't be read as a tar archive"),
        ("db.yaml", "name: x\n", "has no tables"),
        ("db.yaml", "{", "can't be read as an audformat database"),
        ("db.yaml", "tables: {t: {}}", r"there is no db.t.parquet or db.t.csv beside it"),
        ("empty.csv", "path\n", "holds no audio"),
    ],
)
def test_what_names_no_clips_is_refused(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=message):
        found(tmp_path / name)


def test_archives_in_a_folder_are_to_be_named(tmp_path: Path) -> None:
    packed(tmp_path / "x.tar", {"a.wav": b"RIFF"})
    with pytest.raises(ConfigError, match=r"holds no audio.* Name the tables and archives in it"):
        found(tmp_path)
    assert len(found(f"{tmp_path}/*.tar")) == 1


def test_a_wrong_expression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'\(' is no regular expression"):
        found(*speak(tmp_path, 1), speaker="(")
