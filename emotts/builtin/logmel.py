"""Whisper's log-mel spectrogram, in numpy.

The definition is that of Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision" (2022), section 2.2: 80 mel bands, windows of 25 ms, a step of 10 ms. The mel scale is
Slaney's (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import scipy.fft

RATE = 16_000
WINDOW = 400
HOP = 160
BANDS = 80

# Whisper clips the spectrogram 8 powers of ten (80 dB) below its loudest point.
RANGE = 8.0
_SMALLEST_POWER = 1e-10
# Windows at once: what lies between them and the bands stays in the processor's cache, and BLAS,
# which starts its threads for a larger product, does not: waiting for a thread on a busy core takes
# a hundred times as long as the product.
_BLOCK = 16

# Slaney's scale: 15 mel per kHz up to 1 kHz, then 27 mel for each factor of 6.4.
_HZ_PER_MEL = 200 / 3
_KNEE_HZ = 1_000.0
_LOG_STEP = np.log(6.4) / 27

Floats = npt.NDArray[np.float32]


def log_mel(samples: Floats) -> Floats:
    """The log-mel spectrogram of a clip, scaled as Whisper scales it.

    Args:
        samples: [n] float32 at `RATE`; n must exceed `WINDOW` / 2, the mirrored edge.

    Returns:
        [BANDS, n // HOP] float32: (log10(power) + 4) / 4, about -1.5 … 1.5.
    """
    padded = np.pad(samples, WINDOW // 2, mode="reflect")
    # Whisper drops the last window, which holds more mirrored samples than real ones.
    count = samples.size // HOP
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
    mel = np.empty((count, BANDS), np.float32)
    for start in range(0, count, _BLOCK):
        block = slice(start, start + _BLOCK)
        spectrum = scipy.fft.rfft(windows[block] * _window(), axis=1)
        np.matmul(spectrum.real**2 + spectrum.imag**2, mel_filters(), out=mel[block])
    powers = np.log10(np.maximum(mel.T, _SMALLEST_POWER))
    scaled: Floats = (np.maximum(powers, powers.max() - RANGE) + 4) / 4
    return scaled


@cache
def mel_filters() -> Floats:
    """Triangular filters of equal area, [WINDOW / 2 + 1, BANDS] float32."""
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    edges = _hz(np.linspace(0, _mel(RATE / 2), BANDS + 2))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (centre - low), (high - bins) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling))
    filters: Floats = np.ascontiguousarray((triangles * 2 / (high - low)).T, np.float32)
    return filters


@cache
def _window() -> Floats:
    """A periodic Hann window, [WINDOW] float32."""
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


def _mel(hz: float) -> float:
    """A frequency of at least 1 kHz on Slaney's scale."""
    return float(_KNEE_HZ / _HZ_PER_MEL + np.log(hz / _KNEE_HZ) / _LOG_STEP)


def _hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Frequencies of points on Slaney's scale."""
    knee = _KNEE_HZ / _HZ_PER_MEL
    return np.where(mel < knee, mel * _HZ_PER_MEL, _KNEE_HZ * np.exp((mel - knee) * _LOG_STEP))
