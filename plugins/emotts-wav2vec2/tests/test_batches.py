"""A clip is heard the same alone and beside others."""

import numpy as np
import pytest
import torch
from checkpoints import BACKBONES, BASE, LARGE, tiny
from emotts.audio import Audio
from emotts.errors import ClassifierError
from emotts.testing import check_classifier
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emotts_wav2vec2.build import build
from emotts_wav2vec2.clips import batches
from emotts_wav2vec2.runtime import TorchRuntime

RATE = 16_000
lengths = st.lists(st.integers(400, 2 * RATE), min_size=2, max_size=6)


def clips(sizes, seed=0):
    """Tones with noise, of the given numbers of samples."""
    rng = np.random.default_rng(seed)
    made = []
    for size in sizes:
        tone = np.sin(np.arange(size) * rng.uniform(0.02, 0.4)) * rng.uniform(0.05, 0.5)
        made.append(Audio((tone + rng.normal(0, 0.05, size)).astype(np.float32), RATE))
    return made


def expect_equal(together, alone):
    for one, other in zip(together, alone, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-4)
        np.testing.assert_allclose(one.embedding, other.embedding, atol=1e-4)


@pytest.fixture(scope="module", params=[LARGE, BASE], ids=["large", "base"])
def shape(request):
    return request.param


@pytest.fixture(scope="module", params=BACKBONES)
def pair(request, shape, tmp_path_factory):
    """The same model, once one clip at a time and once in batches."""
    from emotts_wav2vec2 import Wav2Vec2Classifier

    made = tiny(tmp_path_factory.mktemp("model"), backbone=request.param, shape=shape)
    options = {"model": str(made.folder), "device": "cpu"}
    return tuple(
        Wav2Vec2Classifier(Wav2Vec2Classifier.Options(**options, batch_seconds=seconds))
        for seconds in (None, 60)
    )


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=lengths)
def test_any_mix_of_lengths(pair, sizes):
    single, batched = pair
    batch = clips(sizes)
    expect_equal(batched.classify(batch), [single.classify([clip])[0] for clip in batch])


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=lengths, pooling=st.sampled_from(["sum", "max"]))
def test_any_pooling(sizes, pooling, tmp_path_factory):
    from emotts_wav2vec2 import Wav2Vec2Classifier

    made = tiny(tmp_path_factory.mktemp("model"), pooling=pooling)
    options = {"model": str(made.folder), "device": "cpu"}
    single = Wav2Vec2Classifier(Wav2Vec2Classifier.Options(**options))
    batched = Wav2Vec2Classifier(Wav2Vec2Classifier.Options(**options, batch_seconds=60))
    batch = clips(sizes)
    expect_equal(batched.classify(batch), [single.classify([clip])[0] for clip in batch])


@given(
    sizes=st.lists(st.integers(1, 1000), max_size=30),
    most=st.integers(1, 5000),
    padded=st.booleans(),
)
def test_batches_hold_each_window_once_within_the_limit(sizes, most, padded):
    groups = list(batches(sizes, most=most, padded=padded))
    assert sorted(index for group in groups for index in group) == list(range(len(sizes)))
    for group in groups:
        widths = [sizes[index] for index in group]
        assert len(group) == 1 or max(widths) * len(group) <= most
        assert padded or len(set(widths)) == 1


@pytest.mark.parametrize("options", [{}, {"batch_seconds": 60}], ids=["single", "batched"])
@pytest.mark.parametrize("layout", ["soxan", "ehcalabres", "stock"])
def test_the_contract_of_classifiers(layout, options, tmp_path, load):
    check_classifier(load(tiny(tmp_path / "model", layout=layout), **options))


def test_the_contract_of_a_classifier_of_dimensions(tmp_path, load):
    names = ("arousal", "dominance", "valence")
    made = tiny(tmp_path / "model", labels=names, problem_type="regression")
    check_classifier(load(made))


@pytest.mark.parametrize("size", [1, 399])
def test_too_short(size, checkpoint, load):
    classifier = load(checkpoint)
    with pytest.raises(ClassifierError, match=f"clip 1 has {size} samples; at least 400"):
        classifier.classify(clips([400, size]))
    assert classifier.classify(clips([400]))


@pytest.mark.parametrize("level", [0.0, 0.25])
def test_silence_and_direct_current(level, checkpoint, load):
    silent = Audio(np.full(RATE, level, np.float32), RATE)
    with pytest.raises(ClassifierError, match="clip 0 is silent"):
        load(checkpoint).classify([silent])


def test_a_silent_window_of_a_long_clip_is_left_out(checkpoint, load):
    classifier = load(checkpoint)
    (clip,) = clips([20 * RATE])
    padded = Audio(np.concatenate([clip.samples, np.zeros(5 * RATE, np.float32)]), RATE)
    expect_equal(classifier.classify([padded]), classifier.classify([clip]))


def test_another_rate(checkpoint, load):
    clip = Audio(clips([RATE])[0].samples, 8_000)
    with pytest.raises(ClassifierError, match="8000 Hz; this model hears 16000"):
        load(checkpoint).classify([clip])
    assert load(checkpoint).hear([clip])


class Scarce(torch.nn.Module):
    """A network that runs out of memory above some clips at once."""

    def __init__(self, network, most):
        super().__init__()
        self.network, self.backbone, self.most = network, network.backbone, most
        self.sizes = []

    def forward(self, samples, lengths):
        if len(samples) > self.most:
            raise torch.OutOfMemoryError("out of memory")
        self.sizes.append(len(samples))
        return self.network(samples, lengths)


def scarce(checkpoint, load, most):
    classifier = load(checkpoint)
    network, _ = build(classifier._config, checkpoint.state())
    wrapped = Scarce(network, most)
    runtime = TorchRuntime(wrapped, device="cpu", dtype="auto", padded=True, rate=RATE, batch_s=100)
    return wrapped, runtime, [clip.samples for clip in clips([4000, 8000, 5000, 6000, 7000])]


def test_batches_are_halved_when_memory_runs_out(checkpoint, load):
    wrapped, runtime, parts = scarce(checkpoint, load, most=2)
    logits, _ = runtime.run(parts)
    assert sorted(wrapped.sizes) == [1, 2, 2]
    expected = np.concatenate([runtime.run([part])[0] for part in parts])
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_not_enough_memory_for_one_clip(checkpoint, load):
    _, runtime, parts = scarce(checkpoint, load, most=0)
    with pytest.raises(ClassifierError, match="too little memory for one clip"):
        runtime.run(parts)


def test_a_device_that_is_not_there(checkpoint, load, speech):
    if torch.backends.mps.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(ClassifierError, match=r"no mps on this machine; device: .*cpu"):
        load(checkpoint, device="mps").classify([speech])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays_near(dtype, checkpoint, load, speech):
    exact = load(checkpoint).classify([speech])[0]
    classifier = load(checkpoint, dtype=dtype, backend="auto")
    assert classifier.details()["dtype"] == dtype
    heard = classifier.classify([speech])[0]
    assert heard.embedding.dtype == np.float32
    assert heard.scores == pytest.approx(exact.scores, abs=0.05)
    assert heard.scores != exact.scores


def test_numbers_that_overflow(checkpoint, load, speech):
    state = checkpoint.state()
    state["classifier.out_proj.bias"] += torch.inf
    checkpoint.save(state)
    with pytest.raises(ClassifierError, match="float32"):
        load(checkpoint).classify([speech])


@pytest.mark.heavy
def test_compiled(checkpoint, load, speech):
    batch = [speech, *clips([8000, 12_000])]
    expect_equal(load(checkpoint, compile=True).classify(batch), load(checkpoint).classify(batch))
