"""The compact classifier on real speech: what it must not depend on, and what it refuses."""

import hashlib
import re
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from emotts.audio import Audio, to_mono
from emotts.builtin import compact
from emotts.builtin.assets import SUMS
from emotts.builtin.compact import ASSETS, ENCODER, HEADS, CompactClassifier, CompactOptions
from emotts.builtin.encoder import WINDOW_S
from emotts.emotions import EMOTIONS
from emotts.errors import ClassifierError
from emotts.records import Prediction, Profile
from emotts.testing import check_classifier


@pytest.fixture(scope="module")
def classifier() -> CompactClassifier:
    return CompactClassifier(CompactOptions())


@pytest.fixture(scope="module")
def profile(classifier: CompactClassifier, clips: list[Audio]) -> Profile:
    return classifier.profile(clips)


def probabilities(prediction: Prediction) -> np.ndarray:
    return np.array(list(prediction.scores.values()))


def padded(clip: Audio, before_s: float, after_s: float) -> Audio:
    silence = [np.zeros(round(seconds * clip.rate), np.float32) for seconds in (before_s, after_s)]
    return Audio(np.concatenate([silence[0], clip.samples, silence[1]]), clip.rate)


def test_it_keeps_a_classifiers_promises(classifier: CompactClassifier, clips: list[Audio]) -> None:
    check_classifier(classifier, clips=clips)


def test_scores_are_probabilities_over_canonical_emotions(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    for prediction in classifier.classify(clips):
        assert tuple(prediction.scores) == classifier.labels
        assert set(classifier.labels) < set(EMOTIONS)
        assert sum(prediction.scores.values()) == pytest.approx(1)
        assert prediction.embedding.shape == (1536,)
        assert prediction.embedding.dtype == np.float32
        assert not prediction.centred


def test_different_sentences_are_heard_differently(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    first, second, _ = (probabilities(p) for p in classifier.classify(clips))
    assert np.abs(first - second).max() > 0.01


@pytest.mark.parametrize("decibels", [-12, 12])
def test_level_is_of_no_consequence(
    classifier: CompactClassifier, clips: list[Audio], profile: Profile, decibels: float
) -> None:
    changed = [clip.amplified(decibels) for clip in clips]
    for known in (None, profile):
        for one, other in zip(
            classifier.classify(clips, profile=known),
            classifier.classify(changed, profile=known),
            strict=True,
        ):
            # Another level rounds otherwise, and dense layers compute in 8 bits.
            np.testing.assert_allclose(probabilities(one), probabilities(other), atol=1e-2)


def test_silence_around_the_speech_is_of_no_consequence(
    classifier: CompactClassifier, clips: list[Audio], profile: Profile
) -> None:
    for known in (None, profile):
        plain = classifier.classify(clips, profile=known)
        # Whole frames of silence leave the grid of frames alone, so nothing at all changes.
        around = classifier.classify([padded(clip, 0.5, 1.25) for clip in clips], profile=known)
        for one, other in zip(plain, around, strict=True):
            np.testing.assert_allclose(probabilities(one), probabilities(other), atol=1e-6)


def test_a_clip_is_heard_alike_in_any_batch(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    alone = [classifier.classify([clip])[0] for clip in clips]
    threaded = CompactClassifier(CompactOptions(threads=3))
    for together in (
        classifier.classify(clips),
        classifier.classify(clips[::-1])[::-1],
        threaded.classify(clips),
    ):
        for one, other in zip(alone, together, strict=True):
            assert one.scores == other.scores
            np.testing.assert_array_equal(one.embedding, other.embedding)


def test_long_speech_is_heard_as_its_parts(
    classifier: CompactClassifier, clips: list[Audio], profile: Profile
) -> None:
    once = clips[1]
    long = Audio(np.tile(once.samples, 8), once.rate)
    assert long.duration_s > 5 * WINDOW_S
    one, other = classifier.classify([once, long], profile=profile)
    np.testing.assert_allclose(probabilities(one), probabilities(other), atol=0.15)


def test_long_speech_is_heard_to_its_end(classifier: CompactClassifier, clips: list[Audio]) -> None:
    start = np.resize(clips[0].samples, round(WINDOW_S * clips[0].rate))
    ends = [np.concatenate([start, np.resize(clip.samples, start.size)]) for clip in clips]
    one, *others = (classifier.classify([Audio(end, 16_000)])[0] for end in ends)
    for other in others:
        assert np.abs(one.embedding - other.embedding).max() > 0.05


def test_a_profile_centres(
    classifier: CompactClassifier, clips: list[Audio], profile: Profile
) -> None:
    alone = classifier.classify(clips)
    centred = classifier.classify(clips, profile=profile)
    np.testing.assert_allclose(
        np.mean([prediction.embedding for prediction in centred], axis=0), 0, atol=1e-5
    )
    for one, other in zip(alone, centred, strict=True):
        assert other.centred
        np.testing.assert_allclose(one.embedding - profile.embedding, other.embedding, atol=1e-6)
        assert one.scores != other.scores


def test_a_profile_of_another_classifier_is_refused(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    stranger = Profile(np.zeros(4, np.float32), {}, 1)
    with pytest.raises(ClassifierError, match=re.escape("shape (4,), not (1536,)")):
        classifier.classify(clips, profile=stranger)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(16_000, np.float32),
        np.full(16_000, 0.5, np.float32),
        np.random.default_rng(0).normal(0, 1e-5, 16_000).astype(np.float32),
    ],
    ids=["digital", "offset", "rounding noise"],
)
def test_silence_is_refused(classifier: CompactClassifier, samples: np.ndarray) -> None:
    with pytest.raises(ClassifierError, match="silent"):
        classifier.classify([Audio(samples, 16_000)])


@pytest.mark.parametrize("size", [1, 159, 160, 500])
def test_too_little_speech_is_refused(
    classifier: CompactClassifier, clips: list[Audio], size: int
) -> None:
    middle = clips[0].samples.size // 2
    with pytest.raises(ClassifierError, match=r"silent|at least"):
        classifier.classify([Audio(clips[0].samples[middle : middle + size], 16_000)])


def test_a_word_that_is_hardly_speech_is_heard_all_the_same(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    word = clips[0].samples[: clips[0].rate]
    loudest = int(np.abs(word).argmax())
    quiet = np.zeros(clips[0].rate // 4, np.float32)
    brief = word[max(0, loudest - 1_000) : loudest + 1_000]
    (heard,) = classifier.classify([Audio(np.concatenate([quiet, brief, quiet]), clips[0].rate)])
    assert sum(heard.scores.values()) == pytest.approx(1)


def test_another_rate_is_refused_and_hear_resamples(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    faster = clips[1].resample(44_100)
    with pytest.raises(ClassifierError, match="hears 16000 Hz; got 44100"):
        classifier.classify([faster])
    one, other = classifier.hear([clips[1], faster])
    # Eight bits round what little two resamplings differ in.
    np.testing.assert_allclose(probabilities(one), probabilities(other), atol=0.04)


def test_stereo_is_heard_as_its_mean(classifier: CompactClassifier, clips: list[Audio]) -> None:
    stereo = np.stack([clips[0].samples, clips[0].samples], axis=1)
    mono = Audio(to_mono(stereo), clips[0].rate)
    assert classifier.classify([mono])[0].scores == classifier.classify(clips[:1])[0].scores


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ASSETS, tmp_path / "assets"))


@pytest.mark.parametrize("name", [ENCODER, HEADS])
def test_a_damaged_file_is_refused(assets: Path, name: str) -> None:
    data = bytearray((assets / name).read_bytes())
    data[len(data) // 2] ^= 1
    (assets / name).write_bytes(data)
    with pytest.raises(ClassifierError, match=rf"{name} is damaged or was replaced"):
        compact.load(assets)


def test_a_missing_file_is_refused(assets: Path) -> None:
    (assets / HEADS).unlink()
    with pytest.raises(ClassifierError, match=rf"{HEADS}.*install emotts again"):
        compact.load(assets)


def test_a_graph_with_external_data_is_refused(assets: Path) -> None:
    # A StringStringEntryProto {key: "location", value: "x"}, as tensors outside the file have it.
    graph = (assets / ENCODER).read_bytes() + b"\x0a\x08location\x12\x01x"
    (assets / ENCODER).write_bytes(graph)
    sums = (assets / SUMS).read_text().splitlines()
    fresh = f"{hashlib.sha256(graph).hexdigest()}  {ENCODER}"
    (assets / SUMS).write_text("\n".join(fresh if ENCODER in line else line for line in sums))
    with pytest.raises(ClassifierError, match="external data"):
        compact.load(assets)


def test_the_assets_are_small_and_documented() -> None:
    files = list(ASSETS.iterdir())
    assert sum(file.stat().st_size for file in files) <= 11e6
    card = (ASSETS / "MODEL_CARD.md").read_text()
    for fact in ("CC BY-NC-SA 4.0", "RAVDESS", "nEMO", "EmoDB", "CC0", "Whisper", "MIT"):
        assert fact in card
    assert "Copyright (c) 2022 OpenAI" in (ASSETS / "LICENSE-whisper.txt").read_text()


def test_the_processor_rests_after_a_query(
    classifier: CompactClassifier, clips: list[Audio]
) -> None:
    def spent_after_one() -> float:
        classifier.classify(clips)
        before = time.process_time()
        time.sleep(0.5)
        return time.process_time() - before

    # What other tests have left in this process may wake up now and then.
    assert any(spent_after_one() < 0.1 for _ in range(5))
