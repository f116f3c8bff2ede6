"""Whisper's log-mel spectrogram, held against its definition written out slowly."""

import numpy as np
import pytest

from emotts.builtin.logmel import BANDS, HOP, RATE, WINDOW, Floats, log_mel, mel_filters


def slaney(hz: float) -> float:
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * np.log(hz / 1000) / np.log(6.4)


def by_definition(samples: Floats) -> np.ndarray:
    """One window, one band and one frequency at a time, in double precision."""
    n = np.arange(WINDOW)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    fourier = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW // 2 + 1), n) / WINDOW)
    edges = np.linspace(0, slaney(RATE / 2), BANDS + 2)
    hz = np.interp(edges, [slaney(f) for f in np.arange(8001.0)], np.arange(8001.0))
    count = samples.size // HOP
    mel = np.zeros((BANDS, count))
    mirrored = np.pad(samples.astype(np.float64), WINDOW // 2, mode="reflect")
    for frame in range(count):
        power = np.abs(fourier @ (hann * mirrored[frame * HOP : frame * HOP + WINDOW])) ** 2
        for band, (low, centre, high) in enumerate(zip(hz, hz[1:], hz[2:], strict=False)):
            for index, value in enumerate(power):
                f = index * RATE / WINDOW
                slope = min((f - low) / (centre - low), (high - f) / (high - centre))
                mel[band, frame] += max(slope, 0) * 2 / (high - low) * value
    powers = np.log10(np.maximum(mel, 1e-10))
    return (np.maximum(powers, powers.max() - 8) + 4) / 4


def test_it_is_whispers_definition() -> None:
    random = np.random.default_rng(3)
    time = np.arange(5_000) / RATE
    sweep = np.sin(2 * np.pi * (200 + 4_000 * time) * time) * np.exp(-5 * time)
    samples = (0.3 * sweep + 0.001 * random.standard_normal(time.size)).astype(np.float32)
    np.testing.assert_allclose(log_mel(samples), by_definition(samples), atol=2e-4)


@pytest.mark.parametrize("size", [201, 3_199, 3_200, 48_000])
def test_a_frame_every_ten_milliseconds(size: int) -> None:
    noise = np.random.default_rng(0).standard_normal(size).astype(np.float32)
    spectrogram = log_mel(noise)
    assert spectrogram.shape == (BANDS, size // HOP)
    assert spectrogram.dtype == np.float32


@pytest.mark.parametrize("hz", [300, 1_000, 3_000, 7_000])
def test_a_tone_sounds_in_the_band_around_its_frequency(hz: int) -> None:
    tone = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE).astype(np.float32)
    loudest = log_mel(tone)[:, 50].argmax()
    assert mel_filters()[round(hz * WINDOW / RATE), loudest] > 0


def test_it_reaches_80_db_down_and_no_further() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[: RATE // 2] = np.random.default_rng(0).standard_normal(RATE // 2)
    spectrogram = log_mel(samples)
    assert spectrogram.max() - spectrogram.min() == pytest.approx(2)
