"""Where results go: whole or not at all, and nothing is destroyed on the way."""

import os
import stat
import threading
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner

from emotts import Config, Host
from emotts.audio import Audio, read
from emotts.cli import cli
from emotts.errors import AudioError
from emotts.files import replacing

CLIP = Audio.silence(0.1, 16_000)


def test_a_pipe_gets_the_audio_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    reader.start()
    CLIP.write(pipe)
    reader.join(10)
    assert heard == [CLIP.wav_bytes()]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_stays_a_device(tones: Path) -> None:
    arguments = ["say", "Hello.", "-e", "anger", "--config", str(tones), "-o", os.devnull]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_what_fails_half_way_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as file:
        file.write(b"half of the new")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.wav"]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    target = CLIP.write(tmp_path / "a.wav")
    seen: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(read(target).duration_s)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for seconds in range(1, 30):
        Audio.silence(seconds / 10, 16_000).write(target)
    done.set()
    watcher.join()
    assert seen and all(round(10 * seconds) in range(1, 30) for seconds in seen)
    assert os.listdir(tmp_path) == ["a.wav"]


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="can't be written"):
        CLIP.write(tmp_path)
    assert tmp_path.is_dir()


def test_a_link_is_followed_and_one_that_leads_nowhere_is_filled(tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(tmp_path / "new.wav")
    CLIP.write(tmp_path / "link.wav")
    assert (tmp_path / "link.wav").is_symlink()
    assert soundfile.info(tmp_path / "new.wav").frames == CLIP.samples.size


@pytest.mark.slow
def test_ledgers_of_many_threads_have_whole_lines(tones: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    content = Config.load(tones).model_dump() | {"ledger": str(ledger)}

    def speak() -> None:
        with Host(Config.model_validate(content)) as host:
            for _ in range(5):
                host.say("Hello. Hello again.", "anger")

    threads = [threading.Thread(target=speak) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = ledger.read_text().splitlines()
    assert len(lines) == 40
    assert all(line.startswith('{"time":') and line.endswith("}") for line in lines)
