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


class HibariOptions(Options):
    """Options of the hibari engine."""

    threads: int = Field(1, ge=1, le=64)
    """Threads of the network; the signal processing uses one."""


class HibariEngine(Engine):
    """hibari: English, 24 kHz, about 80 times faster than real time on one core."""

    name: ClassVar[str] = "hibari"
    license: ClassVar[str] = "Apache-2.0"
    controls: ClassVar[Mapping[str, Control]] = dict(STANDARD)
    uses_seed: ClassVar[bool] = False

    Options: ClassVar[type[Options]] = HibariOptions
    options: HibariOptions

    def __init__(self, options: HibariOptions) -> None:
        """Keep the options; a voice's network is loaded when it first speaks."""
        super().__init__(options)
        self._networks: dict[str, Network] = {}

    @cached_property
    def fingerprint(self) -> str:  # type: ignore[override]  # a property that is computed once
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

        if name in VOICES and _model(name) is None:
            file = VOICES[name]["file"]
            raise EngineError(
                f"the model of hibari's voice {name!r} is not on this machine; "
                f"put {BASE_URL}{file} into {cache_dir()}"
            )
        return super().voice(name)

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`."""
        from emotts.builtin import landmarks, prosody, timbre, vocoder

        chunks = self._network(voice).spectra(text)
        marks = landmarks.find(chunks)
        for take in takes:
            values = resolve(self.controls, take.controls)
            if not chunks[0].drawn(take.seed):
                rng = np.random.default_rng(take.seed)
                for chunk in chunks:
                    chunk.draw(take.seed, rng)
            colours = timbre.colour(marks, values)
            shaped = prosody.shape(marks, values)
            samples = np.concatenate(
                [
                    vocoder.render(chunk, part, colours, seed=take.seed)
                    for chunk, part in zip(chunks, shaped, strict=True)
                ]
            )
            yield Rendering(Audio(samples, RATE), values)

    def _network(self, voice: str) -> "Network":
        """The loaded network of a voice."""
        from emotts.builtin.network import Network

        name = self.voice(voice).name
        if name not in self._networks:
            self._networks[name] = Network(name, _model(name), self.options.threads)
        return self._networks[name]


def _model(voice: str) -> Path | None:
    """Where the voice's model is; None when it would have to be downloaded."""
    from hibari.voices import voice_path

    try:
        return Path(voice_path(voice, download_missing=False))
    except FileNotFoundError:
        return None
