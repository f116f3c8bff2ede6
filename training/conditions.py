"""What may happen to a recording: the conditions that training and evaluation put clips under.

Every condition is a function of the clip and a random generator of its own, so that a clip sounds
the same in every run.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy.signal

from emotts.builtin.active import LEVEL, active

Floats = npt.NDArray[np.float32]
Condition = Callable[[Floats, np.random.Generator], Floats]

RATE = 16_000
TRAINING_SNR_DB = (5.0, 40.0)
PART = (0.35, 0.8)
_SHORTEST_PART_S = 0.4
_FFT = 1024
_GRIFFIN_LIM_STEPS = 32


def clean(samples: Floats, _: np.random.Generator) -> Floats:
    """As recorded."""
    return samples


def gain(decibels: float) -> Condition:
    """Louder by so many decibels, without clipping."""
    return lambda samples, _: samples * np.float32(10 ** (decibels / 20))


def noise(low_db: float, high_db: float) -> Condition:
    """White or pink noise at a random ratio of speech to noise, drawn evenly in decibels."""

    def condition(samples: Floats, random: np.random.Generator) -> Floats:
        speech = active(samples, RATE)
        hiss = random.standard_normal(speech.size)
        if random.random() < 0.5:
            spectrum = np.fft.rfft(hiss)
            spectrum /= np.sqrt(np.maximum(1, np.arange(spectrum.size)))
            hiss = np.fft.irfft(spectrum, speech.size)
        ratio = 10 ** (-random.uniform(low_db, high_db) / 20)
        return (speech + LEVEL * ratio * hiss / hiss.std()).astype(np.float32)

    return condition


def part(samples: Floats, random: np.random.Generator) -> Floats:
    """A piece of the speech, of a random length: the emotion stays, the length does not."""
    speech = active(samples, RATE)
    size = max(round(speech.size * random.uniform(*PART)), round(_SHORTEST_PART_S * RATE))
    start = random.integers(0, max(1, speech.size - size))
    return speech[start : start + size]


def resynthesised(samples: Floats, random: np.random.Generator) -> Floats:
    """Rebuilt from magnitudes alone, as a vocoder does (Griffin and Lim, 1984)."""
    transform = scipy.signal.ShortTimeFFT(
        scipy.signal.windows.hann(_FFT, sym=False), _FFT // 4, RATE
    )
    magnitude = np.abs(transform.stft(samples))
    phase = np.exp(2j * np.pi * random.random(magnitude.shape))
    for _ in range(_GRIFFIN_LIM_STEPS):
        rebuilt = transform.istft(magnitude * phase, k1=samples.size)
        phase = np.exp(1j * np.angle(transform.stft(rebuilt)))
    found: Floats = transform.istft(magnitude * phase, k1=samples.size).astype(np.float32)
    return found


TRAINING = {"clean": clean, "noisy": noise(*TRAINING_SNR_DB), "part": part}
ROBUSTNESS = {
    "a part of the clip": part,
    "12 dB louder": gain(12),
    "12 dB softer": gain(-12),
    "noise, SNR 30 dB": noise(30, 30),
    "noise, SNR 20 dB": noise(20, 20),
    "noise, SNR 10 dB": noise(10, 10),
    "resynthesised": resynthesised,
}
