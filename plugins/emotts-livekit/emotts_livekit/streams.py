"""What is being spoken: a whole text, or one that comes in tokens."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from livekit.agents import APIConnectOptions, tts, utils

if TYPE_CHECKING:
    from emotts_livekit.tts import TTS


class Chunked(tts.ChunkedStream):
    """A whole text."""

    def __init__(self, service: "TTS", text: str, conn_options: APIConnectOptions) -> None:
        """Begin."""
        super().__init__(tts=service, input_text=text, conn_options=conn_options)
        self._service, self._options = service, service.options

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        _initialize(output_emitter, self._service)
        if self.input_text.strip():
            await self._service.say(self.input_text, output_emitter, self._options)


class Stream(tts.SynthesizeStream):
    """A text that comes in tokens; each sentence is spoken as soon as it is complete."""

    def __init__(self, service: "TTS", conn_options: APIConnectOptions) -> None:
        """Begin."""
        super().__init__(tts=service, conn_options=conn_options)
        self._service, self._options = service, service.options

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        _initialize(output_emitter, self._service, stream=True)
        tokens = self._tokens()
        first = await anext(tokens, None)
        if first is None:
            return
        output_emitter.start_segment(segment_id=utils.shortuuid())
        await self._service.say(
            _chained(first, tokens),
            output_emitter,
            self._options,
            begin=lambda _: self._mark_started(),  # the time to the first audio counts from here
        )
        output_emitter.end_segment()

    async def _tokens(self) -> AsyncIterator[str]:
        """The tokens of the segment, which a flush ends."""
        said = False
        async for data in self._input_ch:
            if isinstance(data, str):
                said = True
                yield data
            elif said:
                return


def _initialize(emitter: tts.AudioEmitter, service: "TTS", *, stream: bool = False) -> None:
    emitter.initialize(
        request_id=utils.shortuuid(),
        sample_rate=service.sample_rate,
        num_channels=service.num_channels,
        mime_type="audio/pcm",
        stream=stream,
    )


async def _chained(first: str, others: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for other in others:
        yield other
