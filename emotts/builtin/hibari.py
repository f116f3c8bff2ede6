"""The embedded engine: hibari, whose prosody and voice quality are shaped between net and sound.

A seed changes only hibari's noise, which nobody hears, so takes differ by their controls. The
network runs once a sentence; each take costs signal processing alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from emotts.audio import Audio
from emotts.controls import STANDARD, Control, resolve
from emotts.engine import Engine
from emotts.errors import EngineError
from emotts.options import Options
from emotts.records import Rendering, Take, Voice

if TYPE_CHECKING:
    from emotts.builtin.network import Network

RATE = 24_000

# The ranges in which a control costs little: benchmarks/results/controls.md has the figures.
CONTROLS: Mapping[str, Control] = {
    name: STANDARD[name].within(low, high)
    for name, low, high in (
        ("rate", 0.7, 1.2),
        ("pitch", -5, 6),
        ("pitch_range", 0.35, 2),
        ("pitch_slope", -5, 5),
        ("final_rise", -5, 6),
        ("emphasis", -2, 4),
        ("energy", -10, 6),
        ("dynamics", 0.5, 1.8),
        ("brightness", -3, 3),
        ("breathiness", 0, 1),
        ("tension", 0, 1),
        ("articulation", -0.6, 0.6),
        ("jitter", 0, 2),
        ("tremor", 0, 0.6),
        ("formants", 0.94, 1.06),
        ("vowel_length", 0.8, 1.25),
        ("pauses", 0.5, 2),
        ("final_length", 0.8, 1.6),
    )
}
NEUTRAL = {name: control.neutral for name, control in CONTROLS.items()}


class HibariOptions(Options):
    """Options of the hibari engine."""

    # What the network says depends on it: in 8 bits the smallest rounding is soon a large one.
    threads: int = Field(1, ge=1, le=64)
    """Threads of the network; the signal processing uses one."""


class HibariEngine(Engine):
    """hibari: English, 24 kHz, about 80 times faster than real time on one core."""

    name = "hibari"
    license = "Apache-2.0"
    controls = CONTROLS
    uses_seed = False
    tuned = Path(__file__).parents[1] / "assets" / "tuned"

    Options: ClassVar[type[Options]] = HibariOptions
    options: HibariOptions

    def __init__(self, options: HibariOptions) -> None:
        """Keep the options; a voice's network is loaded when it first speaks."""
        super().__init__(options)
        self._networks: dict[str, Network] = {}

    @cached_property
    def fingerprint(self) -> str:
        """Hibari's version, and the registered hashes of the voices' models."""
        import hibari
        from hibari.voices import VOICES

        models = "".join(VOICES[name]["sha256"] for name in sorted(VOICES))
        return f"hibari-{hibari.__version__}-{hashlib.sha256(models.encode()).hexdigest()[:16]}"

    def voices(self) -> Sequence[Voice]:
        """The voices whose model is on this machine; `heart` comes with the package."""
        from hibari.voices import VOICES

        return [
            Voice(name, facts["language"], f"{facts['accent']} {facts['gender']}")
            for name, facts in VOICES.items()
            if _model(name) is not None
        ]

    def voice(self, name: str | None = None) -> Voice:
        """The voice of that name, the default one for None.

        Raises:
            UnknownNameError: there is no such voice.
            EngineError: hibari has that voice, but its model is not on this machine.
        """
        from hibari.voices import BASE_URL, VOICES, cache_dir

        if name is not None and name in VOICES and _model(name) is None:
            file = VOICES[name]["file"]
            raise EngineError(
                f"the model of hibari's voice {name!r} is not on this machine; "
                f"put {BASE_URL}{file} into {cache_dir()}"
            )
        return super().voice(name)

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`."""
        from emotts.builtin import prosody, timbre, vocoder
        from emotts.builtin.noise import Noise

        planned = [(resolve(self.controls, take.controls), take.seed) for take in takes]
        noises = [Noise(seed) if values == NEUTRAL else None for values, seed in planned]
        spoken = self.network(voice).spoken(text, noises[0])
        if len(planned) > 1:
            spoken.begin()
        for (values, seed), noise in zip(planned, noises, strict=True):
            if noise is not None:
                parts = [vocoder.plain(chunk, noise) for chunk in spoken.chunks]
            else:
                colours = timbre.colour(spoken.marks, values)
                shapes = prosody.shape(spoken.marks, values)
                parts = [
                    vocoder.render(chunk, shaped, colours, seed=seed)
                    for chunk, shaped in zip(spoken.chunks, shapes, strict=True)
                ]
            yield Rendering(Audio(np.concatenate(parts), RATE), values)

    def network(self, voice: str) -> "Network":
        """The network of a voice.

        Raises:
            EngineError: the voice's model is missing.
        """
        from emotts.builtin.network import Network

        if voice not in self._networks:
            model = _model(self.voice(voice).name)
            assert model is not None  # `voice` has raised where it is
            self._networks[voice] = Network(voice, model, self.options.threads)
        return self._networks[voice]


def _model(voice: str) -> Path | None:
    """Where the voice's model is; None when it would have to be downloaded."""
    from hibari.voices import voice_path

    try:
        return Path(voice_path(voice, download_missing=False))
    except FileNotFoundError:
        return None
