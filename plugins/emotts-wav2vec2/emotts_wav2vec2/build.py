"""Building the network of a checkpoint from its config, with exactly the weights of its file."""

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
from emotts_wav2vec2.network import Head, Network

if TYPE_CHECKING:
    from transformers import PreTrainedModel


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
