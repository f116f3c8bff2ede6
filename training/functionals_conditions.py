"""What is done to recordings to bring them nearer to synthetic speech.

A text-to-speech engine rebuilds the waveform from a smooth spectrum, an F0 per frame and a share
of noise; WORLD (Morise et al., 2016) does the same to a recording. What that does to jitter,
shimmer and the noise between harmonics is then no emotion to whoever is trained on both. The
bandwidth and the noise floor of an engine are not those of a corpus either.
"""

import hashlib
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.signal

from emotts.builtin.active import active

with warnings.catch_warnings():
    # pyworld asks setuptools for its own version, which setuptools has announced to give up.
    warnings.simplefilter("ignore")
    import pyworld

Floats = npt.NDArray[np.float32]

RATE = 16_000
CUTOFF_HZ = (4_500.0, 7_900.0)
SNR_DB = (25.0, 50.0)

_FULL_SCALE = 32_767
# `active` brings speech to a twentieth of full scale: peaks of ten times the level still fit.
_HEADROOM = 2.0


def clean(samples: Floats, _: np.random.Generator) -> Floats:
    """As recorded."""
    return samples


def mild(samples: Floats, random: np.random.Generator) -> Floats:
    """A random bandwidth and a little noise, white or pink."""
    speech = active(samples, RATE)
    bound = scipy.signal.butter(6, random.uniform(*CUTOFF_HZ), fs=RATE, output="sos")
    speech = scipy.signal.sosfilt(bound, speech)
    noise = random.standard_normal(speech.size)
    if random.random() < 0.5:
        spectrum = np.fft.rfft(noise)
        spectrum /= np.sqrt(np.maximum(1, np.arange(spectrum.size)))
        noise = np.fft.irfft(spectrum, speech.size)
    ratio = 10 ** (-random.uniform(*SNR_DB) / 20)
    degraded: Floats = (speech + ratio * speech.std() / noise.std() * noise).astype(np.float32)
    return degraded


def resynthesised(samples: Floats) -> Floats:
    """The active part of a recording, analysed by WORLD and put together again; 16 kHz."""
    speech = active(samples, RATE).astype(np.float64)
    f0, times = pyworld.dio(speech, RATE)
    f0 = pyworld.stonemask(speech, f0, times, RATE)
    envelope = pyworld.cheaptrick(speech, f0, times, RATE)
    aperiodicity = pyworld.d4c(speech, f0, times, RATE)
    rebuilt: Floats = pyworld.synthesize(f0, envelope, aperiodicity, RATE).astype(np.float32)
    return rebuilt


def cached(samples: Floats, cache: Path) -> Floats:
    """`resynthesised`, which takes long, kept as 16-bit samples."""
    kept = cache / f"{hashlib.sha256(samples.tobytes()).hexdigest()[:24]}.npy"
    if not kept.exists():
        rebuilt = resynthesised(samples) * _HEADROOM
        cache.mkdir(parents=True, exist_ok=True)
        np.save(kept, (np.clip(rebuilt, -1, 1) * _FULL_SCALE).astype(np.int16))
    found: Floats = (np.load(kept) / (_FULL_SCALE * _HEADROOM)).astype(np.float32)
    return found
