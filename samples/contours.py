"""Pitch over time, as the samples' page and the documentation's pictures show it."""

import numpy as np
import numpy.typing as npt

from emotts import Audio
from emotts.builtin import f0

WINDOW_S, HOP_S = 0.05, 0.01


def contour(audio: Audio) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
    """Times in seconds and pitch in Hz, [frames] each; NaN where nothing is voiced."""
    width, hop = round(WINDOW_S * audio.rate), round(HOP_S * audio.rate)
    window = np.hanning(width).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(audio.samples, width)[::hop]
    power = np.abs(np.fft.rfft(frames * window, 2 * width)).astype(np.float32) ** 2
    hz = f0.track(power, window, audio.rate).hz
    times = (np.arange(len(hz)) * hop + width / 2) / audio.rate
    return times, np.where(hz > 0, hz, np.nan)
