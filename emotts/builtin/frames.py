"""hibari's frames: 12.5 ms apart, 50 ms wide, 601 bins."""

import numpy as np
import numpy.typing as npt
from hibari import dsp

Floats = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]

BINS = dsp.N_FFT // 2 + 1
HZ_A_BIN = dsp.SR / dsp.N_FFT
FRAME_S = dsp.HOP / dsp.SR
VOICED_HZ = 40.0  # below this a frame has no harmonics


def polar(magnitude: Floats, phase: Floats) -> Spectrum:
    """Complex values from magnitude and phase, in single precision throughout."""
    result = np.empty(magnitude.shape, np.complex64)
    np.cos(phase, out=result.real)
    np.sin(phase, out=result.imag)
    result *= magnitude
    return result
