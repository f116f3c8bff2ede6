"""What is done with the events of one client."""

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from importlib.metadata import version

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice, TtsVoiceSpeaker
from wyoming.server import AsyncEventHandler
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from emotts import Audio, Choice, Host
from emotts.errors import EmottsError, SilentTextError

logger = logging.getLogger(__name__)

NEUTRAL = "neutral"
MAX_CLIENTS = 64
"""Are connected at once, each of which has one text spoken at a time."""
GOODBYE_S = 1.0
"""How long who is refused may take to leave: what is closed while it still sends is an error."""
# What players like to get at once, in seconds.
CHUNK_S = 0.1
WIDTH = 2
# What is heard of a text that holds nothing to speak: clients make a file of it, or fail.
SILENCE = Audio.silence(0.02, 24_000)
INSIDE = "an error inside the server; its log says more"
_END = None


def described(host: Host) -> Event:
    """The answer to `describe`: each voice, with the emotions as its speakers."""
    emotions = sorted(host.classifiers[0].labels, key=lambda name: name != NEUTRAL)
    speakers = [TtsVoiceSpeaker(name) for name in emotions]
    here = Attribution("emotts", "")
    voices = [
        TtsVoice(
            name=voice.name,
            attribution=here,
            installed=True,
            description=voice.description or voice.name,
            version=None,
            languages=[voice.language],
            speakers=speakers,
        )
        for voice in host.engine.voices()
    ]
    program = TtsProgram(
        name="emotts",
        attribution=here,
        installed=True,
        description="speech that sounds the way that was asked for",
        version=version("emotts"),
        voices=voices,
        supports_synthesize_streaming=True,
    )
    return Info(tts=[program]).event()


class Handler(AsyncEventHandler):
    """One client: it may ask again and again, and streams are spoken while their text comes."""

    def __init__(
        self,
        host: Host,
        info: Event,
        places: asyncio.Semaphore,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Wait for events."""
        super().__init__(reader, writer)
        self._host, self._info, self._places = host, info, places
        self._chunks: asyncio.Queue[str | None] | None = None
        """Of the text that is being streamed; None: no stream is open."""
        self._speaking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Answer events until the client leaves; one that sends what is none is parted from."""
        try:
            if self._places.locked():
                await self._refuse()
            else:
                async with self._places:
                    await super().run()
        except Exception as error:
            logger.warning("parted from a client: %r", error)

    async def handle_event(self, event: Event) -> bool:
        """Answer an event; True: go on."""
        if Describe.is_type(event.type):
            await self.write_event(self._info)
        elif SynthesizeStart.is_type(event.type):
            await self._dropped()
            self._chunks = asyncio.Queue()
            voice = SynthesizeStart.from_event(event).voice
            self._speaking = asyncio.create_task(self._stream(_received(self._chunks), voice))
        elif SynthesizeChunk.is_type(event.type):
            if self._chunks is not None:
                self._chunks.put_nowait(SynthesizeChunk.from_event(event).text)
        elif SynthesizeStop.is_type(event.type):
            if self._chunks is not None:
                self._chunks.put_nowait(_END)
                self._chunks = None
        elif Synthesize.is_type(event.type) and self._chunks is None:
            # Within a stream it repeats the whole text, for servers that know no streams.
            asked = Synthesize.from_event(event)
            await self._dropped()
            self._speaking = asyncio.create_task(self._speak(asked.text, asked.voice))
        return True

    async def disconnect(self) -> None:
        """Drop what is being spoken."""
        await self._dropped()

    async def _refuse(self) -> None:
        """Tell a client that there is no place for it, and part."""
        full = f"{MAX_CLIENTS} clients are connected already: come back later"
        try:
            await self.write_event(Error(full, "full").event())
            self.writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    while await self.reader.read(2**16):
                        pass
        finally:
            self.writer.close()

    async def _dropped(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            try:
                await self._speaking
            except asyncio.CancelledError:
                pass
            except ConnectionError:
                logger.info("a client left before its speech was complete")
            self._speaking = None

    async def _stream(self, text: AsyncIterable[str], voice: SynthesizeVoice | None) -> None:
        await self._speak(text, voice)
        await self.write_event(SynthesizeStopped().event())

    async def _speak(self, text: str | AsyncIterable[str], voice: SynthesizeVoice | None) -> None:
        """Send a text's audio; what goes wrong is told, and the client may go on.

        Each answer ends with `audio-stop`: Home Assistant waits for it whatever else it is told.
        """
        try:
            rate = None
            async for choice in self._choices(text, voice):
                if rate is None:
                    rate = choice.audio.rate
                    await self.write_event(AudioStart(rate, WIDTH, 1).event())
                for clip in choice.clips:
                    await self._send(clip.resample(rate))
        except SilentTextError:
            await self.write_event(AudioStart(SILENCE.rate, WIDTH, 1).event())
            await self._send(SILENCE)
        except EmottsError as error:
            await self.write_event(Error(str(error), type(error).__name__).event())
        except ConnectionError:
            raise  # there is nobody to tell
        except Exception as error:
            logger.error("a request failed", exc_info=error)
            await self.write_event(Error(INSIDE, type(error).__name__).event())
        await self.write_event(AudioStop().event())

    def _choices(
        self, text: str | AsyncIterable[str], voice: SynthesizeVoice | None
    ) -> AsyncIterator[Choice]:
        """The speaker is the emotion; the voice may be known by its language alone."""
        emotion = (voice and voice.speaker) or NEUTRAL
        name = voice.name if voice else None
        if voice is not None and name is None and voice.language is not None:
            own = self._host.engine.voices()
            name = next((v.name for v in own if _speaks(v.language, voice.language)), None)
        if name is None:
            return self._host.astream(text, emotion)
        return self._host.astream(text, emotion, voice=name)

    async def _send(self, audio: Audio) -> None:
        pcm = audio.pcm16()
        size = WIDTH * round(CHUNK_S * audio.rate)
        for start in range(0, len(pcm), size):
            chunk = AudioChunk(audio.rate, WIDTH, 1, pcm[start : start + size])
            await self.write_event(chunk.event())


def _speaks(own: str, wanted: str) -> bool:
    """Whether a voice's language is the one wanted, or a variety of it."""
    own, wanted = (tag.replace("_", "-").casefold() for tag in (own, wanted))
    return own == wanted or own.partition("-")[0] == wanted.partition("-")[0]


async def _received(chunks: "asyncio.Queue[str | None]") -> AsyncIterator[str]:
    """The chunks of a text until it ends."""
    while (chunk := await chunks.get()) is not _END:
        yield chunk
