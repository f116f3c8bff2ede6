"""A clip's embedding: what the first layers of Whisper's encoder hear in it, pooled over time."""

import logging
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emotts.builtin.active import active
from emotts.builtin.logmel import RATE, log_mel
from emotts.errors import ClassifierError

if TYPE_CHECKING:
    import onnxruntime

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

# Longer speech is heard in windows: attention costs the square of the length, and hardly any clip
# that the heads were trained on is longer.
WINDOW_S = 4.0


class Encoder:
    """Runs the ONNX graph that training/encoder.py builds, on one thread.

    Thread-safe, and deterministic: a clip's embedding never depends on other clips.
    """

    def __init__(self, model: bytes) -> None:
        """Load the graph.

        Raises:
            ClassifierError: the graph keeps weights in other files.
        """
        # A tensor outside the file names its path under the key "location". The bytes are
        # searched rather than parsed, because onnxruntime would have read the file by then.
        if b"location" in model:
            raise ClassifierError("the encoder refers to external data; it must be self-contained")
        self._session = _session(model)

    def embed(self, samples: Floats) -> Floats:
        """Mean and standard deviation, for each layer, over the clip's own frames.

        Args:
            samples: [n] float32 at 16 kHz.

        Returns:
            [1536] float32, mean over windows of at most `WINDOW_S`.

        Raises:
            ClassifierError: the clip is silent or too short.
        """
        speech = active(samples, RATE)
        windows = np.array_split(speech, -(-speech.size // round(WINDOW_S * RATE)))
        heard = np.stack([self.hear(window) for window in windows])
        embedding: Floats = heard.mean(axis=0)
        return embedding

    def hear(self, window: Floats) -> Floats:
        """The embedding of one window of at most 30 s, [n] float32 at 16 kHz, as it is."""
        embedding: Floats = self._session.run(None, {"mel": log_mel(window)[None]})[0]
        return embedding


def _session(model: bytes) -> "onnxruntime.InferenceSession":
    """A session on one thread that leaves the processor alone between clips."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Clips are of any length: a plan of the memory for each length would only pile up.
    options.enable_mem_pattern = False
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    logger.debug("encoder loaded, %.1f MB", len(model) / 1e6)
    return session
