"""Encoded audio, made piece by piece as the sentences are chosen."""

from collections.abc import Mapping
from fractions import Fraction
from io import BytesIO
from types import MappingProxyType
from typing import Literal, NamedTuple

import av
import numpy as np
from av.audio.stream import AudioStream

from emotts.audio import Audio

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]

# What OpenAI's clients expect of raw samples.
RATE = 24_000


class _Codec(NamedTuple):
    """How a format is made, in FFmpeg's names."""

    container: str
    codec: str
    samples: str
    rate: int
    media_type: str
    options: Mapping[str, str] = MappingProxyType({})
    streams: bool = True
    """Whether it can be sent before it is complete."""


_CODECS = {
    # The Xing header would be written last, at the start: a stream has no way back.
    "mp3": _Codec("mp3", "libmp3lame", "fltp", RATE, "audio/mpeg", {"write_xing": "0"}),
    "opus": _Codec("ogg", "libopus", "flt", 48_000, "audio/ogg", {"page_duration": "200000"}),
    "aac": _Codec("adts", "aac", "fltp", RATE, "audio/aac"),
    # Its header holds the length, and readers fail without it.
    "flac": _Codec("flac", "flac", "s16", RATE, "audio/flac", streams=False),
    "wav": _Codec("wav", "pcm_s16le", "s16", RATE, "audio/wav"),
    "pcm": _Codec("s16le", "pcm_s16le", "s16", RATE, "audio/pcm"),
}

MEDIA_TYPES = tuple(codec.media_type for codec in _CODECS.values())


def media_type(name: Format) -> str:
    """The content type of a format."""
    return _CODECS[name].media_type


class _Sink(BytesIO):
    """Bytes on their way out, with no way back: what was taken is gone."""

    def seekable(self) -> bool:
        return False

    def take(self) -> bytes:
        data = self.getvalue()
        self.truncate(0)
        super().seek(0)
        return data


class Encoder:
    """One stream of encoded audio, mono, at 24 kHz (Opus: 48 kHz)."""

    def __init__(self, name: Format) -> None:
        """Open the stream."""
        codec = _CODECS[name]
        self._sink = _Sink() if codec.streams else BytesIO()
        self._container = av.open(
            self._sink, "w", format=codec.container, container_options=dict(codec.options)
        )
        stream = self._container.add_stream(codec.codec, rate=codec.rate, layout="mono")
        assert isinstance(stream, AudioStream)
        self._stream = stream
        self._stream.codec_context.format = codec.samples
        self._stream.codec_context.open()
        self._resampler = av.AudioResampler(
            format=codec.samples,
            layout="mono",
            rate=codec.rate,
            frame_size=self._stream.codec_context.frame_size or None,
        )
        self._samples = 0

    def add(self, audio: Audio) -> bytes:
        """What there is to send once this audio is in, perhaps nothing; FLAC comes at the end."""
        samples = audio.resample(RATE).samples
        frame = av.AudioFrame.from_ndarray(np.clip(samples, -1, 1)[None], "fltp", "mono")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = self._samples
        self._samples += samples.size
        self._encode(self._resampler.resample(frame))
        return self._sink.take() if isinstance(self._sink, _Sink) else b""

    def finish(self) -> bytes:
        """The rest of the stream."""
        self._encode(self._resampler.resample(None))
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._sink.getvalue()

    def _encode(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            self._container.mux(self._stream.encode(frame))
