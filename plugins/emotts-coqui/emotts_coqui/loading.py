"""Loading a model through Coqui's own code, from files that have been looked at."""

import json
import logging
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotts.errors import ConfigError, EngineError

from emotts_coqui import catalogue
from emotts_coqui.card import Card, read_vocoder
from emotts_coqui.options import CoquiOptions

logger = logging.getLogger(__name__)

# CVE-2025-32434 and CVE-2026-24747: earlier versions could run code in spite of weights_only.
SAFE_TORCH = (2, 10)


@dataclass(frozen=True)
class Files:
    """Where a model is."""

    checkpoint: Path
    config: Path
    vocoder: tuple[Path, Path] | None = None
    """Checkpoint and configuration."""


def locate(options: CoquiOptions) -> Files:
    """The files that options name; those of the catalogue are fetched where they are missing.

    Raises:
        ConfigError: no model is named, or a file is missing.
        UnknownNameError: the catalogue has no such model.
        EngineError: it can't be fetched.
    """
    vocoder = options.vocoder
    if options.model:
        checkpoint, config, own = catalogue.fetch(options.model)
        vocoder = vocoder or (None if options.vocoder_path else own)
    elif options.model_path:
        checkpoint = options.model_path
        config = options.config_path or checkpoint.with_name("config.json")
    else:
        raise ConfigError(
            "engine coqui speaks with a model: name one in its options, as "
            "model: tts_models/en/vctk/vits, or as model_path: my/model.pth"
        )
    pair = None
    if vocoder:
        pair = catalogue.fetch(vocoder, "vocoder_models")[:2]
    elif path := options.vocoder_path:
        pair = path, options.vocoder_config_path or path.with_name("config.json")
    for file in (checkpoint, config, *(pair or ())):
        if not file.is_file():
            raise ConfigError(f"{file}: there is no such file")
    return Files(checkpoint, config, pair)


def load(files: Files, card: Card, *, cuda: bool) -> Any:
    """Coqui's `Synthesizer` with the model, and its vocoder where there is one.

    Raises:
        EngineError: Coqui can't load it, or a file holds more than tensors.
        ConfigError: the vocoder is not supported.
    """
    import torch

    expect_safe_torch(torch.__version__)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # Of the insides of Coqui and torch: nothing that a user could act on.
        warnings.simplefilter("ignore")
        from TTS.utils.synthesizer import Synthesizer

        vocoder: dict[str, str] = {}
        if files.vocoder:
            checkpoint, config = files.vocoder
            checked = _written(read_vocoder(config), Path(folder) / "vocoder.json")
            vocoder = {"vocoder_checkpoint": str(checkpoint), "vocoder_config": checked}
        try:
            made = Synthesizer(
                tts_checkpoint=str(files.checkpoint),
                tts_config_path=_written(card, Path(folder) / "config.json"),
                use_cuda=cuda,
                **vocoder,
            )
        except Exception as error:  # Coqui and torch raise whatever a damaged file leads to
            reason = str(error).split("\n", 1)[0]
            raise EngineError(f"{files.checkpoint}: Coqui can't load it: {reason}") from error
    # It logs what it is asked to speak, and texts don't belong in logs.
    logging.getLogger("TTS.tts.utils.text").setLevel(logging.ERROR)
    logger.info("%s: %s on %s", files.checkpoint, card.family, "cuda" if cuda else "cpu")
    return made.eval()


def expect_safe_torch(version: str) -> None:
    """Refuse to read a checkpoint with a torch that could be made to run it.

    Raises:
        EngineError: `version` is older than 2.10.
    """
    major, minor = map(int, version.split(".")[:2])
    if (major, minor) < SAFE_TORCH:
        raise EngineError(
            f"torch {version} may run code in a checkpoint; torch 2.10 or newer does not"
        )


def _written(card: Card, path: Path) -> str:
    path.write_text(json.dumps(card.content), encoding="utf-8")
    return str(path)
