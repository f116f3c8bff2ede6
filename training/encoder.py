"""The first layers of Whisper's encoder as an ONNX graph.

Radford et al. (2022): two convolutions with GELU, sinusoidal positions, then pre-norm transformer
layers. Where Whisper pads every clip to 30 s, this graph takes the clip's own frames and the first
of the positions.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.ctranslate import Weights

OPSET = 20
# The version of the file format that onnxruntime 1.18, the oldest that emotts allows, can read.
IR_VERSION = 10
HEADS = 6
WIDTH = 384
EPSILON = 1e-5


class _Graph:
    """Nodes and constants under construction; every method returns the name of its result."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def node(
        self, operator: str, inputs: Sequence[str], output: str = "", **attributes: Any
    ) -> str:
        """Add one operation."""
        output = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: npt.ArrayLike, dtype: type = np.int64) -> str:
        """A constant, stored once under its name."""
        self.constants[name] = numpy_helper.from_array(np.asarray(value, dtype), name)
        return name

    def weight(self, name: str) -> str:
        """A weight of the model: stored as float16, used as float32.

        onnxruntime does the conversion once, when it loads the graph.
        """
        stored = self.constant(name, self.weights[name], np.float16)
        return self.node("Cast", [stored], f"{name}/float32", to=TensorProto.FLOAT)

    def linear(self, value: str, name: str) -> str:
        """A dense layer on [frames, in]."""
        inputs = [value, self.weight(f"{name}/weight"), self.weight(f"{name}/bias")]
        return self.node("Gemm", inputs, transB=1)

    def norm(self, value: str, name: str) -> str:
        """A layer norm over the features."""
        inputs = [value, self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")]
        return self.node("LayerNormalization", inputs, epsilon=EPSILON)

    def convolution(self, value: str, name: str, stride: int) -> str:
        """A convolution of width 3 and its GELU on [1, channels, frames]."""
        inputs = [value, self.weight(f"{name}/weight"), self.weight(f"{name}/bias")]
        found = self.node("Conv", inputs, kernel_shape=[3], pads=[1, 1], strides=[stride])
        return self.node("Gelu", [found])

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
        found = self.convolution(mel, "encoder/conv1", 1)
        found = self.convolution(found, "encoder/conv2", 2)
        first = self.constant("first", [0])
        by_frame = self.node("Transpose", [self.node("Squeeze", [found, first])], perm=[1, 0])
        count = self.node("Shape", [by_frame], start=0, end=1)
        table = self.weight("encoder/position_encodings/encodings")
        return self.node("Add", [by_frame, self.node("Slice", [table, first, count])])

    def moments(self, value: str) -> tuple[str, str]:
        """Mean and standard deviation over time of [frames, WIDTH], each [WIDTH]."""
        time = self.constant("time", [0])
        mean = self.node("ReduceMean", [value, time], keepdims=0)
        spread = self.node("Sub", [value, mean])
        squares = self.node("Mul", [spread, spread])
        return mean, self.node("Sqrt", [self.node("ReduceMean", [squares, time], keepdims=0)])

    def model(self, output: str, shape: list[int | str]) -> onnx.ModelProto:
        """The finished graph."""
        graph = helper.make_graph(
            self.nodes,
            "whisper-encoder",
            [helper.make_tensor_value_info("mel", TensorProto.FLOAT, [1, 80, "frames"])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
            list(self.constants.values()),
        )
        model = helper.make_model(
            graph,
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="emotts",
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def pooled(weights: Weights, layers: int) -> onnx.ModelProto:
    """The graph that ships: mean and standard deviation over time of each of the first layers.

    Input "mel" [1, 80, frames]; output "embedding" [layers * 2 * WIDTH].
    """
    graph = _Graph(weights)
    value = graph.front("mel")
    moments: list[str] = []
    for index in range(layers):
        value = graph.layer(value, f"encoder/layer_{index}")
        moments += graph.moments(value)
    graph.node("Concat", moments, "embedding", axis=0)
    return graph.model("embedding", [layers * 2 * WIDTH])


def whole(weights: Weights) -> onnx.ModelProto:
    """The whole encoder, built by the same code, to be held against CTranslate2's.

    Input "mel" [1, 80, frames]; output "states" [frames / 2, WIDTH].
    """
    graph = _Graph(weights)
    value = graph.front("mel")
    for index in range(4):
        value = graph.layer(value, f"encoder/layer_{index}")
    inputs = [value, *(graph.weight(f"encoder/layer_norm/{part}") for part in ("gamma", "beta"))]
    graph.node("LayerNormalization", inputs, "states", epsilon=EPSILON)
    return graph.model("states", ["positions", WIDTH])
