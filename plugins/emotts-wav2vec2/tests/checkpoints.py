"""Tiny checkpoints, written to disk as the published ones are: their keys, files and quirks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from emotts.audio import Audio
from safetensors.torch import save_file

HIDDEN = 32
PROJECTED = 24
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness")
BACKBONES = ("wav2vec2", "hubert", "wavlm")
LAYOUTS = ("soxan", "ehcalabres", "stock")
CLASSES = {
    "wav2vec2": (transformers.Wav2Vec2Config, transformers.Wav2Vec2Model),
    "hubert": (transformers.HubertConfig, transformers.HubertModel),
    "wavlm": (transformers.WavLMConfig, transformers.WavLMModel),
}
HEAD_KEYS = {
    "soxan": ("classifier.dense", "classifier.out_proj"),
    "ehcalabres": ("classifier.dense", "classifier.output"),
    "stock": ("projector", "classifier"),
}
LARGE = {  # XLSR's shape, small
    "feat_extract_norm": "layer",
    "do_stable_layer_norm": True,
    "conv_bias": True,
}
BASE = {"feat_extract_norm": "group", "do_stable_layer_norm": False, "conv_bias": False}
CONV = "encoder.pos_conv_embed.conv."


@dataclass
class Checkpoint:
    """A checkpoint in a folder, and what it was made of."""

    folder: Path
    backbone: torch.nn.Module
    """The bare transformers model with the same weights."""
    head: Mapping[str, np.ndarray]
    """Weights of the head by their name in the file."""
    layout: str
    pooling: str = "mean"

    def pooled(self, samples: np.ndarray) -> np.ndarray:
        """[hidden] of one normalised clip, by the bare backbone and numpy."""
        with torch.no_grad():
            made = self.backbone(torch.from_numpy(samples[None]), output_hidden_states=True)
        last = made.last_hidden_state[0].numpy()
        if "layer_weights" in self.head:
            layers = [states[0].numpy() for states in made.hidden_states[:-1]] + [last]
            shares = np.exp(self.head["layer_weights"])
            last = np.tensordot(shares / shares.sum(), np.stack(layers), axes=1)
        return {"mean": last.mean(0), "sum": last.sum(0), "max": last.max(0)}[self.pooling]

    def logits(self, samples: np.ndarray) -> np.ndarray:
        """[outputs] of one normalised clip, the head worked out in numpy."""
        inner, outer = HEAD_KEYS[self.layout]
        weights = self.head
        hidden = weights[f"{inner}.weight"] @ self.pooled(samples) + weights[f"{inner}.bias"]
        if self.layout != "stock":
            hidden = np.tanh(hidden)
        return weights[f"{outer}.weight"] @ hidden + weights[f"{outer}.bias"]

    def state(self) -> dict[str, torch.Tensor]:
        """The tensors by their names in the file, weight norm under its new names."""
        name = json.loads((self.folder / "config.json").read_text())["model_type"]
        made = {f"{name}.{key}": value for key, value in self.backbone.state_dict().items()}
        made |= {key: torch.from_numpy(value) for key, value in self.head.items()}
        return {key: value.clone().contiguous() for key, value in made.items()}

    def edit(self, **changes: Any) -> None:
        """Change keys of config.json."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    def save(self, state: Mapping[str, torch.Tensor], form: str = "safetensors") -> None:
        """Write the weights in one of the published forms, in place of what is there."""
        for old in ("model.safetensors", "pytorch_model.bin"):
            (self.folder / old).unlink(missing_ok=True)
        if form == "safetensors":
            save_file(dict(state), self.folder / "model.safetensors", {"format": "pt"})
        elif form == "bare safetensors":
            save_file(dict(state), self.folder / "model.safetensors")
        else:
            zipped = form == "zip"
            torch.save(
                dict(state),
                self.folder / "pytorch_model.bin",
                _use_new_zipfile_serialization=zipped,
            )


def old_names(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The state with weight norm under the names of torch before 2.0."""
    pairs = {"parametrizations.weight.original0": "weight_g"}
    pairs["parametrizations.weight.original1"] = "weight_v"
    made = {}
    for key, value in state.items():
        for new, old in pairs.items():
            key = key.replace(CONV + new, CONV + old)
        made[key] = value
    return made


def tiny(
    folder: Path,
    *,
    layout: str = "soxan",
    backbone: str = "wav2vec2",
    shape: Mapping[str, Any] = LARGE,
    labels: tuple[str, ...] = EMOTIONS,
    pooling: str = "mean",
    layer_weights: bool = False,
    seed: int = 0,
    hidden: int = HIDDEN,
    **config: Any,
) -> Checkpoint:
    """Write a checkpoint, of 2 layers of 32 values unless `shape` says otherwise."""
    torch.manual_seed(seed)
    configs, models = CLASSES[backbone]
    described = {
        "model_type": backbone,
        "hidden_size": hidden,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "conv_dim": [16] * 7,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
        **shape,
    }
    model = models(configs(**described)).eval()
    described |= {
        "architectures": ["Wav2Vec2ForSequenceClassification"],
        "id2label": {str(index): name for index, name in enumerate(labels)},
        "label2id": {name: index for index, name in enumerate(labels)},
        "pooling_mode": pooling,
        "problem_type": None,
        "vocab_size": None,
        "final_dropout": 0.0,
        "gradient_checkpointing": True,
        "finetuning_task": "wav2vec2_clf",
        "classifier_proj_size": PROJECTED,
        "use_weighted_layer_sum": layer_weights,
        **config,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(described))
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"do_normalize": True, "sampling_rate": 16_000, "feature_size": 1})
    )
    head = _head(layout, hidden, len(labels), layer_weights, np.random.default_rng(seed))
    made = Checkpoint(folder, model, head, layout, pooling)
    made.save(made.state())
    return made


def _head(
    layout: str, hidden: int, outputs: int, layer_weights: bool, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Weights large enough for the classes to differ clearly."""
    inner, outer = HEAD_KEYS[layout]
    width = PROJECTED if layout == "stock" else hidden
    made = {
        f"{inner}.weight": rng.normal(0, 0.3, (width, hidden)),
        f"{inner}.bias": rng.normal(0, 0.3, width),
        f"{outer}.weight": rng.normal(0, 0.8, (outputs, width)),
        f"{outer}.bias": rng.normal(0, 0.3, outputs),
    }
    if layer_weights:
        made["layer_weights"] = rng.normal(0, 1, 3)
    return {key: value.astype(np.float32) for key, value in made.items()}


def normalised(clip: Audio) -> np.ndarray:
    """As Wav2Vec2FeatureExtractor does it."""
    samples = clip.samples
    return ((samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)).astype(np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    likely = np.exp(logits - logits.max())
    return likely / likely.sum()
