"""Running a model with ONNX Runtime on the CPU, from an export that is made once and kept.

The exports are this program's own, kept under the hash of the weights they were made from; an
ONNX file of anybody else's is never read. Their weights lie in a file beside the graph, which is
mapped instead of read: half the memory of a single file.
"""

import logging
import os
import platform
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from emotts.audio import Samples
from emotts.errors import ClassifierError

from emotts_wav2vec2.clips import SHORTEST_REST_S, WINDOW_S, Vectors

if TYPE_CHECKING:
    from emotts_wav2vec2.network import Network

logger = logging.getLogger(__name__)

GRAPH = "model.onnx"
# Part of the key of an export: raise it when exports change.
FORMAT = 1


class OnnxRuntime:
    """Runs an export, one window at a time: larger batches gain nothing on a CPU."""

    name = "onnx"
    device = "cpu"

    def __init__(self, folder: Path, *, dtype: str, threads: int | None) -> None:
        """Load the export in `folder`; `threads` None: as many as there are cores.

        Raises:
            ClassifierError: the export is damaged.
        """
        options = onnxruntime.SessionOptions()
        # Spinning workers would burn every core between two clips, for no gain in a long one.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if threads is not None:
            options.intra_op_num_threads = threads
        self.dtype = dtype
        try:
            self._session = onnxruntime.InferenceSession(
                folder / GRAPH, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no common base
            raise ClassifierError(
                f"the export in {folder} is damaged; delete the folder: {error}"
            ) from error

    def run(self, parts: Sequence[Samples]) -> tuple[Vectors, Vectors]:
        """Hear windows; see `Runtime.run`."""
        made = [self._session.run(None, {"samples": part[None]}) for part in parts]
        logits, embeddings = zip(*made, strict=True)
        return np.concatenate(logits), np.concatenate(embeddings)


def exported(
    key: str, build: Callable[[], "Network"], *, cache: Path, rate: int, shortest: int, int8: bool
) -> Path:
    """The folder of an export, made now where it is not there yet.

    Args:
        key: names the weights and what else the graph depends on.
        build: makes the network; called only when there is no export.
        cache: where exports are kept.
        rate: Hz that the model hears.
        shortest: fewest samples that it hears.
        int8: whether the weights of the matrix products are int8.

    Raises:
        ClassifierError: the exporter is not installed, or can't export this model.
    """
    plain = cache / f"{key}-float32-{FORMAT}"
    # U8S8 products saturate in 16 bits on x86 without VNNI: those get 7-bit weights.
    reduced = int8 and _saturates()
    wanted = cache / f"{key}-int{7 if reduced else 8}-{FORMAT}" if int8 else plain
    if not wanted.exists():
        if not plain.exists():
            _kept(plain, lambda folder: _export(build(), folder, rate, shortest))
        if int8:
            _kept(wanted, lambda folder: _quantise(plain, folder, reduced))
    return wanted


def _kept(folder: Path, make: Callable[[Path], None]) -> None:
    """Make a folder complete or not at all, also when two processes make it at once."""
    start = time.perf_counter()
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".making-"))
    try:
        make(temporary)
        try:
            os.rename(temporary, folder)
        except OSError:
            if not folder.exists():
                raise
        logger.info("made %s in %.0f s", folder, time.perf_counter() - start)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _export(network: "Network", folder: Path, rate: int, shortest: int) -> None:
    try:
        import onnxscript  # noqa: F401 -- torch.onnx needs it
        import torch
    except ImportError as error:
        raise ClassifierError(
            f"backend onnx needs {error.name}: pip install 'emotts-wav2vec2[onnx]'"
        ) from error
    longest = round((WINDOW_S + SHORTEST_REST_S) * rate)
    count = torch.export.Dim("count", min=shortest, max=longest)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's about its own internals
        torch.onnx.export(
            network,
            (torch.zeros(1, rate),),
            folder / GRAPH,
            input_names=["samples"],
            output_names=["logits", "pooled_states"],
            dynamic_shapes={"samples": {1: count}},
            dynamo=True,
            external_data=True,
            verbose=False,
        )
    _forget_shapes(folder / GRAPH)


def _forget_shapes(path: Path) -> None:
    """Drop the shapes between nodes, which the quantiser would compare with what it changed."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    del model.graph.value_info[:]
    onnx.save(model, path)


def _quantise(plain: Path, folder: Path, reduced: bool) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(plain / GRAPH, load_external_data=False).graph
    quantize_dynamic(
        plain / GRAPH,
        folder / GRAPH,
        # Convolutions in int8 are slower, and the head's two products are too small to matter.
        op_types_to_quantize=["MatMul"],
        nodes_to_quantize=[node.name for node in graph.node if node.op_type == "MatMul"],
        per_channel=True,
        reduce_range=reduced,
        weight_type=QuantType.QInt8,
        use_external_data_format=True,
    )


def _saturates() -> bool:
    """Whether this is an x86 CPU without VNNI, as far as can be told."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return True
    return "avx512_vnni" not in flags and "avx_vnni" not in flags
