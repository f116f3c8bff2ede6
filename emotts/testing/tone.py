"""An engine that needs no model: it hums, one tone a syllable."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from emotts.audio import Audio, Samples
from emotts.controls import STANDARD, Control, resolve
from emotts.engine import Engine
from emotts.errors import EngineError
from emotts.records import Rendering, Take, Voice

RATE = 16_000
SYLLABLE_S = 0.16
PAUSE_S = 0.05
LEVEL = 0.15
FALL = 2.0
"""Declination: how far the pitch falls from the first syllable to the last, semitones."""
PITCHES = {"alto": 190.0, "bass": 105.0}
"""Voice → fundamental frequency in the middle of a sentence, Hz."""


class ToneEngine(Engine):
    """Hums a text: each syllable a tone with four harmonics, each pause between words silent.

    Deterministic, and a thousand times faster than speech: for tests of what surrounds an engine.
    """

    name = "tone"
    license = "Apache-2.0"
    controls: Mapping[str, Control] = {
        name: STANDARD[name].within(low, high)
        for name, low, high in (("rate", 0.5, 2), ("pitch", -8, 8), ("energy", -12, 12))
    }

    def voices(self) -> Sequence[Voice]:
        """Two voices: alto, bass."""
        return [Voice(name, "und", f"hums at {pitch:g} Hz") for name, pitch in PITCHES.items()]

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Hum a text once a take."""
        words = [max(1, len(re.findall("[aeiouy]+", word.lower()))) for word in _words(text)]
        if not words:
            raise EngineError(f"{text!r} has no word to hum")
        pitch = PITCHES[self.voice(voice).name]
        for take in takes:
            effective = resolve(self.controls, take.controls)
            yield Rendering(Audio(_hum(words, pitch, effective), RATE), effective)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _hum(words: Sequence[int], pitch: float, controls: Mapping[str, float]) -> Samples:
    """Tones for words of so many syllables; [n] float32."""
    syllable = round(RATE * SYLLABLE_S / controls["rate"])
    pause = np.zeros(round(RATE * PAUSE_S / controls["rate"]))
    count = sum(words)
    semitones = controls["pitch"] + FALL * (0.5 - np.arange(count) / max(1, count - 1))
    tones = iter(pitch * 2 ** (semitones / 12))
    level = LEVEL * 10 ** (controls["energy"] / 20)
    parts = []
    for syllables in words:
        parts += [_tone(next(tones), syllable) for _ in range(syllables)]
        parts.append(pause)
    return (level * np.concatenate(parts)).astype(np.float32)


def _tone(pitch: float, length: int) -> np.ndarray:
    """Four harmonics, the higher the softer, faded in and out; [length], peak below 1."""
    phase = 2 * np.pi * pitch * np.arange(length) / RATE
    harmonics = sum(np.sin(k * phase) / k for k in range(1, 5))
    return np.asarray(np.hanning(length) * harmonics / 2)
