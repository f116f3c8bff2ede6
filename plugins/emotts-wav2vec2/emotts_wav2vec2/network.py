"""The model: a bare transformers backbone, pooling over the frames, and one of the three heads.

The classes are built here from the allow-listed config; nothing of a checkpoint is run, and no
weight is left as it was initialised.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

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
