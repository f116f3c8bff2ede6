"""Coqui's catalogue: a name becomes files on this machine."""

import json
import logging
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from emotts.errors import EngineError, UnknownNameError

logger = logging.getLogger(__name__)

# They are loaded with pickles that may run code, or by loaders of their own.
UNSUPPORTED = ("bark", "tortoise-v2")


def names(kind: str) -> dict[str, dict[str, Any]]:
    """Name → what the catalogue says of it, for "tts_models" or "vocoder_models"."""
    return {
        "/".join((kind, language, dataset, model)): facts
        for language, datasets in _content()[kind].items()
        for dataset, models in datasets.items()
        for model, facts in models.items()
        if model not in UNSUPPORTED
    }


def fetch(name: str, kind: str = "tts_models") -> tuple[Path, Path, str | None]:
    """Checkpoint, configuration and default vocoder of a model, downloaded where they are missing.

    Raises:
        UnknownNameError: the catalogue has no such model; the message lists those it has.
        EngineError: its licence was not accepted, or it can't be downloaded.
    """
    known = names(kind)
    if name not in known:
        raise UnknownNameError("model of Coqui", name, known)
    from TTS.utils.manage import ModelManager

    manager = ModelManager(progress_bar=False)
    # Coqui itself asks for consent on standard input, which a library may not read.
    folder = manager.output_prefix / name.replace("/", "--")
    if not manager.tos_agreed(known[name], folder):
        raise EngineError(
            f"{name} is under the {known[name]['license']}, which must be accepted first: read "
            "https://tts-hub.github.io/cpml, and set the environment variable COQUI_TOS_AGREED=1 "
            "if you agree to its non-commercial terms, or have a commercial licence"
        )
    try:
        checkpoint, config, facts = manager.download_model(name)
    except Exception as error:  # whatever the network, the disk or an archive leads to
        raise EngineError(f"{name} can't be downloaded: {error}") from error
    logger.info("%s is under the licence %s", name, facts.get("license") or "not stated")
    return (
        Path(checkpoint),
        Path(config or checkpoint / "config.json"),
        facts.get("default_vocoder"),
    )


@cache
def _content() -> dict[str, Any]:
    """The catalogue, read without importing Coqui, which takes seconds."""
    package = find_spec("TTS")
    if package is None or package.origin is None:
        raise EngineError("engine coqui needs coqui-tts: pip install emotts-coqui")
    content: dict[str, Any] = json.loads(Path(package.origin).with_name(".models.json").read_text())
    return content
