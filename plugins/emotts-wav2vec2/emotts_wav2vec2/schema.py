"""The allow-list of keys that are read of a checkpoint's JSON files, with their types and sizes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Size = Annotated[int, Field(ge=1, le=16_384)]
Sizes = Annotated[list[Size], Field(min_length=1, max_length=16)]
Act = Literal["gelu", "gelu_new", "relu", "selu", "silu", "swish", "tanh"]
Problem = Literal["regression", "single_label_classification", "multi_label_classification"]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Architecture(_Read):
    """The allow-list: what shapes a backbone. A key that is not set has transformers' default."""

    hidden_size: Size = 768
    num_hidden_layers: Annotated[int, Field(ge=1, le=128)] = 12
    num_attention_heads: Size = 12
    intermediate_size: Size = 3072
    hidden_act: Act = "gelu"
    layer_norm_eps: Annotated[float, Field(gt=0, lt=1)] = 1e-5
    feat_extract_norm: Literal["group", "layer"] = "group"
    feat_extract_activation: Act = "gelu"
    feat_proj_layer_norm: bool = True
    conv_dim: Sizes = [512] * 7
    conv_stride: Sizes = [5, 2, 2, 2, 2, 2, 2]
    conv_kernel: Sizes = [10, 3, 3, 3, 3, 2, 2]
    conv_bias: bool = False
    conv_pos_batch_norm: bool = False
    num_conv_pos_embeddings: Size = 128
    num_conv_pos_embedding_groups: Size = 16
    do_stable_layer_norm: bool = False
    # Both decide whether the file holds the vector that training put in place of masked frames.
    mask_time_prob: Annotated[float, Field(ge=0, le=1)] = 0.05
    mask_feature_prob: Annotated[float, Field(ge=0, le=1)] = 0.0
    num_buckets: Size = 320
    max_bucket_distance: Size = 800


class Head(_Read):
    """What `config.json` says about the head and its labels."""

    model_type: Literal["wav2vec2", "hubert", "wavlm"]
    problem_type: Problem | None = None
    pooling_mode: Literal["mean", "sum", "max"] = "mean"
    use_weighted_layer_sum: bool = False
    classifier_proj_size: Size = 256
    num_labels: Annotated[int, Field(ge=1, le=10_000)] | None = None
    id2label: Annotated[dict[str, str], Field(min_length=1, max_length=10_000)]
    add_adapter: Literal[False] = False
    adapter_attn_dim: None = None


class Preprocessor(_Read):
    """What `preprocessor_config.json` says about the input."""

    sampling_rate: Annotated[int, Field(ge=1_000, le=384_000)] = 16_000
    do_normalize: bool = True
    feature_size: Literal[1] = 1
