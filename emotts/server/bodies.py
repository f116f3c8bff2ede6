"""The bodies of requests, checked; and what they ask of the host."""

import base64
import io
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from emotts.audio import Audio, read
from emotts.config import MAX_TAKES
from emotts.instructions import Instruction
from emotts.instructions import read as read_instruction
from emotts.intake import RequestOptions
from emotts.references import Emotion
from emotts.server.encode import Format
from emotts.server.failures import Failure
from emotts.text import MAX_REQUEST

# OpenAI's voices: clients offer no other names, so each stands for the default voice, but where the
# engine has one of that name.
OPENAI_VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
Model = Literal["emotts", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15", "tts-1", "tts-1-hd"]
MODELS: tuple[Model, ...] = get_args(Model)

# A minute of 16-bit audio at 48 kHz, in base64.
MAX_CLIP = 8_000_000

# Takes times characters of the text: 8 of the longest. As WAV in base64 that is some 170 MB.
MAX_ALL = 8 * MAX_REQUEST


class VoiceId(BaseModel):
    """The long spelling of a voice."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: str = Field(min_length=1, max_length=64)
    """The name."""


class Wanted(BaseModel):
    """What any request to speak may say about how."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    emotion: str | dict[str, float] | None = Field(default=None, max_length=200)
    """A name, a blend or a point, as `emotts say` takes them; null: neutral."""
    intensity: float = Field(default=1.0, ge=0, le=1)
    """How much of the emotion is to be heard."""
    takes: int | None = Field(default=None, ge=1, le=MAX_TAKES)
    """At most so many a sentence, the neutral one included; null: the server's default."""
    budget_ms: float | None = Field(default=None, gt=0)
    """No take of a sentence is begun later than this, but take 0; milliseconds."""
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    """The same seed makes the same takes; null: the server's default."""
    speed: float = Field(default=1.0, ge=0.25, le=4)
    """The control `rate`, as far as the engine goes."""
    like: str | None = Field(default=None, max_length=MAX_CLIP)
    """A recording whose emotion is the target: WAV, FLAC, OGG or MP3, in base64."""
    markup: bool = True
    """Whether tags in the text are markup; false: they are text."""

    @property
    def wanted(self) -> Emotion | None:
        """The emotion; neutral where nothing says any, None where a recording does."""
        return self.emotion or (None if self.like else "neutral")

    def options(self, voice: str | None) -> RequestOptions:
        """What this asks of the host, beside text and emotion.

        Args:
            voice: the name of one that the host knows; None: the default one.

        Raises:
            AudioError: the recording can't be read.
        """
        found = RequestOptions(intensity=self.intensity, markup=self.markup)
        if self.speed != 1:
            found["settings"] = {"rate": self.speed}
        if voice is not None:
            found["voice"] = voice
        if self.takes is not None:
            found["takes"] = self.takes
        if self.budget_ms is not None:
            found["budget_ms"] = self.budget_ms
        if self.seed is not None:
            found["seed"] = self.seed
        if self.like is not None:
            found["like"] = clip(self.like)
        return found


class SpeechBody(Wanted):
    """`POST /v1/audio/speech`: OpenAI's fields, and those of `Wanted`."""

    model: Model
    """All names stand for the one model."""
    input: str = Field(min_length=1, max_length=MAX_REQUEST)
    """The text; tags in it are markup."""
    voice: str | VoiceId
    """A name, or an object with the name as `id`; OpenAI's stand for the default voice."""
    instructions: str | None = Field(default=None, max_length=MAX_REQUEST)
    """Read for an emotion where `emotion` gives none."""
    response_format: Format = "mp3"
    """24 kHz (Opus 48), mono; sent as the sentences are chosen, but FLAC, which comes complete."""
    stream_format: Literal["audio", "sse"] = "audio"
    """The audio itself, or server-sent events that carry it in base64."""

    @property
    def voice_name(self) -> str:
        """The voice, in either spelling."""
        return self.voice if isinstance(self.voice, str) else self.voice.id

    def target(self) -> tuple[Emotion | None, Instruction | None]:
        """The emotion to speak with, and what was read in the instructions for it.

        None where the recording alone is to say it.
        """
        if self.emotion is not None or self.instructions is None:
            return self.wanted, None
        found = read_instruction(self.instructions)
        return found.target or self.wanted, found


class SayBody(Wanted):
    """`POST /v1/emotts/say`."""

    text: str = Field(min_length=1, max_length=MAX_REQUEST)
    """What to say; tags in it are markup."""
    voice: str | None = Field(default=None, max_length=64)
    """The name of a voice; null: the default one."""
    audio: Literal["none", "chosen", "all"] = "chosen"
    """Which takes to send as WAV, in base64: none, the chosen ones, or all of them; all where takes
    times characters of the text are at most 32,768."""
    contours: bool = False
    """Whether to send the fundamental frequency of each take, every 20 ms."""
    stream: bool = False
    """Whether to send each take and sentence as it is made, as server-sent events."""

    def check_size(self, takes: int) -> None:
        """Refuse an answer that would be too long, before anything is worked on.

        Args:
            takes: of a sentence, where nothing is said of them here.

        Raises:
            Failure: it asks for the audio of too many takes.
        """
        asked, length = self.takes or takes, len(self.text)
        if self.audio == "all" and asked * length > MAX_ALL:
            raise Failure(
                400,
                f"audio: all of {asked} takes of {length:,} characters are too much at once; ask "
                f"for {MAX_ALL // length} takes at most, a shorter text, or the chosen audio",
                param="audio",
            )


def clip(encoded: str) -> Audio:
    """A recording that came as base64.

    Raises:
        Failure: it is no base64.
        AudioError: it is no audio that can be read.
    """
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError as error:  # of which binascii.Error is one
        raise Failure(400, f"like: no base64: {error}", param="like") from error
    return read(io.BytesIO(data))
