"""ONNX graphs from a model's weights: constants, and dense layers in float32 or in 8 bits."""

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
# Weights within ±63: sums of two products with 8-bit inputs then fit the 16 bits that processors
# without a dot product of bytes add in, so that every processor computes the same.
WEIGHT_LIMIT = 63


class Graph:
    """Nodes and constants under construction; every method returns the name of its result."""

    def __init__(self, weights: Weights, *, exact: bool) -> None:
        """Begin with nothing.

        Args:
            weights: the model's.
            exact: whether dense layers compute in float32 rather than in 8 bits.
        """
        self.weights = weights
        self.exact = exact
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

    def matrix(self, name: str) -> npt.NDArray[np.float32]:
        """A weight of the model; that of a convolution as [out, width * in]."""
        found = np.asarray(self.weights[name], np.float32)
        return found if found.ndim < 3 else found.transpose(0, 2, 1).reshape(len(found), -1)

    def weight(self, name: str) -> str:
        """A weight of the model: stored as float16, used as float32.

        onnxruntime does the conversion once, when it loads the graph.
        """
        stored = self.constant(name, self.matrix(name), np.float16)
        return self.node("Cast", [stored], f"{name}/float32", to=TensorProto.FLOAT)

    def linear(self, value: str, name: str) -> str:
        """A dense layer on [frames, in]."""
        bias = self.weight(f"{name}/bias")
        if self.exact:
            return self.node("Gemm", [value, self.weight(f"{name}/weight"), bias], transB=1)
        return self.node("Add", [self.product(value, f"{name}/weight"), bias])

    def product(self, value: str, name: str) -> str:
        """[frames, in] times a weight [out, in], in 8 bits.

        Inputs are scaled by their range in this clip, weights by the largest of each output.
        onnxruntime makes these nodes one.
        """
        weight = self.matrix(name).T
        scale = np.abs(weight).max(axis=0) / WEIGHT_LIMIT
        quantised = self.constant(f"{name}/int8", np.round(weight / scale), np.int8)
        parts = [f"{name}/{part}" for part in ("input", "input_scale", "input_zero")]
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [value], parts))
        rounded, input_scale, zero = parts
        total = self.node("MatMulInteger", [rounded, quantised, zero])
        scales = self.node("Mul", [input_scale, self.constant(f"{name}/scale", scale, np.float32)])
        return self.node("Mul", [self.node("Cast", [total], to=TensorProto.FLOAT), scales])

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
