"""A network with the inputs and outputs of a voice of Piper with many speakers, who hum."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 16_000
SAMPLES_AN_ID = 800
PAD, START, END = 0, 1, 2


def save(path: Path, speakers: dict[str, int]) -> Path:
    """Write a model; each speaker hums higher than the last, as long and noisy as scales say."""
    constants = {
        "length": np.array(SAMPLES_AN_ID, np.float32),
        "one": np.array(1.0, np.float32),
        "soft": np.array(0.1, np.float32),
        "step": np.array(2 * np.pi * 100 / RATE, np.float32),
        "first": np.array(0),
        "second": np.array(1),
        "third": np.array(2),
        "axis": np.array(0),
        "line": np.array([1]),
        "wide": np.array([1, 1, -1]),
    }
    nodes = [
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("RandomNormalLike", ["ids"], ["haste"]),
        helper.make_node("Gather", ["scales", "third"], ["liberty"]),
        helper.make_node("Mul", ["haste", "liberty"], ["free"]),
        helper.make_node("Mul", ["free", "soft"], ["freely"]),
        helper.make_node("Add", ["freely", "one"], ["drawn"]),
        helper.make_node("Gather", ["scales", "second"], ["pace"]),
        helper.make_node("Mul", ["drawn", "pace"], ["paced"]),
        helper.make_node("Mul", ["paced", "length"], ["durations"]),
        helper.make_node("ReduceSum", ["durations"], ["total"], keepdims=0),
        helper.make_node("Cast", ["total"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", "line"], ["count"]),
        helper.make_node("ConstantOfShape", ["count"], ["zeros"]),
        helper.make_node("RandomNormalLike", ["zeros"], ["hiss"]),
        helper.make_node("Gather", ["scales", "first"], ["temperature"]),
        helper.make_node("Mul", ["hiss", "temperature"], ["breath"]),
        helper.make_node("Add", ["zeros", "one"], ["ones"]),
        helper.make_node("CumSum", ["ones", "axis"], ["time"]),
        helper.make_node("Cast", ["sid"], ["height"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["height", "one"], ["factor"]),
        helper.make_node("Mul", ["time", "step"], ["turns"]),
        helper.make_node("Mul", ["turns", "factor"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["hum"]),
        helper.make_node("Add", ["hum", "breath"], ["loud"]),
        helper.make_node("Mul", ["loud", "soft"], ["sound"]),
        helper.make_node("Reshape", ["sound", "wide"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "choir",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, [1, None]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
            helper.make_tensor_value_info("sid", TensorProto.INT64, [1]),
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, None])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.save(model, str(path))
    description = {
        "audio": {"sample_rate": RATE, "quality": "low"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.2, "length_scale": 1, "noise_w": 0.8},
        "num_symbols": 64,
        "num_speakers": len(speakers),
        "speaker_id_map": speakers,
        "phoneme_id_map": {
            **{chr(code): [code % 50 + 3] for code in range(ord("a"), ord("z") + 1)},
            "_": [PAD],
            "^": [START],
            "$": [END],
        },
    }
    Path(f"{path}.json").write_text(json.dumps(description))
    return path
