"""An engine for RealtimeTTS that speaks with the emotion that was asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from RealtimeTTS.engines.base_engine import BaseEngine

from emotts import Candidate, Host
from emotts.background import Gone
from emotts.errors import ConfigError
from emotts.intake import RequestOptions
from emotts.recital import Recital
from emotts.references import Emotion
from emotts.tags import KNOWN

__all__ = ["EmottsEngine", "EmottsVoice"]

NEUTRAL = "neutral"
# RealtimeTTS opens its stream before anything is spoken: one rate for the engines of all hosts.
RATE = 24_000
# PortAudio's number of 16-bit samples, `pyaudio.paInt16`; PyAudio is there only where sound is.
PA_INT16 = 8
# A tag at the end of a piece that RealtimeTTS cut at one of the tag's own signs.
CUT_TAG = re.compile(rf"(?:\[\w+[:=][^\[\]\n]{{0,200}}|</?(?:\w+:)?(?:{'|'.join(KNOWN)})\b[^<>]*)$")


@dataclass(frozen=True)
class EmottsVoice:
    """A voice, perhaps in a mood: for `set_voice` and for RealtimeTTS's `add_voice`."""

    name: str
    """Of a voice of the host's engine."""
    emotion: Emotion | None = None
    """None: the one that is set by `set_voice_parameters`."""


class EmottsEngine(BaseEngine):
    """Speaks the pieces that RealtimeTTS cuts a text into, as one text."""

    def __init__(
        self, host: Host | None = None, emotion: Emotion | None = None, **options: Any
    ) -> None:
        """Check what is asked for; weights are loaded by the first text.

        Args:
            host: None: one with the default configuration.
            emotion: see `Host.stream`; None: what is not tagged is neutral, or like the recording
                `like`.
            options: see `emotts.intake.RequestOptions`.

        Raises:
            ConfigError: a value is out of range, or no option.
            UnknownNameError: no such emotion or voice.
        """
        self._host = host or Host()
        self._emotion: Emotion | None = None
        self._options = RequestOptions()
        self._mood: Emotion | None = None
        """Of the voice, in place of the emotion."""
        self._recital: Recital | None = None
        """Of the text that is being spoken."""
        self._cut = ""
        """The beginning of a tag whose end is in the next piece."""
        self.set_voice_parameters(emotion=emotion, **options)

    def post_init(self) -> None:
        """Say who it is; the base class sets its own defaults after `__init__`."""
        self.engine_name = "emotts"

    def get_stream_info(self) -> tuple[int, int, int]:
        """Format, channels and rate in Hz of what comes through the queue."""
        return PA_INT16, 1, RATE

    def synthesize(self, text: str, sentence_count: int = 0) -> bool:
        """Put a piece's audio into the queue, sentence by sentence; True: nothing went wrong.

        `stop` ends the work at its next take.

        Args:
            text: the piece; tags that began in earlier ones of the same text hold on.
            sentence_count: of the pieces of the text, this one included; at most 1: it is the
                first.

        Raises:
            EmottsError: as `Host.stream`; RealtimeTTS tells it, and goes to its next engine.
        """
        super().synthesize(text, sentence_count)
        if self._recital is None or sentence_count <= 1:
            wanted = self._emotion if self._mood is None else self._mood
            self._recital, self._cut = self._host.recital(wanted, **self._options), ""
        text = self._cut + text
        whole = CUT_TAG.sub("", text)
        self._cut = text[len(whole) :]
        try:
            with self._host.turn:
                for choice in self._recital.speak(whole, observe=self._observe):
                    self._go_on()
                    for clip in choice.clips:
                        self.queue.put(clip.resample(RATE).pcm16())
        except Gone:
            self._recital = None
        return True

    def get_voices(self) -> list[EmottsVoice]:
        """Each voice, as it is and in each mood that the classifier hears."""
        moods = (None, *self._host.classifiers[0].labels)
        return [EmottsVoice(v.name, mood) for v in self._host.engine.voices() for mood in moods]

    def set_voice(self, voice: str | EmottsVoice) -> None:
        """Speak with a voice from the next piece on.

        Args:
            voice: its name stands for it without a mood.

        Raises:
            ConfigError: the classifier does not know its mood.
            UnknownNameError: no such voice or emotion.
        """
        asked = EmottsVoice(voice) if isinstance(voice, str) else voice
        self._ask(self._emotion, asked.emotion, {**self._options, "voice": asked.name})

    def set_voice_parameters(self, **voice_parameters: Any) -> None:
        """Speak with another emotion or other options from the next piece on; the rest stays.

        Args:
            voice_parameters: `emotion`, and those of `emotts.intake.RequestOptions`.

        Raises:
            ConfigError: a value is out of range, or no option.
            UnknownNameError: no such emotion or voice.
        """
        mood = None if "emotion" in voice_parameters else self._mood
        emotion = voice_parameters.pop("emotion", self._emotion)
        self._ask(emotion, mood, {**self._options, **voice_parameters})

    def _ask(
        self, emotion: Emotion | None, mood: Emotion | None, options: Mapping[str, Any]
    ) -> None:
        valid = RequestOptions.__annotations__
        if unknown := sorted(set(options) - set(valid)):
            raise ConfigError(
                f"no option: {', '.join(unknown)}; valid: emotion, {', '.join(valid)}"
            )
        asked = cast(RequestOptions, dict(options))
        if emotion is None and "like" not in asked:
            emotion = NEUTRAL
        wanted = emotion if mood is None else mood
        self._host.check(wanted, **asked)
        self._emotion, self._mood, self._options = emotion, mood, asked
        if self._recital is not None:
            self._recital.ask(wanted, **asked)

    def _observe(self, candidate: Candidate) -> None:
        self._go_on()
        if (observe := self._options.get("observe")) is not None:
            observe(candidate)

    def _go_on(self) -> None:
        """Raise `Gone` where nobody waits for the text any more."""
        if self.stop_synthesis_event.is_set():
            raise Gone
