"""What the benchmark measures against: a user's own loop, written without emotts."""

import json
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model

# The shape of facebook/wav2vec2-large-xlsr-53, which both published models were trained from.
XLSR = {
    "model_type": "wav2vec2",
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "feat_extract_norm": "layer",
    "do_stable_layer_norm": True,
    "conv_bias": True,
}
LABELS = ("anger", "disgust", "fear", "happiness", "sadness")
RATE = 16_000


class Soxan(nn.Module):
    """The model of the loop: mean over time, dense, tanh, out_proj; eager attention."""

    def __init__(self) -> None:
        """Make it with random weights; the head's are large enough to tell clips apart."""
        super().__init__()
        self.wav2vec2 = Wav2Vec2Model(Wav2Vec2Config(**XLSR, attn_implementation="eager"))
        self.classifier = nn.ModuleDict(
            {"dense": nn.Linear(1024, 1024), "out_proj": nn.Linear(1024, len(LABELS))}
        )
        nn.init.normal_(self.classifier["dense"].weight, std=1024**-0.5)
        nn.init.normal_(self.classifier["out_proj"].weight, std=0.1)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """[1, n] → logits [1, labels]."""
        pooled = self.wav2vec2(samples).last_hidden_state.mean(dim=1)
        return self.classifier["out_proj"](torch.tanh(self.classifier["dense"](pooled)))


def write_checkpoint(folder: Path) -> None:
    """Write the full-size layout with random weights, once."""
    from safetensors.torch import save_file

    if (folder / "config.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    save_file(Soxan().state_dict(), folder / "model.safetensors", {"format": "pt"})
    described = XLSR | {"id2label": dict(enumerate(LABELS)), "pooling_mode": "mean"}
    (folder / "config.json").write_text(json.dumps(described))


class Loop:
    """One file at a time: soundfile, resample, feature extractor, eager model, softmax."""

    def __init__(self, folder: Path) -> None:
        """Load the checkpoint."""
        self.model = Soxan().eval()
        self.model.load_state_dict(load_file(folder / "model.safetensors"), assign=True)
        self.extract = Wav2Vec2FeatureExtractor(sampling_rate=RATE, do_normalize=True)

    def __call__(self, path: Path) -> np.ndarray:
        """Probabilities [labels] of a file."""
        samples, rate = soundfile.read(path, dtype="float32")
        speech = soxr.resample(samples, rate, RATE)  # what librosa.resample does by default
        given = self.extract(speech, sampling_rate=RATE, return_tensors="pt")
        with torch.no_grad():
            logits = self.model(given.input_values)
        return torch.softmax(logits, dim=-1)[0].numpy()
