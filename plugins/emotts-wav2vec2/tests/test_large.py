"""The full-size layout with random weights, and the published checkpoints where they may be had."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from checkpoints import LARGE, normalised, softmax, tiny

from emotts_wav2vec2 import Wav2Vec2Classifier

pytestmark = pytest.mark.heavy

XLSR = {
    **LARGE,
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "conv_dim": [512] * 7,
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
}
PUBLISHED = {
    "harshit345/xlsr-wav2vec-speech-emotion-recognition": (
        "soxan",
        ("anger", "disgust", "fear", "happiness", "sadness"),
    ),
    "ehcalabres/wav2vec2-lg-xlsr-en-speech-emotion-recognition": (
        "ehcalabres",
        ("anger", "calm", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
    ),
    "superb/wav2vec2-base-superb-er": ("stock", ("neutral", "happiness", "anger", "sadness")),
    "superb/hubert-large-superb-er": ("stock", ("neutral", "happiness", "anger", "sadness")),
    "audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim": ("soxan", ()),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_full_size(tmp_path, speech):
    """Exact, and within 1.3 times the weights and 1 GB, in a process of its own."""
    made = tiny(tmp_path / "model", layout="stock", shape=XLSR, hidden=1024)
    expected = softmax(made.logits(normalised(speech)))
    np.save(tmp_path / "speech.npy", speech.samples)
    code = f"""
from pathlib import Path
import numpy as np
from emotts.audio import Audio
from emotts_wav2vec2 import Wav2Vec2Classifier
options = Wav2Vec2Classifier.Options(model={str(made.folder)!r}, device="cpu")
classifier = Wav2Vec2Classifier(options)
heard = classifier.classify([Audio(np.load({str(tmp_path / "speech.npy")!r}), 16000)] * 2)
print(*heard[1].scores.values())
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    scores, peak = done.stdout.strip().splitlines()
    np.testing.assert_allclose([float(score) for score in scores.split()], expected, atol=1e-4)
    weights = (made.folder / "model.safetensors").stat().st_size
    assert weights > 1.2e9
    assert int(peak) < 1.3 * weights + 1e9


@pytest.mark.skipif(
    not os.environ.get("EMOTTS_REAL_CHECKPOINTS"),
    reason="set EMOTTS_REAL_CHECKPOINTS=1 to fetch and hear with the published checkpoints",
)
@pytest.mark.parametrize("model", PUBLISHED)
def test_published(model, speech):
    layout, labels = PUBLISHED[model]
    options = Wav2Vec2Classifier.Options(model=model, allow_pickle=True, device="cpu")
    classifier = Wav2Vec2Classifier(options)
    assert classifier.details()["layout"] == layout
    assert classifier.labels == labels
    heard = classifier.hear([speech])[0]
    assert heard.embedding.shape == (classifier.embedding_size,)
    if labels:
        assert sum(heard.scores.values()) == pytest.approx(1)
    else:
        assert all(-0.5 < value < 1.5 for value in heard.dimensions.values())
    if layout == "stock":
        loaded = transformers.AutoModelForAudioClassification.from_pretrained(model).eval()
        with torch.no_grad():
            logits = loaded(torch.from_numpy(normalised(speech)[None])).logits[0].numpy()
        assert list(heard.scores.values()) == pytest.approx(softmax(logits).tolist(), abs=1e-3)


def test_the_presets_name_published_models():
    from emotts.config import Config

    for preset in ("wav2vec2", "ravdess"):
        path = Path(__file__).parents[3] / "configs" / f"{preset}.yaml"
        compact, large = Config.load(path).classifiers
        assert (compact.name, large.name, large.finalists) == ("compact", "wav2vec2", 3)
        assert Wav2Vec2Classifier.Options(**large.options).model in PUBLISHED
