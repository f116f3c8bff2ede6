"""The check of naturalness, on speech of the built-in engine."""

import warnings

import numpy as np
import pytest
from emotts_naturalness import NaturalnessCheck, NaturalnessOptions

from emotts.audio import Audio
from emotts.records import Measurement, Voice
from emotts.testing import check_plugin, spoken

TEXT = "The shop on the corner opens at eight."
VOICE = Voice("heart", "en-US")
MODERATE = (
    {"pitch": 2.0, "pitch_range": 1.3, "rate": 1.1},
    {"pitch": -1.5, "pitch_range": 0.7, "rate": 0.85, "brightness": -1.0},
)


@pytest.fixture(scope="module")
def takes() -> list[Audio]:
    return spoken(TEXT, *MODERATE)


@pytest.fixture(scope="module")
def check() -> NaturalnessCheck:
    return NaturalnessCheck(NaturalnessOptions())


def measured(check: NaturalnessCheck, clip: Audio, baseline: Audio) -> Measurement:
    ((found,),) = check.measure([clip], baseline=baseline, text=TEXT, voice=VOICE)
    return found


def noisy(clip: Audio, snr_db: float) -> Audio:
    noise = np.random.default_rng(0).standard_normal(clip.samples.size)
    level = np.sqrt(np.mean(np.square(clip.samples))) * 10 ** (-snr_db / 20)
    return Audio((clip.samples + level * noise).astype(np.float32), clip.rate)


def overdriven(clip: Audio, gain: float) -> Audio:
    """Clipped, then turned down, so that no sample is at full scale."""
    samples = np.clip(clip.samples * gain / clip.peak, -1, 1) * 0.5
    return Audio(samples.astype(np.float32), clip.rate)


def test_it_keeps_its_promises() -> None:
    check_plugin("naturalness")


def test_moderately_varied_takes_pass(check: NaturalnessCheck, takes: list[Audio]) -> None:
    for clip in takes:
        found = measured(check, clip, takes[0])
        assert found.passed, found.reason


@pytest.mark.parametrize("snr_db", [0.0, 10.0])
def test_noise_is_out(check: NaturalnessCheck, takes: list[Audio], snr_db: float) -> None:
    found = measured(check, noisy(takes[0], snr_db), takes[0])
    assert not found.passed, found.reason
    assert f"{found.value:.2f} below take 0; at most 0.8 below" in found.reason


def test_clipping_is_out_at_any_level(check: NaturalnessCheck, takes: list[Audio]) -> None:
    found = measured(check, overdriven(takes[0], 30.0), takes[0])
    assert not found.passed, found.reason


def test_a_better_take_has_no_loss(check: NaturalnessCheck, takes: list[Audio]) -> None:
    found = measured(check, takes[0], noisy(takes[0], 10.0))
    assert found.passed and found.value < 0


def test_a_long_clip_is_heard_to_its_end(check: NaturalnessCheck, takes: list[Audio]) -> None:
    clip, noise = takes[0], noisy(takes[0], 0.0)
    long = Audio(np.concatenate([clip.samples] * 8), clip.rate)
    spoilt = Audio(np.concatenate([clip.samples] * 4 + [noise.samples] * 4), clip.rate)
    assert abs(measured(check, long, clip).value) < 0.3
    assert measured(check, spoilt, long).value > 0.3


def test_it_hears_what_speechmos_hears(check: NaturalnessCheck, takes: list[Audio]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of librosa and numba
        from speechmos import dnsmos

        for clip in takes:
            # One window exactly, so that both hear the same.
            samples = np.resize(clip.resample(16_000).samples, 144_160)
            theirs = dnsmos.run(np.clip(samples, -1, 1), 16_000)["ovrl_mos"]
            window = Audio(samples, 16_000)
            # "DNSMOS 3.21, 0.00 below take 0; …"
            ours = float(measured(check, window, window).reason.split()[1].rstrip(","))
            assert ours == pytest.approx(theirs, abs=0.006)
