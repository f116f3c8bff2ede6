"""Which backend runs a checkpoint. Torch is imported only by the one that needs it."""

import logging
from typing import TYPE_CHECKING

from emotts.files import cache_dir

from emotts_wav2vec2.config import ModelConfig
from emotts_wav2vec2.files import Checkpoint
from emotts_wav2vec2.options import Wav2Vec2Options

if TYPE_CHECKING:
    from emotts_wav2vec2.network import Network
    from emotts_wav2vec2.runtime import Runtime

logger = logging.getLogger(__name__)


def make_runtime(
    options: Wav2Vec2Options, checkpoint: Checkpoint, config: ModelConfig
) -> "Runtime":
    """Load the checkpoint into the backend that the options ask for.

    Raises:
        ClassifierError: the weights can't be read or don't fit, or the backend can't run here.
    """

    def network() -> "Network":
        return _network(options, checkpoint, config)

    if _uses_onnx(options):
        from emotts_wav2vec2.onnx import OnnxRuntime, exported

        layers = "".join(f"-{layer}" for layer in options.embedding_layers)
        dtype = "int8" if options.dtype == "int8" else "float32"
        folder = exported(
            f"{checkpoint.sha256[:16]}{layers}",
            network,
            cache=options.cache or cache_dir() / "wav2vec2",
            rate=config.preprocessor.sampling_rate,
            shortest=config.shortest,
            int8=dtype == "int8",
        )
        return OnnxRuntime(folder, dtype=dtype, threads=options.threads)
    from emotts_wav2vec2.runtime import TorchRuntime

    return TorchRuntime(
        network(),
        device=options.device,
        dtype=options.dtype,
        padded=config.paddable,
        rate=config.preprocessor.sampling_rate,
        batch_s=options.batch_seconds,
        compiled=options.compile,
        threads=options.threads,
    )


def _uses_onnx(options: Wav2Vec2Options) -> bool:
    if options.backend != "auto":
        return options.backend == "onnx"
    if options.compile or options.dtype in ("bfloat16", "float16"):
        return False  # only torch has these
    if options.device == "cpu" or options.dtype == "int8":
        return True
    from emotts_wav2vec2.runtime import find_device

    return find_device(options.device) == "cpu"


def _network(options: Wav2Vec2Options, checkpoint: Checkpoint, config: ModelConfig) -> "Network":
    from emotts_wav2vec2.build import build, pooling
    from emotts_wav2vec2.weights import read_weights

    network, layout = build(
        config, read_weights(checkpoint.weights), embedding_layers=options.embedding_layers
    )
    logger.info("%s: %s layout, %s pooling", options.model, layout.name, pooling(config, layout))
    return network
