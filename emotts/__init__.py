"""emotts makes any text-to-speech engine speak with the emotion asked for, and shows what is heard.

Names are imported on first use, so that `import emotts` costs nothing.
"""

from importlib import import_module

# As type checkers know it: `typing` alone would take as long as Python does to start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from emotts.audio import Audio, read
    from emotts.check import Check
    from emotts.classifier import Classifier
    from emotts.config import Config
    from emotts.controls import Control
    from emotts.emotions import EMOTIONS, Target
    from emotts.engine import Engine
    from emotts.errors import EmottsError
    from emotts.hookspecs import hookimpl
    from emotts.host import Host
    from emotts.records import (
        Candidate,
        Conditioning,
        Measurement,
        Prediction,
        Profile,
        Rendering,
        Take,
        Voice,
    )
    from emotts.speech import Choice, Reference, Request, Speech, Tone
    from emotts.wrapper import EngineWrapper

_HOMES = {
    "audio": ("Audio", "read"),
    "check": ("Check",),
    "classifier": ("Classifier",),
    "config": ("Config",),
    "controls": ("Control",),
    "emotions": ("EMOTIONS", "Target"),
    "engine": ("Engine",),
    "errors": ("EmottsError",),
    "hookspecs": ("hookimpl",),
    "host": ("Host",),
    "records": (
        "Candidate",
        "Conditioning",
        "Measurement",
        "Prediction",
        "Profile",
        "Rendering",
        "Take",
        "Voice",
    ),
    "speech": (
        "Choice",
        "Reference",
        "Request",
        "Speech",
        "Tone",
    ),
    "wrapper": ("EngineWrapper",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "EMOTIONS",
    "Audio",
    "Candidate",
    "Check",
    "Choice",
    "Classifier",
    "Conditioning",
    "Config",
    "Control",
    "EmottsError",
    "Engine",
    "EngineWrapper",
    "Host",
    "Measurement",
    "Prediction",
    "Profile",
    "Reference",
    "Rendering",
    "Request",
    "Speech",
    "Take",
    "Target",
    "Tone",
    "Voice",
    "hookimpl",
    "read",
]


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module 'emotts' has no attribute {name!r}")
    return getattr(import_module(f"emotts.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
