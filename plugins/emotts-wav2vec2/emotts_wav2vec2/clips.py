"""From clips to what a model is given: windows, normalisation, batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from emotts.audio import Audio, Samples
from emotts.errors import ClassifierError

Vectors = npt.NDArray[np.float32]

WINDOW_S = 20.0
# A rest shorter than this joins the window before it: too little to hear an emotion in.
SHORTEST_REST_S = 1.0
# Below -80 dBFS around its mean a clip is silence; normalised, its noise would fill the scale.
SILENCE_RMS = 1e-4
# What Wav2Vec2FeatureExtractor adds to the variance.
NORMALISE_EPS = 1e-7


@dataclass(frozen=True)
class Window:
    """A part of a clip that is heard at once."""

    clip: int
    """Index of its clip."""
    samples: Samples
    """[n] float32, as the model is given them."""


def windows(batch: Sequence[Audio], *, rate: int, shortest: int, normalise: bool) -> list[Window]:
    """The windows of each clip, in order.

    A clip is cut into windows of 20 s; silent windows are left out.

    Args:
        batch: the clips.
        rate: Hz that the model hears.
        shortest: the fewest samples that it hears.
        normalise: whether a window is brought to mean 0 and variance 1.

    Raises:
        ClassifierError: a clip of another rate, too short, or silent.
    """
    return [
        Window(index, _normalised(part) if normalise else part)
        for index, clip in enumerate(batch)
        for part in _audible(clip, index, rate, shortest)
    ]


def _audible(clip: Audio, index: int, rate: int, shortest: int) -> list[Samples]:
    if clip.rate != rate:
        raise ClassifierError(f"clip {index} is at {clip.rate} Hz; this model hears {rate} Hz")
    if clip.samples.size < shortest:
        raise ClassifierError(
            f"clip {index} has {clip.samples.size} samples; at least {shortest} "
            f"({1000 * shortest / rate:g} ms) are needed"
        )
    parts = [part for part in _cut(clip.samples, rate) if float(part.std()) >= SILENCE_RMS]
    if not parts:
        raise ClassifierError(f"clip {index} is silent: no emotion can be heard in it")
    return parts


def _cut(samples: Samples, rate: int) -> list[Samples]:
    length = round(WINDOW_S * rate)
    starts = list(range(0, samples.size, length))
    if len(starts) > 1 and samples.size - starts[-1] < SHORTEST_REST_S * rate:
        starts.pop()
    return [
        samples[start:stop] for start, stop in zip(starts, [*starts[1:], samples.size], strict=True)
    ]


def _normalised(samples: Samples) -> Samples:
    # In float64: a float32 mean of 20 s is off by more than the sums of the first layer.
    mean = samples.mean(dtype=np.float64)
    deviation = np.sqrt(samples.var(dtype=np.float64) + NORMALISE_EPS)
    normalised: Samples = ((samples - mean) / deviation).astype(np.float32)
    return normalised


def batches(lengths: Sequence[int], *, most: int, padded: bool) -> Iterator[list[int]]:
    """Which windows are heard together: indices, each once, similar lengths beside each other.

    Args:
        lengths: samples of each window.
        most: samples of a batch, padding included; a longer window is heard alone.
        padded: whether windows of unequal lengths may be heard together.
    """
    group: list[int] = []
    # Longest first: memory runs out at once or not at all, and the first of a group is its width.
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if group and (
            (len(group) + 1) * lengths[group[0]] > most
            or not (padded or lengths[index] == lengths[group[0]])
        ):
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def averaged(values: Vectors, parts: Sequence[Window], clips: int) -> Vectors:
    """Mean over the windows of each clip, weighted by their lengths.

    Args:
        values: [windows, d].
        parts: the windows.
        clips: number of clips.

    Returns:
        [clips, d] float32.
    """
    weights = np.zeros((clips, len(parts)))
    for index, part in enumerate(parts):
        weights[part.clip, index] = part.samples.size
    weights /= weights.sum(axis=1, keepdims=True)
    return (weights @ values.astype(np.float64)).astype(np.float32)
