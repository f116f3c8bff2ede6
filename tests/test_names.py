"""Names that nobody should have: of parts, of voices and of files; and what of them is logged."""

import logging
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from labelled import run, speak, table

from emotts import Config, Host
from emotts.cli import cli
from emotts.errors import ConfigError, EmottsError, UnknownNameError
from emotts.labelling import Sources, database

ODD = {
    "a way up": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "a null byte": "a\x00b",
    "a line": "a\nWARNING forged",
    "an escape": "\x1b[2J",
    "right to left": "\u202egnp.exe",
    "a surrogate": "\ud800",
    "too long": "x" * 10_000,
    "nothing": "",
    "an address": "https://example.org/x",
    "a format": "%s{0}{name.__class__}",
    "a shell": "$(reboot);`reboot`",
    "a homoglyph": "hіbari",
}
odd = pytest.mark.parametrize("name", ODD.values(), ids=ODD)


@odd
def test_a_part_is_looked_up_by_name_and_never_by_path(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Host(Config.model_validate({"engine": {"name": name}}))
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)
    assert "hibari" in str(caught.value)


@odd
def test_a_voice_is_one_of_the_engines(name: str, tones: Path) -> None:
    with Host.from_config(tones) as host, pytest.raises(UnknownNameError, match="alto, bass"):
        host.say("Hello.", "anger", voice=name)


@odd
def test_a_component_of_a_plugin_has_a_plain_name(
    name: str, install: Callable[..., None], tones: Path
) -> None:
    source = "from emotts.hookspecs import hookimpl\nfrom emotts.testing import ToneEngine\n"
    source += f"class Odd(ToneEngine):\n    name = {name!a}\n"
    install("odd", source + "@hookimpl\ndef emotts_engines():\n    return [Odd]\n")
    result = CliRunner().invoke(cli, ["plugins", "-v"])
    assert "1 to 64 letters, digits, dots, hyphens or underscores" in result.output
    assert "\x1b" not in result.output + result.stderr
    assert "\nWARNING forged" not in result.stderr


@odd
def test_a_table_of_a_database_is_no_path(name: str, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "db.outside.csv").write_text("file\na.wav\n")
    header = tmp_path / "inside" / "db.yaml"
    for asked in (name, f"x/../../db.outside{name}", "x/../../db.outside"):
        header.write_bytes(yaml.safe_dump({"tables": {asked: {}}}).encode())
        with pytest.raises(EmottsError):
            list(database.items(header, asked))


def test_clips_with_names_that_no_file_can_have_are_rows_with_the_reason(
    tmp_path: Path, tones: Path
) -> None:
    speak(tmp_path, 2)
    bad = ["a\x00b.wav", "x" * 5000, "../" * 2000, "\u202egnp.wav", ""]
    (tmp_path / "m.csv").write_text("path\n" + "".join(f'"{n}"\n' for n in ["000.wav", *bad]))
    run([tmp_path / "m.csv"], tmp_path / "labels.csv")
    first, *others = table(tmp_path / "labels.csv")
    assert first["top"] and not first["error"]
    assert len(others) == len(bad) and all(row["error"] for row in others)


@pytest.mark.parametrize("output", ["labels.csv", "labels.jsonl", "labels.parquet", "db.yaml"])
def test_a_file_whose_name_is_no_utf8_is_heard_like_others(
    output: str, tmp_path: Path, tones: Path
) -> None:
    speak(tmp_path / "clips", 2)
    strange = os.fsencode(tmp_path / "clips") + b"/a\xff.wav"
    try:
        os.rename(tmp_path / "clips" / "000.wav", strange)
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    *_, last = run([tmp_path / "clips"], tmp_path / output)
    assert (last.rows, last.errors) == (2, 0)


def test_a_log_line_cannot_be_forged(tones: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "Hello\x1b[31m there.\x07 \u2028WARNING forged " + "!" * 100
    arguments = ["say", text, "-e", "anger", "--config", str(tones), "-o", os.devnull, "-vv"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0
    for line in result.stderr.splitlines():
        assert line.startswith(("DEBUG", "INFO", "WARNING")) and "\x1b" not in line
        assert not line.startswith("WARNING forged")


def test_what_is_spoken_is_not_in_the_log_nor_in_the_ledger(
    tones: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    content = Config.load(tones).model_dump() | {"ledger": str(ledger)}
    with caplog.at_level(logging.DEBUG), Host(Config.model_validate(content)) as host:
        host.say("The xylophone, " + "!" * 50 + " [angry]said[/] the zebra.", "anger")
    assert "xylophone" not in caplog.text.casefold()
    assert "xylophone" not in ledger.read_text()
    assert "text_sha256" in ledger.read_text()


def test_a_ledger_is_no_device_and_no_folder(tones: Path, tmp_path: Path) -> None:
    content = Config.load(tones).model_dump() | {"ledger": str(tmp_path)}
    with Host(Config.model_validate(content)) as host, pytest.raises(ConfigError, match="written"):
        host.say("Hello.", "anger")


@pytest.mark.parametrize("output", ["labels.csv", "labels.jsonl", "db.yaml"])
def test_a_speaker_whose_name_is_no_utf8_is_one(
    output: str, tmp_path: Path, tones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(tmp_path / "clips", 4)
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    try:
        os.mkdir(strange)
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    os.rename(tmp_path / "clips", f"{strange}/\udce9ve")
    monkeypatch.chdir(strange)
    sources = Sources((".",), speaker="^[^/]+")
    *_, last = run([], tmp_path / output, sources=sources, center="speaker")
    assert (last.rows, last.errors) == (4, 0)
    content = tmp_path.joinpath(output.replace("db.yaml", "db.emotion.csv")).read_text("utf-8")
    assert content.count(r"\udce9ve") >= 4
    assert content.casefold().count("true") == 4  # heard relative to that speaker


def test_words_of_an_archive_that_are_no_unicode_are_escaped(tmp_path: Path, tones: Path) -> None:
    (clip,) = speak(tmp_path, 1)
    note = rb'{"text": "\ud800", "speaker": "\ud801", "\ud802": "\ud803"}'
    (tmp_path / "a.json").write_bytes(note)
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.add(clip, "a.wav")
        tar.add(tmp_path / "a.json", "a.json")
    run([tmp_path / "a.tar"], tmp_path / "labels.csv")
    (row,) = table(tmp_path / "labels.csv")
    assert (row["text"], row["speaker"], row[r"\ud802"]) == (r"\ud800", r"\ud801", r"\ud803")
