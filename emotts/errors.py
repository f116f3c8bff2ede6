"""Errors. Each message names what was wrong and what would be right."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from traceback import walk_tb


class EmottsError(Exception):
    """Base of every error that emotts raises on purpose; its message is meant for a user."""


class UnknownNameError(EmottsError):
    """A name that is not among the valid ones, which the message lists."""

    def __init__(self, kind: str, name: str, valid: Iterable[str], hint: str = "") -> None:
        """Build the message from the kind of thing, the unknown name and the valid names."""
        self.kind, self.name, self.valid = kind, name, tuple(valid)
        close = get_close_matches(name, self.valid, n=1)
        suggestion = f" (did you mean {close[0]!r}?)" if close else ""
        listed = ", ".join(self.valid) or "none"
        super().__init__(
            f"unknown {kind} {name!r}{suggestion}; valid: {listed}{'. ' + hint if hint else ''}"
        )


class ConfigError(EmottsError):
    """A configuration, option or request that can't be meant as it is."""


class MissingTargetError(ConfigError):
    """A request that does not say what to sound like."""


class AudioError(EmottsError):
    """Audio that can't be read, written or heard."""


class TextError(EmottsError):
    """Text that can't be spoken."""


class SilentTextError(TextError):
    """A text without anything to speak."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the text holds no letter or digit: there is nothing to speak")


class EngineError(EmottsError):
    """An engine that failed, or broke its promises to the host."""


class UnspeakableError(EngineError, TextError):
    """A text that an engine can't speak; another one may."""


class ClassifierError(EmottsError):
    """A classifier that failed, or broke its promises to the host."""


class CheckError(EmottsError):
    """A check that failed."""


class GoneError(EmottsError):
    """A part that can't answer for now, whatever it is asked: its process failed."""


class EngineGoneError(EngineError, GoneError):
    """An engine whose process failed."""


class ClassifierGoneError(ClassifierError, GoneError):
    """A classifier whose process failed."""


class CheckGoneError(CheckError, GoneError):
    """A check whose process failed."""


class PluginError(EmottsError):
    """A plugin that could not be loaded, or that clashes with another."""


def reason(error: Exception) -> str:
    """Why a file could not be used, for a message that names the file itself."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8 text"  # Python's own message quotes all of it
    if isinstance(error, KeyError):
        return f"it lacks {error}"  # whose own message is the key alone
    return str(error)


@contextmanager
def failing_as(kind: type[EmottsError], name: str) -> Iterator[None]:
    """Have what a plugin fails with be an error of a kind, unless it is one of emotts.

    A plugin that exits has failed too: it has no say in when its host ends. Who ends the host by a
    signal has: what its handler raises goes through.

    Args:
        kind: of the error.
        name: of the plugin.
    """
    try:
        yield
    except EmottsError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and _of_a_signal(error):
            raise
        raise kind(f"{name} failed: {type(error).__name__}: {error}") from error


def _of_a_signal(wish: SystemExit) -> bool:
    """Whether a signal's handler raised it, which Python runs in the midst of anything."""
    handlers = map(signal.getsignal, signal.valid_signals())
    codes = {getattr(handler, "__code__", None) for handler in handlers}
    return any(frame.f_code in codes for frame, _ in walk_tb(wish.__traceback__))
