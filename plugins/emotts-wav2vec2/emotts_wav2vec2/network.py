"""The model: a bare transformers backbone, pooling over the frames, and one of the three heads.

The classes are built here from the allow-listed config; nothing of a checkpoint is run, and no
weight is left as it was initialised.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from emotts.errors import ClassifierError
from torch import Tensor, nn
from torch.nn.utils import parametrize

from emotts_wav2vec2.config import ModelConfig
from emotts_wav2vec2.layouts import (
    LAYER_WEIGHTS,
    STOCK,
    Layout,
    detect,
    expect_fit,
    expect_rows,
    renamed,
)

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Network(nn.Module):
    """Samples → logits and embedding."""

    def __init__(self, backbone: "PreTrainedModel", head: nn.Module, pooling: str) -> None:
        """Put the parts together.

        Args:
            backbone: gives hidden states [batch, frames, hidden].
            head: pooled states [batch, hidden] → logits [batch, outputs].
            pooling: over the frames: "mean", "sum" or "max".
        """
        super().__init__()
        self.backbone: Any = backbone
        self.head = head
        self.pooling = pooling
        self.embedding_layers: tuple[int, ...] = ()
        """Layers whose pooled states are averaged to the embedding; empty: the head's input."""
        self.layer_weights: nn.Parameter | None = None

    def forward(self, samples: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Hear a batch.

        Args:
            samples: [batch, n], normalised, zeros behind the end of shorter clips.
            lengths: [batch] int64, samples of each clip; None when all are n long.

        Returns:
            Logits [batch, outputs] and embeddings [batch, hidden].
        """
        mixed = self.layer_weights is not None or bool(self.embedding_layers)
        made = self.backbone(
            samples,
            attention_mask=None if lengths is None else _mask(lengths, samples.shape[1]),
            output_hidden_states=mixed,
        )
        last = made.last_hidden_state
        frames = None
        if lengths is not None:
            frames = _mask(self.backbone._get_feat_extract_output_lengths(lengths), last.shape[1])
        if not mixed:
            pooled = self._pool(last, frames)
            return self.head(pooled), pooled
        # transformers 5 records the last layer before the encoder's final norm, the versions that
        # these checkpoints were trained with after it.
        layers = [self._pool(states, frames) for states in (*made.hidden_states[:-1], last)]
        pooled = layers[-1]
        if self.layer_weights is not None:
            shares = torch.softmax(self.layer_weights, dim=-1)
            pooled = (torch.stack(layers, dim=-1) * shares).sum(-1)
        logits = self.head(pooled)
        if self.embedding_layers:
            pooled = torch.stack([layers[index] for index in self.embedding_layers]).mean(0)
        return logits, pooled

    def _pool(self, states: Tensor, frames: Tensor | None) -> Tensor:
        """[batch, frames, hidden] → [batch, hidden] float32, over the frames of the clip."""
        states = states.float()  # sums of half-precision numbers lose their last digits
        if self.pooling == "max":
            if frames is not None:
                states = states.masked_fill(~frames[..., None], -torch.inf)
            return states.amax(1)
        if frames is None:
            return states.sum(1) if self.pooling == "sum" else states.mean(1)
        total = (states * frames[..., None]).sum(1)
        return total if self.pooling == "sum" else total / frames.sum(1, keepdim=True)


def _mask(lengths: Tensor, longest: int) -> Tensor:
    """[batch, longest] bool: True within each length."""
    return torch.arange(longest, device=lengths.device) < lengths[:, None]


class Head(nn.Module):
    """Two linear layers, with a tanh between them in soxan's and ehcalabres's layouts.

    The stock head applies its first layer before the mean over time; being linear, it gives the
    same after it, and the embedding is the input of the head in every layout.
    """

    def __init__(self, hidden: int, inner: int, outputs: int, *, activation: bool) -> None:
        """Make layers of `hidden` → `inner` → `outputs` values."""
        super().__init__()
        self.inner = nn.Linear(hidden, inner)
        self.activation = nn.Tanh() if activation else nn.Identity()
        self.outer = nn.Linear(inner, outputs)

    def forward(self, pooled: Tensor) -> Tensor:
        """[batch, hidden] → [batch, outputs]."""
        logits: Tensor = self.outer(self.activation(self.inner(pooled)))
        return logits


def build(
    config: ModelConfig, state: Mapping[str, Tensor], *, embedding_layers: Sequence[int] = ()
) -> tuple[Network, Layout]:
    """The model of a checkpoint, on the CPU in float32, with exactly the weights of the file.

    Args:
        config: what the checkpoint says about itself.
        state: its tensors by the names in the file.
        embedding_layers: 0 (the input of the first layer) … number of layers.

    Raises:
        ClassifierError: keys are missing, unexpected or mis-shaped, or don't fit the config.
    """
    name, layout = detect(state)
    if name != config.head.model_type:
        raise ClassifierError(
            f"the weights are of a {name} backbone, but config.json says {config.head.model_type}"
        )
    _expect_weighted(config, layout, state)
    keys = renamed(state, name)
    with torch.device("meta"):
        network = _empty(config, layout)
    to_module = _module_keys(network, name, layout)
    wanted = {key: tuple(tensor.shape) for key, tensor in _named(network, to_module).items()}
    found = {keys[key]: tuple(tensor.shape) for key, tensor in state.items()}
    expect_rows(found[f"{layout.outer}.weight"][0], config.outputs)
    expect_fit(found, wanted)
    tensors = {to_module[keys[key]]: tensor.float() for key, tensor in state.items()}
    network.load_state_dict(tensors, strict=True, assign=True)
    network.embedding_layers = tuple(embedding_layers)
    return _frozen(network), layout


def pooling(config: ModelConfig, layout: Layout) -> str:
    """How the frames are pooled; the stock layout knows the mean alone."""
    return "mean" if layout is STOCK else config.head.pooling_mode


def _expect_weighted(config: ModelConfig, layout: Layout, state: Mapping[str, Tensor]) -> None:
    if config.head.use_weighted_layer_sum != (LAYER_WEIGHTS in state):
        raise ClassifierError(
            f"use_weighted_layer_sum is {config.head.use_weighted_layer_sum}, but {LAYER_WEIGHTS} "
            f"is {'among' if LAYER_WEIGHTS in state else 'missing from'} the weights "
            f"({layout.name} layout)"
        )


def _empty(config: ModelConfig, layout: Layout) -> Network:
    """The modules without weights."""
    hidden = config.architecture.hidden_size
    inner = hidden if layout.activation else config.head.classifier_proj_size
    head = Head(hidden, inner, len(config.outputs), activation=layout.activation)
    network = Network(_backbone(config), head, pooling(config, layout))
    if config.head.use_weighted_layer_sum:
        layers = config.architecture.num_hidden_layers + 1
        network.layer_weights = nn.Parameter(torch.empty(layers))
    return network


def _backbone(config: ModelConfig) -> "PreTrainedModel":
    from transformers import (  # fmt: skip
        HubertConfig,
        HubertModel,
        Wav2Vec2Config,
        Wav2Vec2Model,
        WavLMConfig,
        WavLMModel,
    )

    choices: dict[str, tuple[Any, Any]] = {
        "wav2vec2": (Wav2Vec2Config, Wav2Vec2Model),
        "hubert": (HubertConfig, HubertModel),
        "wavlm": (WavLMConfig, WavLMModel),
    }
    configs, models = choices[config.head.model_type]
    given = config.architecture.model_dump(exclude_unset=True)
    attention = "sdpa" if models._supports_sdpa else "eager"
    try:
        model: PreTrainedModel = models(configs(**given, attn_implementation=attention))
    except (ValueError, TypeError, RuntimeError) as error:
        raise ClassifierError(f"config.json describes no model: {error}") from error
    return model


def _module_keys(network: Network, backbone: str, layout: Layout) -> dict[str, str]:
    """Key of the checkpoint (weight norm under its new names) → key of the network."""
    prefixes = {"backbone.": f"{backbone}.", "head.inner.": f"{layout.inner}."}
    prefixes |= {"head.outer.": f"{layout.outer}.", LAYER_WEIGHTS: LAYER_WEIGHTS}
    return {
        there + key.removeprefix(here): key
        for key in network.state_dict()
        for here, there in prefixes.items()
        if key.startswith(here)
    }


def _named(network: Network, keys: Mapping[str, str]) -> dict[str, Tensor]:
    own = network.state_dict()
    return {there: own[here] for there, here in keys.items()}


def _frozen(network: Network) -> Network:
    """For inference: weight norm is worked out once, nothing is trained."""
    convolution = network.backbone.encoder.pos_conv_embed.conv
    if parametrize.is_parametrized(convolution):
        parametrize.remove_parametrizations(convolution, "weight")
    return network.eval().requires_grad_(False)
