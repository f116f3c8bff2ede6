"""Piper's network with its noise as an input, so that a seed decides what it is.

VITS draws noise twice: for the durations and for the sound (Kim et al. 2021). The exported graphs
draw it themselves, by `RandomNormalLike` nodes whose generators start with the session and can't be
set between runs. Here each of these nodes gives way to the values of a graph input, cut to the
shape that the node would have filled.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from emotts.errors import EngineError

RANDOM = "RandomNormalLike"
# Values of each noise input; beyond them they repeat. The sound takes 192 a frame: 30 s at the
# usual 86 frames a second.
NOISE = 2**19


def session(model: Path, threads: int) -> tuple[onnxruntime.InferenceSession, tuple[str, ...]]:
    """Load a network.

    Args:
        model: an exported voice of Piper, one file.
        threads: that a run uses.

    Returns:
        The session, and the names of its noise inputs: float32 [NOISE], standard normal.

    Raises:
        EngineError: the file is no network, or keeps its weights in other files.
    """
    try:
        graph = onnx.load(str(model), load_external_data=False)
    except Exception as error:  # whatever protobuf makes of a file that is no network
        raise EngineError(f"{model} is no ONNX file: {error}") from error
    if any(tensor.external_data for tensor in graph.graph.initializer):
        raise EngineError(f"{model} keeps its weights in other files; use a model of one file")
    names = _with_noise_as_input(graph.graph)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    made = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return made, names


def draw(names: tuple[str, ...], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Noise for each of the inputs."""
    return {name: rng.standard_normal(NOISE, dtype=np.float32) for name in names}


def _with_noise_as_input(graph: onnx.GraphProto) -> tuple[str, ...]:
    """Replace the nodes that draw noise; the names of the inputs that take their place."""
    names: list[str] = []
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == RANDOM:
            name = f"emotts_noise_{len(names)}"
            names.append(name)
            nodes += _cut(name, like=node.input[0], output=node.output[0])
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    graph.input.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [NOISE]) for name in names
    )
    for key, value in (("zero", 0), ("one", 1), ("noise", NOISE)):
        graph.initializer.append(numpy_helper.from_array(np.array([value]), f"emotts_{key}"))
    return tuple(names)


def _cut(noise: str, *, like: str, output: str) -> list[onnx.NodeProto]:
    """Nodes that repeat and cut `noise` to the shape of `like`."""
    shape, size, whole, times, tiled, flat = (
        f"{noise}_{part}" for part in ("shape", "size", "whole", "times", "tiled", "flat")
    )
    return [
        helper.make_node("Shape", [like], [shape]),
        helper.make_node("ReduceProd", [shape], [size], keepdims=1),
        helper.make_node("Div", [size, "emotts_noise"], [whole]),
        helper.make_node("Add", [whole, "emotts_one"], [times]),
        helper.make_node("Tile", [noise, times], [tiled]),
        helper.make_node("Slice", [tiled, "emotts_zero", size], [flat]),
        helper.make_node("Reshape", [flat, shape], [output]),
    ]
