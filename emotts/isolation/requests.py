"""The requests that a worker answers, and the errors that it answers with."""

from typing import Any, Literal

from pydantic import NonNegativeInt

from emotts import errors
from emotts.errors import EmottsError, UnknownNameError
from emotts.isolation.messages import Clip, Message, PackedProfile, PackedTake
from emotts.records import Measurement, Voice

PROTOCOL = 2
"""Changes when an older peer would misunderstand."""

Kind = Literal["engine", "classifier", "check"]


class Open(Message):
    """The first request: what the process is for."""

    protocol: int
    kind: Kind
    part: dict[str, Any]
    """Its configuration."""


class Synthesize(Message):
    """Speak a sentence; answered by one rendering a take."""

    text: str
    voice: str
    takes: list[PackedTake]


class Classify(Message):
    """Hear clips; answered by one prediction a clip."""

    clips: list[Clip]
    profile: PackedProfile | None


class Condense(Message):
    """Say what of an embedding tells emotions apart; answered by that, as an array."""

    embedding: NonNegativeInt
    centred: bool


class Measure(Message):
    """Measure clips; answered by the measurements of each."""

    clips: list[Clip]
    baseline: Clip
    text: str
    voice: Voice


class Voices(Message):
    """The voices of an engine."""

    voices: list[Voice]


class Details(Message):
    """What a classifier is made of."""

    details: dict[str, Any]


class Measured(Message):
    """What was found in a clip."""

    measurements: list[Measurement]


class Failure(Message):
    """An error, as it crosses from one process to the other."""

    type: str
    message: str
    unknown: tuple[str, str, list[str]] | None = None
    """Kind, name and valid names of an unknown name."""

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """Describe an error."""
        unknown = None
        if isinstance(error, UnknownNameError):
            unknown = (error.kind, error.name, list(error.valid))
        kinds = (kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
        kind = next(kinds, type(error))
        return cls(type=kind.__name__, message=str(error), unknown=unknown)

    @property
    def meant(self) -> EmottsError | None:
        """The error again, where it is one that emotts raises on purpose."""
        if self.unknown:
            return UnknownNameError(*self.unknown)
        kind = getattr(errors, self.type, None)
        if isinstance(kind, type) and issubclass(kind, EmottsError):
            # Not called: what an error is made of is not what it says.
            error = kind.__new__(kind)
            Exception.__init__(error, self.message)
            return error
        return None
