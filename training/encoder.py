"""The first layers of Whisper's encoder as an ONNX graph.

Radford et al. (2022): two convolutions with GELU, sinusoidal positions, then pre-norm transformer
layers. Where Whisper pads every clip to 30 s, this graph takes the clip's own frames and the first
of the positions. It is made to be cheap, for every take of a sentence is heard: dense layers
compute in 8 bits, and the second layer hears the mean of every few neighbours.
"""

import numpy as np
import onnx
from onnx import helper

from training.ctranslate import Weights
from training.graph import Graph

HEADS = 6
WIDTH = 384
EPSILON = 1e-5
# Positions that become one between layers. What is pooled over time in the end can be slow, but the
# first layer, which hears how sounds move, can't: see README.md.
MERGED = 3


class _Whisper(Graph):
    """Parts of the encoder; every method returns the name of its result."""

    def norm(self, value: str, name: str) -> str:
        """A layer norm over the features."""
        inputs = [value, self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")]
        return self.node("LayerNormalization", inputs, epsilon=EPSILON)

    def convolution(self, value: str, name: str, stride: int) -> str:
        """A convolution of width 3 and its GELU on [frames, channels]: a dense layer on windows."""
        padded = self.node("Pad", [value, self.constant("edges", [1, 0, 1, 0])])
        parts = []
        for offset, end in enumerate((-2, -1, np.iinfo(np.int64).max)):
            bounds = [self.constant(f"from{offset}", [offset]), self.constant(f"to{end}", [end])]
            steps = [self.constant("frames", [0]), self.constant(f"step{stride}", [stride])]
            parts.append(self.node("Slice", [padded, *bounds, *steps]))
        return self.node("Gelu", [self.linear(self.node("Concat", parts, axis=1), name)])

    def attention(self, value: str, name: str) -> str:
        """Self-attention on [frames, WIDTH]."""
        joint = self.linear(value, f"{name}/linear_0")
        shape = self.constant("heads", [0, 3, HEADS, WIDTH // HEADS])
        # Whisper divides queries and keys by the fourth root of a head's width each; here the
        # queries carry it all.
        parts = [f"{name}/{part}" for part in ("queries", "keys", "values")]
        split = self.node("Reshape", [joint, shape])
        by_head = self.node("Transpose", [split], perm=[1, 2, 0, 3])
        self.nodes.append(helper.make_node("Split", [by_head], parts, num_outputs=3))
        queries, keys, values = parts
        scale = self.constant("scale", (WIDTH // HEADS) ** -0.5, np.float32)
        transposed = self.node("Transpose", [keys], perm=[0, 1, 3, 2])
        similarity = self.node("MatMul", [self.node("Mul", [queries, scale]), transposed])
        mixed = self.node("MatMul", [self.node("Softmax", [similarity], axis=-1), values])
        together = self.node("Transpose", [mixed], perm=[0, 2, 1, 3])
        flat = self.node("Reshape", [together, self.constant("flat", [-1, WIDTH])])
        return self.linear(flat, f"{name}/linear_1")

    def layer(self, value: str, name: str) -> str:
        """One transformer layer on [frames, WIDTH]."""
        attention = self.attention(
            self.norm(value, f"{name}/self_attention/layer_norm"), f"{name}/self_attention"
        )
        value = self.node("Add", [value, attention])
        inner = self.linear(self.norm(value, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0")
        outer = self.linear(self.node("Gelu", [inner]), f"{name}/ffn/linear_1")
        return self.node("Add", [value, outer])

    def front(self, mel: str) -> str:
        """Convolutions and positions: [1, bands, frames] → [frames / 2, WIDTH]."""
        first = self.constant("first", [0])
        frames = self.node("Transpose", [self.node("Squeeze", [mel, first])], perm=[1, 0])
        found = self.convolution(frames, "encoder/conv1", 1)
        by_frame = self.convolution(found, "encoder/conv2", 2)
        count = self.node("Shape", [by_frame], start=0, end=1)
        table = self.weight("encoder/position_encodings/encodings")
        return self.node("Add", [by_frame, self.node("Slice", [table, first, count])])

    def merged(self, value: str) -> str:
        """Means of `MERGED` neighbours, of fewer at the end: [frames, WIDTH] → fewer frames."""
        first = self.constant("first", [0])
        by_channel = self.node("Unsqueeze", [self.node("Transpose", [value], perm=[1, 0]), first])
        means = self.node(
            "AveragePool", [by_channel], kernel_shape=[MERGED], strides=[MERGED], ceil_mode=1
        )
        return self.node("Transpose", [self.node("Squeeze", [means, first])], perm=[1, 0])

    def moments(self, value: str) -> tuple[str, str]:
        """Mean and standard deviation over time of [frames, WIDTH], each [WIDTH]."""
        time = self.constant("time", [0])
        mean = self.node("ReduceMean", [value, time], keepdims=0)
        spread = self.node("Sub", [value, mean])
        squares = self.node("Mul", [spread, spread])
        return mean, self.node("Sqrt", [self.node("ReduceMean", [squares, time], keepdims=0)])


def pooled(weights: Weights, layers: int) -> onnx.ModelProto:
    """The graph that ships: mean and standard deviation over time of each of the first layers.

    Input "mel" [1, 80, frames]; output "embedding" [layers * 2 * WIDTH].
    """
    graph = _Whisper(weights, exact=False)
    value = graph.front("mel")
    moments: list[str] = []
    for index in range(layers):
        if index:
            value = graph.merged(value)
        value = graph.layer(value, f"encoder/layer_{index}")
        moments += graph.moments(value)
    graph.node("Concat", moments, "embedding", axis=0)
    return graph.model("embedding", [layers * 2 * WIDTH])


def whole(weights: Weights) -> onnx.ModelProto:
    """The whole encoder in float32, built by the same code, to be held against CTranslate2's.

    Input "mel" [1, 80, frames]; output "states" [frames / 2, WIDTH].
    """
    graph = _Whisper(weights, exact=True)
    value = graph.front("mel")
    for index in range(4):
        value = graph.layer(value, f"encoder/layer_{index}")
    inputs = [value, *(graph.weight(f"encoder/layer_norm/{part}") for part in ("gamma", "beta"))]
    graph.node("LayerNormalization", inputs, "states", epsilon=EPSILON)
    return graph.model("states", ["positions", WIDTH])
