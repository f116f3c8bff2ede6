"""Synthetic clips, as many as are wanted."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

DIFFERENT = 500


def voice(seed: int, seconds: float, rate: int) -> npt.NDArray[np.float32]:
    """Something like a voice: harmonics below a moving envelope, with pauses, in noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate)) / rate
    pitch = rng.uniform(90, 250) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(0.5, 3) * time_s))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tone = sum(np.sin(phase * k) / k for k in range(1, 12))
    envelope = np.clip(np.sin(2 * np.pi * rng.uniform(2, 4) * time_s), 0, None)
    noise = 0.01 * rng.standard_normal(time_s.size)
    return np.asarray(0.1 * (tone * envelope + noise), np.float32)


def generate(folder: Path, count: int, seconds: tuple[float, float], rate: int) -> None:
    """Write clips as 16-bit WAV, 1,000 in a folder; from the 501st on they are links to others."""
    rng = np.random.default_rng(0)
    files: list[Path] = []
    for index in range(count):
        file = folder / f"{index // 1000:04}" / f"{index:07}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        if index < DIFFERENT:
            soundfile.write(file, voice(index, rng.uniform(*seconds), rate), rate)
        else:
            file.hardlink_to(files[index % DIFFERENT])
        files.append(file)
