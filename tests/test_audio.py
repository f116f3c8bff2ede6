import io
import os
import stat
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emotts.audio import Audio, join, read
from emotts.errors import AudioError


def tone(seconds: float = 0.5, rate: int = 24_000, hertz: float = 440.0) -> Audio:
    t = np.arange(round(seconds * rate)) / rate
    return Audio((0.3 * np.sin(2 * np.pi * hertz * t)).astype(np.float32), rate)


def frequency(clip: Audio) -> float:
    spectrum = np.abs(np.fft.rfft(clip.samples * np.hanning(clip.samples.size)))
    return float(spectrum.argmax() * clip.rate / clip.samples.size)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_pitch_and_duration(rate: int) -> None:
    clip = tone().resample(rate)
    assert clip.rate == rate
    assert clip.duration_s == pytest.approx(0.5, abs=0.001)
    assert frequency(clip) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        ([0.0] * 10, 16_000, "must be a numpy array; got list"),
        (np.zeros(10, np.float32), "16000", "sampling rate '16000' Hz is no int"),
        (np.zeros((2, 10), np.float32), 16_000, "must be mono"),
        (np.zeros(10, np.float64), 16_000, "must be float32"),
        (np.zeros(0, np.float32), 16_000, "no samples"),
        (np.zeros(10, np.float32), 0, "sampling rate 0 Hz"),
        (np.array([0, np.nan], np.float32), 16_000, "NaN or infinite"),
        (np.array([np.inf, -np.inf], np.float32), 16_000, "NaN or infinite"),
    ],
)
def test_audio_that_nobody_could_mean_is_refused(
    samples: np.ndarray, rate: int, message: str
) -> None:
    with pytest.raises(AudioError, match=message):
        Audio(samples, rate)


def test_audio_is_not_written_under_the_name_of_another_format(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"a\.MP3: audio is written as WAV: .*a\.wav"):
        tone().write(tmp_path / "a.MP3")
    assert not list(tmp_path.iterdir())


def test_a_rate_is_an_int_of_pythons_own() -> None:
    assert type(Audio(np.zeros(10, np.float32), np.int64(16_000)).rate) is int  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_every_format_as_mono(tmp_path: Path, name: str, channels: int) -> None:
    samples = np.stack([tone().samples] * channels, axis=1)
    soundfile.write(tmp_path / name, samples, 24_000)
    clip = read(tmp_path / name)
    assert (clip.rate, clip.samples.ndim) == (24_000, 1)
    assert frequency(clip) == pytest.approx(440, abs=3)


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    path = tone().write(tmp_path / "a.wav")
    assert np.abs(read(path).samples - tone().samples).max() < 1 / 32_767


def test_writing_replaces_whole_files_only(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    tone().write(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_writing_follows_a_link_and_never_replaces_a_device(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.touch()
    link = tmp_path / "link.wav"
    link.symlink_to(target)
    tone().write(link)
    assert link.is_symlink()
    assert target.stat().st_size > 1000
    tone().write("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_writing_where_no_folder_is_says_so(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"nowhere.*can't be written: No such file"):
        tone().write(tmp_path / "nowhere" / "a.wav")


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no audio at all" * 100])
def test_a_file_that_is_no_audio_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"bad\.wav: can't be read as audio"):
        read(path)


def test_why_the_system_refuses_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"can't be read as audio: No such file or directory$"):
        read(tmp_path / "missing.wav")
    with pytest.raises(AudioError, match=r"can't be read as audio: Is a directory$"):
        read(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="names of files are text")
def test_a_file_whose_name_is_no_utf_8_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Gr\xfc\xdfe.wav"))
    tone().write(path)
    assert read(path).duration_s == tone().duration_s


def test_files_are_opened_one_after_the_other() -> None:
    """libsndfile keeps why it can't open a file in one place, for all threads."""
    order: list[io.BytesIO] = []

    class Slow(io.BytesIO):
        def tell(self) -> int:
            order.append(self)
            time.sleep(0.001)
            return super().tell()

    def told(_: int) -> str:
        with pytest.raises(AudioError) as caught:
            read(Slow(b"no audio"))
        return str(caught.value)

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(told, range(40)))
    assert len(list(groupby(order, key=id))) == 40 < len(order)
    assert len(found) == 1 and "Format not recognised" in found.pop()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(AudioError, match=r"missing\.wav"):
        read("missing.wav")


def test_limits_count_what_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(16_000 * 30), 16_000)
    with pytest.raises(AudioError, match="longer than 10 s"):
        read(path, max_seconds=10)
    wide = tmp_path / "wide.wav"
    soundfile.write(wide, np.zeros((100, 255)), 16_000)
    with pytest.raises(AudioError, match="255 channels; at most 16"):
        read(wide)


def test_a_header_that_lies_about_its_length_reads_what_is_there(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, tone().samples, 24_000, format="WAV", subtype="PCM_16")
    data = bytearray(buffer.getvalue())
    data[40:44] = struct.pack("<I", 0x7FFFFF00)
    path = tmp_path / "lies.wav"
    path.write_bytes(data)
    assert read(path).duration_s == pytest.approx(0.5)


def test_nan_in_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    soundfile.write(path, np.array([0.0, np.nan, 0.0]), 16_000, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"nan\.wav: .*NaN"):
        read(path)


def test_join_keeps_order_and_refuses_mixed_rates() -> None:
    both = join([tone(0.1), tone(0.2)], gap_s=0.05)
    assert both.duration_s == pytest.approx(0.35)
    with pytest.raises(AudioError, match=r"one sampling rate; got \[16000, 24000\]"):
        join([tone(), tone(rate=16_000)])
    with pytest.raises(AudioError, match="got none"):
        join([])


def test_pcm_is_clipped_at_full_scale() -> None:
    samples = np.array([0.0, 0.5, -1.0, 2.0, -2.0], np.float32)
    pcm = np.frombuffer(Audio(samples, 24_000).pcm16(), "<i2")
    assert pcm.tolist() == [0, 16_383, -32_767, 32_767, -32_767]


def test_channels_of_opposite_infinities_are_refused_in_words() -> None:
    content = io.BytesIO()
    channels = np.array([[0.1, 0.1], [np.inf, -np.inf]], np.float32)
    soundfile.write(content, channels, 16_000, format="WAV", subtype="FLOAT")
    content.seek(0)
    with pytest.raises(AudioError, match=r"finite|NaN"):
        read(content)
