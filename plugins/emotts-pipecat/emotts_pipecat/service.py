"""The service: sentences in, frames of audio out, and what was measured of each sentence."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from loguru import logger
from pipecat.frames.frames import DataFrame, ErrorFrame, Frame, StartFrame, TTSAudioRawFrame
from pipecat.services.settings import ServiceSettings, TTSSettings
from pipecat.services.tts_service import TextAggregationMode, TTSService
from pipecat.utils.errors import ErrorCategory
from pipecat.utils.tracing.service_decorators import traced_tts

from emotts import Audio, Choice, Host
from emotts.errors import ConfigError, EmottsError, TextError, UnknownNameError
from emotts.recital import Recital
from emotts_pipecat.aggregator import TagAggregator
from emotts_pipecat.settings import EmottsTTSSettings, asked, changed, complete

# After so long without audio pipecat takes a turn for over; a sentence of many takes may be long.
STALLED_S = 60.0
# Of a text without anything to say: a turn without audio would count as a failure of the service.
SILENCE_S = 0.02


@dataclass
class SentenceChosenFrame(DataFrame):
    """What was chosen for a sentence, and what was heard in it; its audio comes right after."""

    choice: Choice
    """`choice.matched`, `choice.candidate.score`, `choice.candidate.predictions` …"""
    context_id: str


class EmottsTTSService(TTSService):
    """Speaks with the emotion that was asked for, and tells what was heard.

    The host works in threads of its own: the event loop goes on, and an interruption is heeded at
    once. Services may share a host; their sentences take turns.
    """

    Settings = EmottsTTSSettings
    _settings: EmottsTTSSettings

    def __init__(
        self,
        host: Host | None = None,
        *,
        settings: TTSSettings | None = None,
        **kwargs: Any,
    ) -> None:
        """Check the settings; weights are loaded when the pipeline starts.

        Args:
            host: speaks; one with the built-in parts unless given.
            settings: see `EmottsTTSSettings`; what is not given is the host's.
            kwargs: those of pipecat's `TTSService`.

        Raises:
            UnknownNameError: no such voice or emotion.
            ConfigError: a setting is unknown or out of range, the classifier does not know the
                emotion, or text is not to come in sentences.
        """
        self._host = host or Host()
        mode = kwargs.setdefault("text_aggregation_mode", TextAggregationMode.SENTENCE)
        if mode != TextAggregationMode.SENTENCE:
            raise ConfigError("takes are chosen for sentences: text_aggregation_mode is SENTENCE")
        kwargs.setdefault("stop_frame_timeout_s", STALLED_S)
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            settings=complete(self._host, settings),
            **kwargs,
        )
        self._text_aggregator = TagAggregator(language=self.text_aggregation_language)
        self._warming: asyncio.Task[None] | None = None
        self._recitals: dict[str, Recital] = {}
        """Of the turns that go on: tags and tone hold for all sentences of one."""

    def can_generate_metrics(self) -> bool:
        """It can."""
        return True

    async def start(self, frame: StartFrame) -> None:
        """Start, and load the weights meanwhile."""
        await super().start(frame)
        self._warming = self.create_task(self._warm_up(), name="warm_up")

    async def cleanup(self) -> None:
        """Wait for no weights any more."""
        if self._warming is not None and not self._warming.done():
            await self.cancel_task(self._warming)
        await super().cleanup()

    @traced_tts
    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        """Speak sentences: for each what was chosen, then its audio.

        Args:
            text: whole sentences, perhaps with markup, which is not spoken.
            context_id: of the turn.

        Yields:
            `SentenceChosenFrame` and `TTSAudioRawFrame`; an `ErrorFrame` where that fails.
        """
        recital = self._recitals.get(context_id)
        if recital is None:
            emotion, options = asked(self._settings)
            recital = self._recitals[context_id] = self._host.recital(emotion, **options)
        silent = True
        try:
            await self.start_tts_usage_metrics(text)
            async with aclosing(recital.aspeak(text)) as choices:
                async for choice in choices:
                    silent = False
                    await self.stop_ttfb_metrics()
                    yield SentenceChosenFrame(choice, context_id)
                    for clip in choice.clips:
                        for audio in self._frames(clip, context_id):
                            yield audio
            if silent:
                for audio in self._frames(Audio.silence(SILENCE_S, self.sample_rate), context_id):
                    yield audio
        except EmottsError as error:
            yield ErrorFrame(str(error), exception=error, category=_category(error))
        finally:
            await self.stop_ttfb_metrics()

    async def on_turn_context_completed(self) -> None:
        """End the turn's audio, and forget its tags and tone."""
        # Also where its last sentence failed, and so yielded none.
        self._is_yielding_frames_synchronously = True
        self._recitals.pop(self._turn_context_id or "", None)
        await super().on_turn_context_completed()

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        """Forget the tags and tone of a turn that was interrupted."""
        self._recitals.pop(context_id, None)
        await super().on_audio_context_interrupted(context_id)

    async def _update_settings(self, delta: ServiceSettings) -> dict[str, Any]:
        """Change what the next sentences are asked for with; nothing where that can't be meant."""
        try:
            new = await asyncio.to_thread(changed, self._host, self._settings, delta)
        except EmottsError as error:
            # The application's mistake: the service goes on with the settings that it has.
            await self.push_error(str(error), exception=error, category=ErrorCategory.APPLICATION)
            return {}
        found = await super()._update_settings(new)
        emotion, options = asked(new)
        for recital in self._recitals.values():
            recital.ask(emotion, **options)
        return found

    async def _warm_up(self) -> None:
        try:
            await asyncio.to_thread(self._host.warm_up, asked(self._settings)[1]["voice"])
        except EmottsError as error:
            # Sentences will tell, where it lasts.
            logger.warning(f"{self}: {error}")

    def _frames(self, clip: Audio, context_id: str) -> Iterator[TTSAudioRawFrame]:
        pcm = clip.resample(self.sample_rate).pcm16()
        for start in range(0, len(pcm), self.chunk_size):
            chunk = pcm[start : start + self.chunk_size]
            yield TTSAudioRawFrame(chunk, self.sample_rate, 1, context_id=context_id)


def _category(error: EmottsError) -> ErrorCategory:
    """Whether what was asked for is at fault, or a part that speaks or hears."""
    asked = isinstance(error, TextError | ConfigError | UnknownNameError)
    return ErrorCategory.APPLICATION if asked else ErrorCategory.SERVER
