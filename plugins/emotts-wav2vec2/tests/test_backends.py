"""The export hears what torch hears, is made once, and then needs no torch."""

import os
import subprocess
import sys

import numpy as np
import pytest
from checkpoints import BACKBONES, BASE, LARGE, tiny
from emotts.audio import Audio
from emotts.errors import ClassifierError
from emotts.testing import check_classifier

from emotts_wav2vec2.onnx import GRAPH, exported

pytest.importorskip("onnxscript", reason="the extra emotts-wav2vec2[onnx] is not installed")
pytestmark = pytest.mark.slow

RATE = 16_000


def clips():
    rng = np.random.default_rng(0)
    sizes = (400, 7_777, 3 * RATE, 21 * RATE - 1)
    return [Audio(rng.normal(0, 0.1, size).astype(np.float32), RATE) for size in sizes]


@pytest.mark.parametrize("shape", [LARGE, BASE], ids=["large", "base"])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_export_hears_the_same(backbone, shape, tmp_path, load):
    made = tiny(tmp_path / "model", layout="stock", backbone=backbone, shape=shape)
    expected = load(made).classify(clips())
    for heard, wanted in zip(load(made, backend="onnx").classify(clips()), expected, strict=True):
        assert heard.scores == pytest.approx(wanted.scores, abs=1e-4)
        np.testing.assert_allclose(heard.embedding, wanted.embedding, atol=1e-4)


def test_layer_weights_and_chosen_layers_are_exported(tmp_path, load, speech):
    made = tiny(tmp_path / "model", layout="stock", layer_weights=True)
    options = {"embedding_layers": (0, 2)}
    wanted = load(made, **options).classify([speech])[0]
    heard = load(made, **options, backend="onnx").classify([speech])[0]
    assert heard.scores == pytest.approx(wanted.scores, abs=1e-4)
    np.testing.assert_allclose(heard.embedding, wanted.embedding, atol=1e-4)


def test_int8_stays_near(checkpoint, load, speech):
    exact = load(checkpoint, backend="onnx").classify([speech])[0]
    classifier = load(checkpoint, backend="onnx", dtype="int8")
    heard = classifier.classify([speech])[0]
    assert heard.scores == pytest.approx(exact.scores, abs=0.02)
    assert heard.scores != exact.scores
    assert classifier.details()["dtype"] == "int8"
    assert classifier.fingerprint != load(checkpoint, backend="onnx").fingerprint


def test_the_contract_of_classifiers(checkpoint, load):
    check_classifier(load(checkpoint, backend="onnx"))


def test_an_export_is_made_once_and_then_needs_no_torch(checkpoint, load, speech, tmp_path):
    load(checkpoint, backend="auto").classify([speech])
    (graph,) = (tmp_path / "cache").glob(f"*/{GRAPH}")
    made = graph.stat().st_mtime_ns
    code = f"""
import sys
import numpy as np
from emotts.audio import Audio
from emotts_wav2vec2 import Wav2Vec2Classifier
options = dict(model={str(checkpoint.folder)!r}, device="cpu", backend="auto")
made = Wav2Vec2Classifier(
    Wav2Vec2Classifier.Options(**options, cache={str(tmp_path / "cache")!r})
)
noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
assert made.classify([Audio(noise, 16000)])[0].scores
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert graph.stat().st_mtime_ns == made
    assert sorted(os.listdir(tmp_path / "cache")) == [graph.parent.name]


def test_other_weights_have_an_export_of_their_own(checkpoint, load, speech, tmp_path):
    first = load(checkpoint, backend="onnx").classify([speech])[0]
    state = checkpoint.state()
    state["classifier.out_proj.bias"][0] += 3
    checkpoint.save(state)
    second = load(checkpoint, backend="onnx").classify([speech])[0]
    assert second.scores["anger"] > first.scores["anger"] + 0.01
    assert len(os.listdir(tmp_path / "cache")) == 2


def test_an_export_that_fails_leaves_nothing(tmp_path):
    def build():
        raise ClassifierError("no such weights")

    with pytest.raises(ClassifierError, match="no such weights"):
        exported("key", build, cache=tmp_path / "cache", rate=RATE, shortest=400, int8=False)
    assert os.listdir(tmp_path / "cache") == []


def test_a_damaged_export(checkpoint, load, speech, tmp_path):
    load(checkpoint, backend="onnx").classify([speech])
    (graph,) = (tmp_path / "cache").glob(f"*/{GRAPH}")
    graph.write_bytes(b"damaged")
    with pytest.raises(ClassifierError, match="delete the folder"):
        load(checkpoint, backend="onnx").classify([speech])
