"""Resemblyzer's network on its packaged weights.

Only the file of weights is taken from the `resemblyzer` package. Importing the package would bring
librosa, numba, a voice activity detector that needs the `pkg_resources` of an old setuptools, and
a module that scipy has deprecated; what they are used for is a spectrogram and the removal of
silence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import binary_dilation, uniform_filter1d
from scipy.signal import get_window

from emotts.audio import Audio, Samples
from emotts.errors import PluginError
from emotts.records import Embedding

RATE = 16_000
# What the network was trained on (Wan et al. 2018, as Resemblyzer implements it): mel energies,
# not their logarithms, of 25-ms windows every 10 ms, in stretches of 1.6 s.
WINDOW, HOP, MELS = 400, 160, 40
STRETCH, STEP = 160, 77
# The last stretch counts when it has at least so many frames.
COVERED = 120
LAYERS, SIZE = 3, 256
# The energies are not logarithms, so level matters: speech is brought to where hibari's lies, dB re
# full scale. Resemblyzer leaves clips above -30 dB as they are, and hears another voice in a loud
# one: 12 dB cost 0.18 of similarity.
LEVEL_DB = -26.0
# A frame speaks when it is within this of the loudest. Frames are averaged over 240 ms and what is
# left is widened by 90 ms on both sides, as Resemblyzer does it.
SPEECH_RANGE_DB = 40.0
FRAME, SMOOTHING, WIDENING = 480, 8, 7


class Encoder(torch.nn.Module):
    """Three LSTM layers, a rectified projection, and the mean over stretches of a clip."""

    def __init__(self) -> None:
        """Load the weights.

        Raises:
            PluginError: the `resemblyzer` package is not installed.
        """
        super().__init__()
        self.lstm = torch.nn.LSTM(MELS, SIZE, LAYERS, batch_first=True)
        self.linear = torch.nn.Linear(SIZE, SIZE)
        state = torch.load(_weights(), map_location="cpu", weights_only=True)["model_state"]
        # The similarity's scale and offset served its training alone.
        self.load_state_dict({k: v for k, v in state.items() if not k.startswith("similarity_")})

    @torch.inference_mode()
    def embed(self, clip: Audio) -> Embedding:
        """The voice of a clip: [256] float32, not negative, of length 1."""
        frames = mel_energies(speech(clip.resample(RATE).samples))
        starts = range(0, max(len(frames) - COVERED, 0) + 1, STEP)
        padded = np.pad(frames, ((0, STRETCH), (0, 0)))
        stretches = np.stack([padded[start : start + STRETCH] for start in starts])
        with _one_thread():
            _, (hidden, _) = self.lstm(torch.from_numpy(stretches))
            voices = torch.relu(self.linear(hidden[-1]))
        voice = torch.nn.functional.normalize(voices, dim=1).mean(dim=0)
        return np.asarray(torch.nn.functional.normalize(voice, dim=0).numpy(), np.float32)


def speech(samples: Samples) -> Samples:
    """The parts of a clip at 16 kHz that speak, short pauses included, at one level."""
    frames = np.pad(samples, (0, -samples.size % FRAME)).reshape(-1, FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    speaks = (power > power.max() * 10 ** (-SPEECH_RANGE_DB / 10)).astype(float)
    mostly = uniform_filter1d(speaks, SMOOTHING, mode="constant") > 0.5
    kept = binary_dilation(mostly, np.ones(WIDENING))
    if not kept.any():
        return samples
    gain = 10 ** (LEVEL_DB / 20) / np.sqrt(power[kept].mean())
    return np.asarray(frames[kept].ravel() * gain, np.float32)


def mel_energies(samples: Samples) -> Samples:
    """Energy of a clip at 16 kHz in mel bands: [frames, 40] float32."""
    padded = np.pad(samples, WINDOW // 2)
    windows = sliding_window_view(padded, WINDOW)[::HOP] * get_window("hann", WINDOW)
    power = np.abs(np.fft.rfft(windows)) ** 2
    return np.asarray(power @ _filters().T, np.float32)


@cache
def _filters() -> npt.NDArray[np.float64]:
    """Triangles on Slaney's mel scale, each of area 1 Hz: [40, 201].

    The scale (Slaney 1998, Auditory Toolbox) is linear up to 1 kHz, 15 mel, and from there on a
    step of 1 mel is a factor of 6.4 ** (1 / 27).
    """
    hertz = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    top = 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4)
    mels = np.linspace(0, top, MELS + 2)
    edges = np.where(mels < 15, mels * 1000 / 15, 1000 * 6.4 ** ((mels - 15) / 27))[:, None]
    rise = (hertz - edges[:-2]) / np.diff(edges, axis=0)[:-1]
    fall = (edges[2:] - hertz) / np.diff(edges, axis=0)[1:]
    triangles = np.maximum(0, np.minimum(rise, fall))
    return np.asarray(triangles * 2 / (edges[2:] - edges[:-2]), np.float64)


@contextmanager
def _one_thread() -> Iterator[None]:
    """The steps of an LSTM are too small to share: threads that wait for each other cost 10 ×."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _weights() -> Path:
    found = find_spec("resemblyzer")
    if found is None or found.origin is None:
        raise PluginError("check speaker needs its weights: pip install resemblyzer==0.1.4")
    return Path(found.origin).with_name("pretrained.pt")
