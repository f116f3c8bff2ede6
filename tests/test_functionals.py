"""The classifier of functionals on real speech: what it measures, and what must not matter."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from emotts.audio import Audio
from emotts.builtin import functionals
from emotts.builtin.functionals import (
    ASSETS,
    BOUND,
    HEADS,
    WINDOW_S,
    FunctionalsClassifier,
    measure,
)
from emotts.errors import ClassifierError
from emotts.options import Options
from emotts.records import Prediction, Profile
from emotts.scoring import log_odds
from emotts.testing import check_classifier

RATE = FunctionalsClassifier.rate


@pytest.fixture(scope="module")
def classifier() -> FunctionalsClassifier:
    return FunctionalsClassifier(Options())


def syllables(
    hz: float | np.ndarray = 150.0,
    *,
    rate_hz: float = 4.0,
    tilt_db: float = -9.0,
    hiss: float = 0.0,
    seconds: float = 2.0,
) -> np.ndarray:
    """A voice that goes ma-ma-ma: harmonics that fall by `tilt_db` an octave, plus noise."""
    times = np.arange(round(seconds * RATE)) / RATE
    course = np.broadcast_to(hz, times.shape)
    phase = 2 * np.pi * np.cumsum(course) / RATE
    voice = sum(
        10 ** (tilt_db * np.log2(k) / 20) * np.cos(k * phase + k * k)
        for k in range(1, int(7_000 / course.max()) + 1)
    )
    voice = voice / voice.std() + hiss * np.random.default_rng(0).standard_normal(times.size)
    gate = 0.55 - 0.45 * np.cos(2 * np.pi * rate_hz * times)
    return (0.05 * gate * voice).astype(np.float32)


def probabilities(prediction: Prediction) -> np.ndarray:
    return np.array(list(prediction.scores.values()))


def test_it_keeps_a_classifiers_promises(
    classifier: FunctionalsClassifier, clips: list[Audio]
) -> None:
    check_classifier(classifier, clips=clips)
    check_classifier(classifier)


def test_every_clip_has_the_same_finite_functionals(clips: list[Audio]) -> None:
    hiss = np.random.default_rng(3).standard_normal(RATE).astype(np.float32) * 0.1
    blip = syllables(seconds=0.25)
    measured = [measure(samples) for samples in (*(clip.samples for clip in clips), hiss, blip)]
    for values in measured:
        assert tuple(values) == tuple(measured[0])
        assert np.isfinite(list(values.values())).all()


def test_an_octave_up_moves_the_pitch_by_twelve_semitones() -> None:
    low, high = measure(syllables(120)), measure(syllables(240))
    for name in ("pitch.mean", "pitch.low", "pitch.middle", "pitch.high"):
        assert high[name] - low[name] == pytest.approx(12, abs=0.3)
    assert high["pitch.range"] == pytest.approx(low["pitch.range"], abs=0.3)


def test_the_line_of_the_pitch_is_seen() -> None:
    count = 2 * RATE
    flat, rise = measure(syllables(150)), measure(syllables(np.geomspace(120, 240, count)))
    fall, bow = (
        measure(syllables(course))
        for course in (
            np.geomspace(240, 120, count),
            120 * 2 ** np.sin(np.pi * np.arange(count) / count),
        )
    )
    assert flat["pitch.range"] < 0.3
    assert rise["pitch.range"] == pytest.approx(12 * 0.9, abs=0.8)
    assert rise["pitch.rise"] == pytest.approx(6, rel=0.2)
    assert fall["pitch.fall"] == pytest.approx(6, rel=0.2)
    assert rise["pitch.end"] > 3 and fall["pitch.end"] < -3
    assert rise["pitch.peak_at"] > 0.9 and fall["pitch.dip_at"] > 0.9
    assert 0.35 < bow["pitch.peak_at"] < 0.65
    assert bow["pitch.cosine2"] < -1 < 0.5 > abs(bow["pitch.cosine1"])


def test_a_trembling_pitch_is_rough() -> None:
    shaken = 150 * 2 ** (np.random.default_rng(5).normal(0, 0.03, 200) / 1)
    course = np.repeat(shaken, 160)
    assert measure(syllables(course))["pitch.jitter"] > 5 * measure(syllables())["pitch.jitter"]


def test_a_brighter_voice_has_less_tilt_and_a_higher_centroid() -> None:
    dark, bright = measure(syllables(tilt_db=-15)), measure(syllables(tilt_db=-5))
    assert bright["tilt.mean"] < dark["tilt.mean"] - 5
    assert bright["centroid.mean"] > dark["centroid.mean"] + 1
    assert bright["first.mean"] < dark["first.mean"] - 5


def test_breath_lowers_harmonicity_and_the_cepstral_peak() -> None:
    clear, breathy = measure(syllables()), measure(syllables(hiss=0.3))
    assert breathy["harmonicity.mean"] < clear["harmonicity.mean"] - 5
    assert breathy["peak.mean"] < clear["peak.mean"]


@pytest.mark.parametrize("rate_hz", [3.0, 5.0])
def test_syllables_are_counted(rate_hz: float) -> None:
    assert measure(syllables(rate_hz=rate_hz))["rhythm.syllables"] == pytest.approx(
        rate_hz, abs=0.6
    )


@pytest.mark.parametrize("decibels", [-12, 12])
def test_loudness_does_not_matter(
    classifier: FunctionalsClassifier, clips: list[Audio], decibels: float
) -> None:
    for clip in clips:
        plain, loud = classifier.classify([clip, clip.amplified(decibels)])
        assert np.abs(probabilities(plain) - probabilities(loud)).max() < 0.01


def test_silence_around_the_speech_does_not_matter(
    classifier: FunctionalsClassifier, clips: list[Audio]
) -> None:
    for clip in clips:
        around = Audio(np.pad(clip.samples, (RATE // 2, RATE)), RATE)
        plain, padded = classifier.classify([clip, around])
        assert np.abs(probabilities(plain) - probabilities(padded)).max() < 0.05


def test_a_clip_relative_to_itself_is_the_origin(
    classifier: FunctionalsClassifier, clips: list[Audio]
) -> None:
    profile = classifier.profile(clips[:1])
    prediction = classifier.classify(clips[:1], profile=profile)[0]
    assert prediction.centred
    np.testing.assert_array_equal(prediction.embedding, 0)


def test_what_no_speaker_ever_did_is_bounded(classifier: FunctionalsClassifier) -> None:
    head = functionals.load(ASSETS)["centred"]
    absurd = head.mean + 1e6 * head.deviation
    limit = head.mean + BOUND * head.deviation
    np.testing.assert_allclose(head.probabilities(absurd), head.probabilities(limit), rtol=1e-3)


def test_long_speech_is_heard_in_windows(
    classifier: FunctionalsClassifier, clips: list[Audio]
) -> None:
    once = np.tile(clips[1].samples, 2)
    assert once.size / RATE < WINDOW_S
    many = Audio(np.tile(once, 4), RATE)
    short, long = classifier.classify([Audio(once, RATE), many])
    assert np.abs(probabilities(short) - probabilities(long)).max() < 0.3


def test_the_order_of_functionals_is_that_of_the_heads(clips: list[Audio]) -> None:
    for head in functionals.load(ASSETS).values():
        assert head.mean.size == len(measure(clips[0].samples))


def test_a_clip_at_another_rate_is_refused(classifier: FunctionalsClassifier) -> None:
    with pytest.raises(ClassifierError, match="16000 Hz; got 8000 Hz"):
        classifier.classify([Audio(np.ones(8_000, np.float32), 8_000)])


def test_another_classifiers_profile_is_refused(
    classifier: FunctionalsClassifier, clips: list[Audio]
) -> None:
    foreign = Profile(np.zeros(7, np.float32), {}, 1)
    with pytest.raises(ClassifierError, match="not made by functionals"):
        classifier.classify(clips[:1], profile=foreign)


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_damaged_assets_are_refused(tmp_path: Path, harm: str) -> None:
    copy = Path(shutil.copytree(ASSETS, tmp_path / "functionals"))
    if harm == "changed":
        data = bytearray((copy / HEADS).read_bytes())
        data[-1] ^= 1
        (copy / HEADS).write_bytes(data)
    else:
        (copy / HEADS).unlink()
    with pytest.raises(ClassifierError, match="install emotts again"):
        functionals.load(copy)


def test_heads_for_other_labels_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / HEADS, labels=np.array(["joy", "grief"]))
    found = hashlib.sha256((tmp_path / HEADS).read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{found}  {HEADS}\n")
    with pytest.raises(ClassifierError, match=r"labels \('joy', 'grief'\)"):
        functionals.load(tmp_path)


@pytest.mark.corpus
@pytest.mark.slow
def test_speakers_that_it_was_trained_on_are_heard() -> None:
    """No measure of quality, which is training's business: a sign that assets and code fit."""
    corpora = pytest.importorskip("training.corpora")
    try:
        clips = corpora.load()
    except FileNotFoundError as error:
        pytest.skip(f"the corpora are missing: {error.filename}")
    classifier = FunctionalsClassifier(Options())
    for speaker in ("EMO03", "RAV02"):
        own = clips.at(clips.speaker == speaker)
        heard = [Audio(corpora.samples(path), RATE) for path in own.path]
        profile = classifier.profile(heard)
        labels = [corpora.LABELS[label] for label in own.label]
        found = [prediction.top for prediction in classifier.classify(heard, profile=profile)]
        assert np.mean([a == b for a, b in zip(found, labels, strict=True)]) > 0.6


def test_a_profile_hears_each_clip_once(
    clips: list[Audio], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[np.ndarray] = []
    embed = functionals.embed

    def counted(samples: np.ndarray) -> np.ndarray:
        heard.append(samples)
        return embed(samples)

    classifier = FunctionalsClassifier(Options())
    monkeypatch.setattr(functionals, "embed", counted)
    profile = classifier.profile(clips)
    assert len(heard) == len(clips)
    again = classifier.classify(clips, profile=profile)
    for label, mean in profile.log_odds.items():
        assert mean == pytest.approx(np.mean([log_odds(p.scores[label]) for p in again]))
