"""Any file as audio: read as it was written, bounded, or refused by name."""

import tempfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from emotts.audio import RATES, Audio, join, read
from emotts.errors import AudioError
from emotts.labelling.decoding import pieces
from emotts.labelling.items import Item

STEP = 2**-15
"""Of 16 bits."""

rates = st.sampled_from((8_000, 16_000, 22_050, 24_000, 44_100, 48_000)) | st.integers(
    RATES.start, RATES.stop - 1
)
samples = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=300).map(
    lambda values: np.asarray(values, np.float32)
)
clips = st.builds(Audio, samples, rates)
# FLAC can say no others.
flac_clips = st.builds(Audio, samples, st.integers(100, 6_500).map(lambda tens: 10 * tens))
kinds = st.sampled_from(
    [("WAV", s) for s in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW")]
    + [(kind, "PCM_16") for kind in ("FLAC", "AIFF", "AU", "W64", "RF64", "WAVEX", "CAF")]
)
STEPS = {"PCM_U8": 2**-7, "PCM_16": STEP, "ULAW": 2**-4}


def encoded(clip: Audio, kind: tuple[str, str], channels: int = 1) -> bytes:
    buffer = BytesIO()
    wide = np.stack([clip.samples] * channels, axis=1)
    soundfile.write(buffer, wide, clip.rate, format=kind[0], subtype=kind[1])
    return buffer.getvalue()


@given(clips)
def test_a_written_clip_reads_back(clip: Audio) -> None:
    again = read(BytesIO(clip.wav_bytes()))
    assert again.rate == clip.rate
    assert np.abs(again.samples - clip.samples).max() <= STEP


@given(flac_clips, kinds, st.integers(1, 3))
def test_every_kind_of_file_is_mono_and_as_it_was(
    clip: Audio, kind: tuple[str, str], channels: int
) -> None:
    again = read(BytesIO(encoded(clip, kind, channels)))
    assert (again.rate, again.samples.size) == (clip.rate, clip.samples.size)
    assert np.abs(again.samples - clip.samples).max() <= STEPS.get(kind[1], 2**-22)


@given(flac_clips, kinds, st.data())
def test_what_is_left_of_a_cut_file_is_its_beginning_or_nothing(
    clip: Audio, kind: tuple[str, str], data: st.DataObject
) -> None:
    whole = encoded(clip, kind)
    left = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        found = read(BytesIO(left))
    except AudioError:
        return
    size = found.samples.size
    assert size <= clip.samples.size
    if kind[0] in ("WAV", "AIFF", "AU"):
        assert np.abs(found.samples - clip.samples[:size]).max() <= STEPS.get(kind[1], 2**-22)


@given(
    flac_clips, kinds, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8)
)
def test_a_spoilt_file_is_sound_and_bounded_or_refused(
    clip: Audio, kind: tuple[str, str], changes: list[tuple[int, int]]
) -> None:
    data = bytearray(encoded(clip, kind, 2))
    for place, value in changes:
        data[place % min(len(data), 128)] = value
    try:
        found = read(BytesIO(data), max_seconds=1)
    except AudioError as error:
        assert str(error).startswith("the audio: ")
    else:
        assert found.samples.size <= found.rate and np.isfinite(found.samples).all()


@given(
    st.binary(max_size=500)
    | st.binary(max_size=60).map(lambda rest: b"RIFF\0\0\0\0WAVEfmt " + rest)
)
def test_any_bytes_are_audio_or_refused(data: bytes) -> None:
    try:
        assert read(BytesIO(data)).duration_s > 0
    except AudioError as error:
        assert str(error).startswith("the audio: ")


@given(clips, st.floats(0.0005, 0.02), st.data())
def test_windows_of_a_clip_are_the_whole(clip: Audio, window_s: float, data: st.DataObject) -> None:
    file = encoded(clip, ("WAV", "FLOAT"))
    before = data.draw(st.binary(max_size=30))
    with tempfile.NamedTemporaryFile() as archive:
        Path(archive.name).write_bytes(before + file + b"more")
        item = Item(archive.name, "a.wav", len(before), len(file))
        found = list(pieces(item, window_s))
    joined = np.concatenate([piece.audio.samples for piece in found])
    np.testing.assert_array_equal(joined, clip.samples)
    for one, other in pairwise(found):
        assert one.start_s + one.audio.duration_s == pytest.approx(other.start_s)
    sizes = [piece.audio.samples.size for piece in found]
    assert max(sizes) < 2 * max(1, round(window_s * clip.rate)) + 1


@given(st.lists(samples, min_size=1, max_size=4), rates, st.floats(0, 0.01))
def test_joined_clips_are_as_long_as_all_of_them(
    parts: list[np.ndarray], rate: int, gap_s: float
) -> None:
    whole = join([Audio(part, rate) for part in parts], gap_s=gap_s)
    gaps = (len(parts) - 1) * round(gap_s * rate)
    assert whole.samples.size == sum(part.size for part in parts) + gaps


@given(clips, rates)
def test_resampling_keeps_the_length_or_says_that_there_is_too_little(
    clip: Audio, rate: int
) -> None:
    try:
        found = clip.resample(rate)
    except AudioError as error:
        assert "too few" in str(error)
    else:
        assert abs(found.duration_s - clip.duration_s) <= 1 / rate + 1 / clip.rate
