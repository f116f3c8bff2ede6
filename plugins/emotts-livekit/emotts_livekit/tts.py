"""The text-to-speech of an agent: texts or tokens in, frames of audio out."""

import logging
from collections.abc import AsyncIterable
from contextlib import aclosing
from threading import Thread
from typing import Literal, Unpack
from weakref import WeakSet

from livekit.agents import APIConnectionError, APIConnectOptions, APIError, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from emotts import Audio, Host
from emotts.dimensions import POINTS
from emotts.errors import EmottsError, GoneError, SilentTextError
from emotts.intake import Begin
from emotts_livekit.markup import Markup
from emotts_livekit.options import Options, asked, checked
from emotts_livekit.streams import Chunked, Stream

logger = logging.getLogger(__name__)

RATE = 24_000
# Of a text without anything to say, such as an emoji: it is no failure, and nothing to try again.
SILENCE_S = 0.02


class TTS(tts.TTS[Literal["sentence_chosen"]]):
    """Speaks with the emotion that was asked for, and tells what was heard.

    Emits `sentence_chosen` with each `emotts.Choice`. The host works in threads of its own; agents
    may share one, whose sentences take turns.
    """

    Markup = Markup

    def __init__(
        self,
        host: Host | None = None,
        *,
        rate: int = RATE,
        expressive: bool = False,
        **options: Unpack[Options],
    ) -> None:
        """Check the options; weights are loaded by `prewarm`, or by the first sentence.

        Args:
            host: speaks; one with the built-in parts unless given.
            rate: of the frames, Hz.
            expressive: for an expressive session: it teaches a language model to write markup only
                for who gets whole sentences; else tokens are taken.
            options: see `Options`.

        Raises:
            UnknownNameError: no such voice or emotion.
            ConfigError: an option is unknown or out of range, or the classifier does not know the
                emotion.
        """
        self._host = host or Host()
        self._options = checked(self._host, options)
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=not expressive, aligned_transcript=False),
            sample_rate=rate,
            num_channels=1,
        )
        self._streams: WeakSet[Chunked | Stream] = WeakSet()

    @property
    def emotions(self) -> tuple[str, ...]:
        """Those that can be heard, and so be asked for."""
        return self._host.classifiers[0].labels or tuple(POINTS)

    @property
    def options(self) -> Options:
        """What the next texts are asked for with."""
        return self._options

    @property
    def model(self) -> str:
        """The engine."""
        return self._host.engine.name

    @property
    def provider(self) -> str:
        """Emotts."""
        return "emotts"

    def update_options(self, **options: Unpack[Options]) -> None:
        """Change what the next texts are asked for with; errors are those of the constructor."""
        self._options = checked(self._host, {**self._options, **options})

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> Chunked:
        """Speak a text."""
        spoken = Chunked(self, text, conn_options)
        self._streams.add(spoken)
        return spoken

    def stream(self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> Stream:
        """Speak a text that comes in tokens, each sentence as soon as it is complete."""
        spoken = Stream(self, conn_options)
        self._streams.add(spoken)
        return spoken

    def prewarm(self) -> None:
        """Load the weights, in a thread."""
        voice = asked(self._options)[1].get("voice")

        def warm_up() -> None:
            try:
                self._host.warm_up(voice)
            except EmottsError as error:
                logger.warning("%s", error)  # sentences will tell, where it lasts

        Thread(target=warm_up, name="emotts-prewarm", daemon=True).start()

    async def aclose(self) -> None:
        """End what is being spoken."""
        for stream in list(self._streams):
            await stream.aclose()

    async def say(
        self,
        text: str | AsyncIterable[str],
        emitter: tts.AudioEmitter,
        options: Options,
        begin: Begin | None = None,
    ) -> None:
        """Speak a text into an emitter.

        Args:
            text: whole, or in tokens.
            emitter: gets the audio.
            options: see `Options`.
            begin: called with each sentence before it is made, in the thread that makes it.

        Raises:
            APIError: of a kind that can be tried again where a part has lost its process.
        """
        emotion, others = asked(options)
        if begin is not None:
            others["begin"] = begin
        try:
            async with aclosing(self._host.astream(text, emotion, **others)) as choices:
                async for choice in choices:
                    for clip in choice.clips:
                        emitter.push(clip.resample(self.sample_rate).pcm16())
                    self.emit("sentence_chosen", choice)
        except SilentTextError:
            emitter.push(Audio.silence(SILENCE_S, self.sample_rate).pcm16())
        except GoneError as error:
            raise APIConnectionError(str(error)) from error
        except EmottsError as error:
            raise APIError(str(error), retryable=False) from error
