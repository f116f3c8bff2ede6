"""A classifier that needs no model: it hears emotion in the height and the level of a voice."""

from collections.abc import Sequence

import numpy as np

from emotts.audio import Audio, Samples
from emotts.classifier import Classifier
from emotts.errors import ClassifierError
from emotts.records import Embedding, Prediction, Profile

RATE = 16_000
FRAME = RATE // 20
PITCHES_HZ = (60, 500)
VOICED = 0.5
"""How much of its energy a frame must repeat after one period to count as voiced."""
OCTAVE_COST = 0.05

# Emotion → where it lies around the speaker's own average: semitones, dB. The signs are those
# that Juslin & Laukka (2003, Psychological Bulletin 129:770) found in most studies of speech;
# neutral speech lies a little below an average over moods.
PLACES = {
    "anger": (0.5, 4.0),
    "fear": (2.5, -0.5),
    "happiness": (1.2, 1.0),
    "neutral": (-0.5, 0.0),
    "sadness": (-2.0, -4.0),
}
WIDTH = 1.2
"""How far from its place an emotion is still heard; semitones, dB."""
AVERAGE = np.array([12 * np.log2(150), -24.0], np.float32)
"""An unknown speaker: 150 Hz in semitones above 1 Hz, and dBFS."""


class PitchClassifier(Classifier):
    """Measures pitch and level, and says which of five emotions lies nearest.

    Deterministic and fast: for tests of what surrounds a classifier. Its embedding is pitch in
    semitones above 1 Hz and level in dBFS, relative to the speaker's profile where there is one.
    """

    name = "pitch"
    license = "Apache-2.0"
    rate = RATE
    labels = tuple(PLACES)
    centres = True
    batch = 4

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        """Hear each clip."""
        return [_predict(_measure(clip.samples), profile) for clip in batch]


def _predict(measured: Embedding, profile: Profile | None) -> Prediction:
    offset = measured - (AVERAGE if profile is None else profile.embedding)
    distances = ((np.array(list(PLACES.values())) - offset) ** 2).sum(axis=1)
    weights = np.exp((distances.min() - distances) / (2 * WIDTH**2))
    scores = dict(zip(PLACES, (weights / weights.sum()).tolist(), strict=True))
    if profile is None:
        return Prediction(scores, measured)
    return Prediction(scores, offset, centred=True)


def _measure(samples: Samples) -> Embedding:
    """Median pitch over voiced frames, and level: semitones above 1 Hz, dBFS.

    The pitch of a frame is where its autocorrelation, divided by that of the window, is highest
    (Boersma 1993, Proc. Inst. of Phonetic Sciences Amsterdam 17:97).
    """
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    level = np.sqrt(np.mean(samples.astype(np.float64) ** 2))
    window = np.hanning(FRAME)
    correlation = _autocorrelation(frames * window) / _autocorrelation(window[None])
    lags = np.arange(RATE // PITCHES_HZ[1], RATE // PITCHES_HZ[0])
    # A tone repeats after two periods as well as after one: longer ones pay for each octave.
    peaks = correlation[:, lags] - OCTAVE_COST * np.log2(lags / lags[0])
    voiced = peaks.max(axis=1, initial=0) > VOICED
    if not voiced.any():
        raise ClassifierError("no voiced sound to hear; speak, and for at least 50 ms")
    periods = lags[peaks[voiced].argmax(axis=1)]
    return np.array([12 * np.log2(np.median(RATE / periods)), 20 * np.log10(level)], np.float32)


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    """[frames, FRAME]: each frame's autocorrelation by lag, 1 at lag 0; 0 for a silent frame."""
    spectrum = np.abs(np.fft.rfft(frames, 2 * FRAME)) ** 2
    correlation = np.fft.irfft(spectrum)[:, :FRAME]
    return np.asarray(correlation / np.maximum(correlation[:, :1], 1e-12))
