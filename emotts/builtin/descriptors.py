"""What each frame of a clip sounds like: level, pitch, periodicity, the shape of its spectrum."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.sparse

from emotts.builtin import phonation
from emotts.builtin.f0 import track

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

RATE = 16_000
HOP = 160
FRAME_S = HOP / RATE
# 40 ms hold two and a half periods of the lowest voice, enough to tell its fundamental.
WINDOW = 640
# Padded, so that no lag of the autocorrelation that a voice could have wraps around.
SIZE = 1_024

MEL_BANDS = 24
MEL_HZ = (60.0, 7_000.0)
CEPSTRA = 13

# Where the first three formants move in most voices, Hz. The centroid of such a band follows its
# formant without the jumps of a peak picker; a smile moves all three up.
FORMANTS = ((250.0, 1_000.0), (900.0, 2_500.0), (2_200.0, 3_800.0))

# The whole, the two sides of the tilt, the base and the hiss, Hz.
BANDS = (MEL_HZ, (50.0, 1_000.0), (1_000.0, 5_000.0), (0.0, 500.0), (5_000.0, 7_500.0))

# Levels are cut off so far below the loud frames: noise below that is no part of the voice.
FLOOR_DB = 50.0
SPEECH_DB = 25.0
# Of a clip without a single voiced frame; a level that centring is not thrown by.
UNVOICED_HZ = 150.0


@dataclass(frozen=True)
class Frames:
    """T frames, one every `FRAME_S`."""

    level: Floats
    """[T] dB, relative to the loud frames, at least -`FLOOR_DB`."""
    semitones: Floats
    """[T] pitch above 1 Hz, drawn straight through what is unvoiced."""
    quality: Mapping[str, Floats]
    """[T] each: the sound of the voice apart from pitch and level."""
    formants: Floats
    """[3, T] centroids of the bands of `FORMANTS`, semitones above 1 Hz."""
    cepstra: Floats
    """[CEPSTRA, T] mel cepstrum without its mean, from the first on, dB."""
    voiced: Mask
    """[T]; everything that is speech where nothing is voiced."""
    speech: Mask
    """[T] frames within `SPEECH_DB` of the loud ones."""


def describe(samples: Floats) -> Frames:
    """The frames of a clip.

    Args:
        samples: [n] float32 at `RATE`, n > 0; speech, not silence.
    """
    power = _power(samples)
    pitch = track(power, _window(), RATE)
    mel, bands, formants = np.split(_filters() @ power.T, [MEL_BANDS, MEL_BANDS + len(BANDS)])
    whole, low, high, base, hiss = bands
    loud = float((whole @ whole) / whole.sum())
    smallest = loud * 10 ** (-FLOOR_DB / 10)
    level = _decibels(whole, smallest) - np.float32(10 * np.log10(loud))
    speech = level > -SPEECH_DB
    voiced = pitch.voiced & speech
    if not voiced.any():
        voiced = speech
    mass, weighted = formants[::2], formants[1::2]
    quality = {
        "harmonicity": phonation.harmonicity(pitch.correlation),
        "peak": phonation.cepstral_peak(power, smallest / SIZE, RATE),
        "first": phonation.first_harmonic(power, pitch.hz, smallest, RATE),
        "tilt": _decibels(low, smallest) - _decibels(high, smallest),
        "base": _decibels(base, smallest) - _decibels(whole, smallest),
        "hiss": _decibels(hiss, smallest) - _decibels(whole, smallest),
        "centroid": np.einsum("b,bt->t", np.arange(MEL_BANDS, dtype=np.float32), mel)
        / (mel.sum(axis=0) + smallest),
    }
    return Frames(
        level=level,
        semitones=_bridged(pitch.hz, voiced),
        quality=quality,
        formants=12 * np.log2((weighted + smallest) / (mass + smallest)),
        cepstra=scipy.fft.dct(
            _decibels(mel, smallest / MEL_BANDS), axis=0, norm="ortho", overwrite_x=True
        )[1 : CEPSTRA + 1],
        voiced=voiced,
        speech=speech,
    )


def _power(samples: Floats) -> Floats:
    """[T, SIZE / 2 + 1] power spectra, of frames around every tenth millisecond."""
    padded = np.pad(samples, WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    spectrum = scipy.fft.rfft(windows * _window(), SIZE, axis=1, overwrite_x=True)
    power: Floats = spectrum.real**2 + spectrum.imag**2
    return power


def _bridged(hz: Floats, voiced: Mask) -> Floats:
    """[T] semitones, interpolated between voiced frames and held beyond the outer ones."""
    known = np.flatnonzero(voiced)
    pitch = 12 * np.log2(np.where(hz[known] > 0, hz[known], UNVOICED_HZ))
    semitones: Floats = np.interp(np.arange(len(hz)), known, pitch).astype(np.float32)
    return semitones


def _decibels(power: Floats, smallest: float) -> Floats:
    decibels: Floats = 10 * np.log10(np.maximum(power, smallest))
    return decibels


@cache
def _window() -> Floats:
    """A periodic Hann window, [WINDOW] float32."""
    window: Floats = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    return window


@cache
def _filters() -> scipy.sparse.csr_array:
    """Everything that is a weighted sum of a power spectrum, one row each.

    The mel bands and `BANDS`; then, for each formant, the power of its band under a pre-emphasis
    of 6 dB an octave, and the same weighted by frequency.
    Sparse, because most of a band's weights are zero and a dense product would start threads.
    """
    hz = np.arange(SIZE // 2 + 1) * RATE / SIZE
    mel = 2595 * np.log10(1 + hz / 700)
    low, high = (2595 * np.log10(1 + edge / 700) for edge in MEL_HZ)
    edges = np.linspace(low, high, MEL_BANDS + 2)
    step = edges[1] - edges[0]
    rows = list(np.maximum(0, 1 - np.abs(mel - edges[1:-1, None]) / step))
    rows += [((hz >= start) & (hz < stop)).astype(float) for start, stop in BANDS]
    for start, stop in FORMANTS:
        emphasised = ((hz >= start) & (hz < stop)) * hz**2
        rows += [emphasised, emphasised * hz]
    return scipy.sparse.csr_array(np.array(rows, np.float32))
