"""Audio: mono float32 samples with their rate; bounded reading, atomic writing, resampling."""

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from emotts.errors import AudioError, reason
from emotts.files import replacing
from emotts.soundfiles import opened, why

Samples = npt.NDArray[np.float32]

MAX_SECONDS = 600.0
MAX_CHANNELS = 16
RATES = range(1_000, 384_001)
BLOCK_FRAMES = 65_536

OTHER_FORMATS = (".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wma")
"""What files of audio that is no WAV end in."""


@dataclass(frozen=True, eq=False)
class Audio:
    """A mono clip.

    Raises:
        AudioError: the samples are not one-dimensional, empty or not finite, or the rate is
            out of range.
    """

    samples: Samples
    """[n] float32, full scale is [-1, 1]."""
    rate: int
    """Samples a second, Hz."""
    _copies: dict[int, "Audio"] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what no classifier or engine could mean."""
        if not isinstance(self.samples, np.ndarray):
            raise AudioError(f"audio must be a numpy array; got {type(self.samples).__name__}")
        if self.samples.ndim != 1:
            raise AudioError(f"audio must be mono, shape [n]; got shape {self.samples.shape}")
        if self.samples.dtype != np.float32:
            raise AudioError(f"audio must be float32, full scale ±1; got {self.samples.dtype}")
        if not self.samples.size:
            raise AudioError("audio has no samples")
        if self.rate not in RATES:
            raise AudioError(
                f"sampling rate {self.rate!r} Hz is no int in {RATES.start}…{RATES.stop - 1}"
            )
        object.__setattr__(self, "rate", int(self.rate))  # numpy's have no form in JSON
        if not np.isfinite(self.samples).all():
            raise AudioError("audio holds NaN or infinite samples")

    def __repr__(self) -> str:
        """How long it is, in the place of its samples."""
        return f"Audio({self.duration_s:.2f} s at {self.rate} Hz)"

    @classmethod
    def silence(cls, seconds: float, rate: int) -> "Audio":
        """Nothing to hear, for at least one sample."""
        return cls(np.zeros(max(1, round(seconds * rate)), np.float32), rate)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.size / self.rate

    @property
    def peak(self) -> float:
        """Largest absolute sample."""
        return float(np.abs(self.samples).max())

    def resample(self, rate: int) -> "Audio":
        """The same clip at another rate in Hz (soxr, high quality); kept, for all who hear it."""
        if rate == self.rate:
            return self
        if rate not in self._copies:
            samples = soxr.resample(self.samples, self.rate, rate)
            if not samples.size:
                raise AudioError(
                    f"{self.samples.size} samples are too few to resample to {rate} Hz"
                )
            self._copies[rate] = Audio(np.asarray(samples, dtype=np.float32), rate)
        return self._copies[rate]

    def amplified(self, gain_db: float) -> "Audio":
        """The same clip, `gain_db` decibels louder."""
        return Audio(self.samples * np.float32(10 ** (gain_db / 20)), self.rate)

    def pcm16(self) -> bytes:
        """The samples as 16-bit PCM, little-endian; what is beyond full scale is clipped."""
        return (np.clip(self.samples, -1, 1) * 32_767).astype("<i2").tobytes()

    def wav_bytes(self) -> bytes:
        """The clip as a 16-bit PCM WAV file."""
        buffer = io.BytesIO()
        soundfile.write(buffer, self.samples, self.rate, format="WAV", subtype="PCM_16")
        return buffer.getvalue()

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write a 16-bit PCM WAV file, atomically where `path` is a regular file.

        Raises:
            AudioError: the file can't be written, or its name is that of another format.
        """
        target = Path(path)
        if target.suffix.lower() in OTHER_FORMATS:
            raise AudioError(f"{target}: audio is written as WAV: {target.with_suffix('.wav')}")
        try:
            with replacing(target) as file:
                file.write(self.wav_bytes())
        except OSError as error:
            raise AudioError(f"{target}: can't be written: {reason(error)}") from error
        return target


def to_mono(samples: npt.NDArray[np.floating]) -> Samples:
    """Mix [n] or [n, channels] down to [n] float32 by the mean of the channels.

    What is not finite, or no float32, comes out as not finite, which `Audio` refuses.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        mono = samples if samples.ndim == 1 else samples.mean(axis=1)
        return np.ascontiguousarray(mono, dtype=np.float32)


def read(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    max_seconds: float = MAX_SECONDS,
    max_channels: int = MAX_CHANNELS,
) -> Audio:
    """Read WAV, FLAC, OGG or MP3 at any rate, mixed down to mono.

    Frames are counted as they are decoded, so a header can't lie about the length.

    Raises:
        AudioError: no audio file, empty, longer than `max_seconds`, more than `max_channels`
            channels, or NaN or infinite samples.
    """
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else "the audio"
    try:
        with opened(source) as file:
            if file.channels > max_channels:
                raise AudioError(f"{name}: {file.channels} channels; at most {max_channels}")
            if file.samplerate not in RATES:
                raise AudioError(f"{name}: sampling rate {file.samplerate} Hz is not supported")
            limit = int(max_seconds * file.samplerate)
            blocks: list[Samples] = []
            frames = 0
            for block in file.blocks(BLOCK_FRAMES, dtype="float32", always_2d=True):
                frames += len(block)
                if frames > limit:
                    raise AudioError(f"{name}: longer than {max_seconds:g} s; cut it first")
                blocks.append(to_mono(block))
            rate = file.samplerate
    except (OSError, soundfile.SoundFileError) as error:
        raise AudioError(f"{name}: can't be read as audio: {why(source, error)}") from error
    if not frames:
        raise AudioError(f"{name}: holds no audio")
    try:
        return Audio(np.concatenate(blocks), rate)
    except AudioError as error:
        raise AudioError(f"{name}: {error}") from error


def join(clips: Iterable[Audio], *, gap_s: float = 0.0) -> Audio:
    """Clips of one rate after each other, `gap_s` seconds of silence between them."""
    parts: list[Samples] = []
    rates: set[int] = set()
    for clip in clips:
        if parts:
            parts.append(np.zeros(round(gap_s * clip.rate), np.float32))
        parts.append(clip.samples)
        rates.add(clip.rate)
    if len(rates) != 1:
        raise AudioError(f"can only join clips of one sampling rate; got {sorted(rates) or 'none'}")
    return Audio(np.concatenate(parts), rates.pop())
