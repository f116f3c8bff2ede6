"""Coqui TTS models as an engine of emotts."""

from collections.abc import Sequence

from emotts.engine import Engine
from emotts.hookspecs import hookimpl

from emotts_coqui.engine import CoquiEngine
from emotts_coqui.options import CoquiOptions

__all__ = ["CoquiEngine", "CoquiOptions"]


@hookimpl
def emotts_engines() -> Sequence[type[Engine]]:
    """The engine."""
    return [CoquiEngine]
