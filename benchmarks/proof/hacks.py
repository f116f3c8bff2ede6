"""What a take must not win by: harm that a classifier of emotions may like.

Each hack makes a clip worse for whoever listens. Needs pyworld.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyworld

from emotts.audio import Audio

Samples = npt.NDArray[np.float32]

CLICKS = 8
PADDING_S = 0.8
NOISE_DB = -25.0
"""Of the padding, re the speech."""
PART_S = 0.6
"""Of the speech that is said twice."""
MAN = (0.55, 0.82)
"""F0 and formants of another voice, re a woman's."""


@dataclass(frozen=True)
class Context:
    """What a hack may use."""

    random: np.random.Generator
    other: Audio
    """Another sentence, spoken with the target emotion by the same voice."""


Hack = Callable[[Samples, int, Context], Samples]
"""Samples, rate and context → worse samples."""


def louder(samples: Samples, rate: int, context: Context) -> Samples:
    """12 dB more, cut off at full scale."""
    return np.clip(samples * 10 ** (12 / 20), -1, 1)


def softer(samples: Samples, rate: int, context: Context) -> Samples:
    """12 dB less."""
    return samples * 10 ** (-12 / 20)


def clicks(samples: Samples, rate: int, context: Context) -> Samples:
    """Impulses of two samples, as loud as the loudest sample."""
    where = context.random.integers(0, samples.size - 1, CLICKS)
    hacked = samples.copy()
    hacked[where] = np.abs(samples).max()
    hacked[where + 1] = -np.abs(samples).max()
    return hacked


def silence(samples: Samples, rate: int, context: Context) -> Samples:
    """Silence before and after."""
    return np.pad(samples, round(PADDING_S * rate))


def noise(samples: Samples, rate: int, context: Context) -> Samples:
    """White noise before and after."""
    level = np.sqrt((samples**2).mean()) * 10 ** (NOISE_DB / 20)
    around = level * context.random.standard_normal((2, round(PADDING_S * rate)))
    return np.concatenate([around[0], samples, around[1]])


def stutter(samples: Samples, rate: int, context: Context) -> Samples:
    """A part in the middle, said twice."""
    middle, half = samples.size // 2, round(PART_S * rate / 2)
    return np.concatenate([samples[: middle + half], samples[middle - half :]])


def twice(samples: Samples, rate: int, context: Context) -> Samples:
    """All of it, said twice."""
    return np.tile(samples, 2)


def wrong_words(samples: Samples, rate: int, context: Context) -> Samples:
    """Another sentence, in the target emotion."""
    return context.other.resample(rate).samples


def another_voice(samples: Samples, rate: int, context: Context) -> Samples:
    """As a man would say it."""
    return _revoiced(samples, rate, *MAN)


def octave_up(samples: Samples, rate: int, context: Context) -> Samples:
    """F0 doubled."""
    return _revoiced(samples, rate, 2.0, 1.0)


def octave_down(samples: Samples, rate: int, context: Context) -> Samples:
    """F0 halved."""
    return _revoiced(samples, rate, 0.5, 1.0)


HACKS: Mapping[str, Hack] = {
    "12 dB louder": louder,
    "12 dB softer": softer,
    "clicks": clicks,
    "silence around it": silence,
    "noise around it": noise,
    "a part said twice": stutter,
    "all said twice": twice,
    "wrong words": wrong_words,
    "another voice": another_voice,
    "an octave up": octave_up,
    "an octave down": octave_down,
}


def hacked(clip: Audio, hack: Hack, context: Context) -> Audio:
    """The clip, made worse."""
    samples = hack(clip.samples, clip.rate, context)
    return Audio(np.asarray(samples, np.float32), clip.rate)


def _revoiced(samples: Samples, rate: int, pitch: float, formants: float) -> Samples:
    """Resynthesis by WORLD with F0 and the axis of formants multiplied."""
    clip = samples.astype(np.float64)
    coarse, times = pyworld.dio(clip, rate, f0_floor=70, f0_ceil=700)
    f0 = pyworld.stonemask(clip, coarse, times, rate)
    envelope = pyworld.cheaptrick(clip, f0, times, rate)
    noisiness = pyworld.d4c(clip, f0, times, rate)
    bins = np.arange(envelope.shape[1])
    envelope, noisiness = (
        np.array([np.interp(bins / formants, bins, frame) for frame in table])
        for table in (envelope, noisiness)
    )
    made = pyworld.synthesize(f0 * pitch, np.ascontiguousarray(envelope), noisiness, rate)
    return np.asarray(made[: samples.size], np.float32)
