"""The fundamental: of tones whose F0 is known, and of speech beside another tracker."""

import warnings

import numpy as np
import pytest

from emotts.builtin.descriptors import RATE, WINDOW, describe
from emotts.builtin.f0 import Pitch, track

SIZE, HOP = 1_024, 160
EDGE = 5  # frames that reach beyond the clip


def pitch_of(samples: np.ndarray) -> Pitch:
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    padded = np.pad(samples.astype(np.float32), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * window
    power = np.abs(np.fft.rfft(frames, SIZE, axis=1)) ** 2
    return track(power.astype(np.float32), window, RATE)


def harmonics(hz: float | np.ndarray, seconds: float = 1.0, first: int = 1) -> np.ndarray:
    """A sawtooth-like tone, from its `first` harmonic up to 7 kHz."""
    hz = np.broadcast_to(hz, round(seconds * RATE))
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    count = int(7_000 / hz.max())
    return 0.05 * sum(np.cos(k * phase + k) / k for k in range(first, count + 1))


@pytest.mark.parametrize("hz", [65, 97.3, 151, 233.3, 420, 560])
def test_a_tones_fundamental(hz: float) -> None:
    found = pitch_of(harmonics(hz)).hz[EDGE:-EDGE]
    np.testing.assert_allclose(found, hz, rtol=0.005)


def test_a_missing_fundamental_is_heard() -> None:
    found = pitch_of(harmonics(140, first=2)).hz[EDGE:-EDGE]
    np.testing.assert_allclose(found, 140, rtol=0.01)


def test_a_strong_second_harmonic_is_no_octave_error() -> None:
    tone = harmonics(130) + 0.15 * np.cos(2 * np.pi * 260 * np.arange(RATE) / RATE)
    np.testing.assert_allclose(pitch_of(tone).hz[EDGE:-EDGE], 130, rtol=0.01)


def test_a_glide_is_followed() -> None:
    course = np.linspace(110, 260, 2 * RATE)
    found = pitch_of(harmonics(course, 2.0)).hz[EDGE:-EDGE]
    wanted = course[::HOP][EDGE : EDGE + len(found)]
    assert np.abs(np.log2(found / wanted)).max() < 0.02


def test_loudness_does_not_matter() -> None:
    tone = harmonics(180)
    np.testing.assert_allclose(pitch_of(0.01 * tone).hz, pitch_of(tone).hz, rtol=1e-4)


def test_noise_and_silence_are_unvoiced() -> None:
    hiss = np.random.default_rng(0).standard_normal(RATE)
    assert pitch_of(hiss).voiced.mean() < 0.1
    assert not pitch_of(np.zeros(RATE)).voiced.any()


def test_voice_between_hiss_is_found_where_it_is() -> None:
    hiss = 0.02 * np.random.default_rng(1).standard_normal(RATE // 2)
    found = pitch_of(np.concatenate([hiss, 3 * harmonics(200, 0.5), hiss])).voiced
    assert found[55:95].all()
    assert found[:45].mean() < 0.15 and found[105:].mean() < 0.15


def test_noise_lowers_the_correlation_as_its_share_says() -> None:
    tone = harmonics(150, 2.0)
    hiss = np.random.default_rng(2).standard_normal(tone.size)
    # Noise up to 4 kHz counts: half of what is white up to 8 kHz.
    hiss *= tone.std() / hiss.std() / np.sqrt(10 / 2)
    correlation = pitch_of(tone + hiss).correlation[EDGE:-EDGE]
    assert correlation.mean() == pytest.approx(10 / 11, abs=0.03)


@pytest.mark.corpus
@pytest.mark.slow
def test_speech_is_followed_as_world_follows_it() -> None:
    corpora = pytest.importorskip("training.corpora")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyworld's use of setuptools
        pyworld = pytest.importorskip("pyworld", exc_type=ImportError)
    try:
        clips = corpora.load()
    except FileNotFoundError as error:
        pytest.skip(f"the corpora are missing: {error.filename}")
    gross = voiced = 0
    for path in np.random.default_rng(1).permutation(clips.path)[:40]:
        samples = corpora.samples(path).astype(np.float64)
        options = {"frame_period": 10.0, "f0_floor": 60.0, "f0_ceil": 600.0}
        theirs, _ = pyworld.harvest(samples, RATE, **options)
        frames = describe(samples.astype(np.float32))
        ours = 2 ** (frames.semitones / 12)
        count = min(len(ours), len(theirs))
        both = frames.voiced[:count] & (theirs[:count] > 0)
        gross += (np.abs(np.log2(ours[:count][both] / theirs[:count][both])) > 0.25).sum()
        voiced += both.sum()
    assert voiced > 2_000
    assert gross / voiced < 0.04
