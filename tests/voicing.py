"""Independent measures of a clip: none shares code with the engine that they judge."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio

STEP_S = 0.01


def f0(audio: Audio, low: float = 60, high: float = 700) -> npt.NDArray[np.float64]:
    """F0 in Hz every 10 ms where a frame is clearly periodic, NaN elsewhere.

    The peak of the autocorrelation of 40 ms of the signal, normalised by its energy at both ends.
    """
    rate, width, step = audio.rate, int(0.04 * audio.rate), int(STEP_S * audio.rate)
    x = audio.samples.astype(np.float64)
    loud = np.sqrt(np.mean(x**2))
    found = []
    for start in range(0, len(x) - width - int(rate / low), step):
        frame = x[start : start + width + int(rate / low)]
        head = frame[:width]
        if np.sqrt(np.mean(head**2)) < 0.3 * loud:
            found.append(np.nan)
            continue
        products = np.correlate(frame, head, mode="valid")
        energies = np.convolve(frame**2, np.ones(width), mode="valid")
        score = products / np.sqrt(energies * energies[0] + 1e-12)
        lags = np.arange(len(score))
        inside = (lags >= rate / high) & (lags < len(score) - 1)
        peaks = inside.copy()
        peaks[1:-1] &= (score[1:-1] >= score[:-2]) & (score[1:-1] >= score[2:])
        peaks &= score > 0.85 * score[inside].max()
        lag = int(np.flatnonzero(peaks)[0]) if peaks.any() else 0
        found.append(rate / lag if lag and score[lag] > 0.6 else np.nan)
    return np.array(found)


def semitones(audio: Audio) -> npt.NDArray[np.float64]:
    """F0 every 10 ms in semitones above 1 Hz, voiced frames only, stray octaves removed."""
    contour = 12 * np.log2(f0(audio))
    contour = contour[np.isfinite(contour)]
    return contour[np.abs(contour - np.median(contour)) < 12]


def band_db(audio: Audio, low: float, high: float) -> float:
    """Power between two frequencies in dB."""
    power = np.abs(np.fft.rfft(audio.samples)) ** 2
    frequencies = np.fft.rfftfreq(audio.samples.size, 1 / audio.rate)
    return float(10 * np.log10(power[(frequencies >= low) & (frequencies < high)].sum()))


def rms_db(audio: Audio) -> float:
    """Level in dB below full scale."""
    return float(10 * np.log10(np.mean(audio.samples.astype(np.float64) ** 2)))


def harmonicity_db(audio: Audio, low: float = 1000, high: float = 4000) -> float:
    """Harmonics-to-noise ratio of a band: the autocorrelation a period on, in voiced frames."""
    spectrum = np.fft.rfft(audio.samples)
    frequencies = np.fft.rfftfreq(audio.samples.size, 1 / audio.rate)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    band = np.fft.irfft(spectrum, audio.samples.size)
    ratios = []
    for index, pitch in enumerate(f0(audio)):
        if not np.isfinite(pitch):
            continue
        start, width = int(index * STEP_S * audio.rate), int(0.03 * audio.rate)
        head = band[start : start + width]
        # The tracker's F0 is not exact enough for the treble: look a little around it.
        lags = range(int(0.96 * audio.rate / pitch), int(1.04 * audio.rate / pitch) + 2)
        tails = [band[start + lag : start + lag + width] for lag in lags]
        ratios.append(max(head @ tail / np.sqrt((head @ head) * (tail @ tail)) for tail in tails))
    r = float(np.clip(np.mean(ratios), 1e-3, 0.999))
    return float(10 * np.log10(r / (1 - r)))


def envelope_db(audio: Audio) -> npt.NDArray[np.float64]:
    """Long-term spectral envelope from 300 Hz to 6 kHz in 12 steps of equal log width, dB."""
    edges = np.geomspace(300, 6000, 13)
    return np.array([band_db(audio, a, b) for a, b in pairwise(edges)])


def shift_of_formants(audio: Audio, plain: Audio) -> float:
    """Factor on frequency at which the long-term spectrum fits that of `plain` best."""
    grid = np.geomspace(700, 5000, 800)

    def spectrum(clip: Audio, factor: float) -> npt.NDArray[np.float64]:
        frames = np.lib.stride_tricks.sliding_window_view(clip.samples, 256)[::64]
        power = np.mean(np.abs(np.fft.rfft(frames * np.hanning(256), 1024)) ** 2, axis=0)
        level = 10 * np.log10(np.interp(grid * factor, np.fft.rfftfreq(1024, 1 / clip.rate), power))
        return np.asarray(level - np.polyval(np.polyfit(np.log(grid), level, 1), np.log(grid)))

    reference = spectrum(plain, 1)
    factors = np.geomspace(0.85, 1.18, 100)
    fits = [np.corrcoef(reference, spectrum(audio, factor))[0, 1] for factor in factors]
    return float(factors[int(np.argmax(fits))])


def levels_db(audio: Audio, width_s: float = 0.1) -> npt.NDArray[np.float64]:
    """Level of each tenth of a second."""
    width = int(width_s * audio.rate)
    blocks = audio.samples[: audio.samples.size // width * width].reshape(-1, width)
    return np.asarray(10 * np.log10(np.mean(blocks.astype(np.float64) ** 2, axis=1) + 1e-10))


def contrast_db(audio: Audio) -> float:
    """How far the spectra of 30 ms of voice lie from their mean, level aside, root mean square."""
    size, edges = int(0.03 * audio.rate), np.geomspace(300, 5000, 9)
    spectra = []
    for index in np.flatnonzero(np.isfinite(f0(audio))):
        start = int(index * STEP_S * audio.rate)
        piece = Audio(
            audio.samples[start : start + size] * np.hanning(size).astype("f4"), audio.rate
        )
        bands = np.array([band_db(piece, low, high) for low, high in pairwise(edges)])
        spectra.append(bands - bands.mean())
    return float(np.std(spectra, axis=0).mean())
