"""The engine that emotts knows: any of Coqui's models that load as tensors alone."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from emotts.controls import Control, resolve
from emotts.engine import Engine
from emotts.records import Rendering, Take, Voice

from emotts_coqui import families
from emotts_coqui.card import Card
from emotts_coqui.options import CoquiOptions

if TYPE_CHECKING:
    from emotts_coqui.loading import Files
    from emotts_coqui.model import Model
    from emotts_coqui.sound import Sounds
    from emotts_coqui.speakers import Speaker

# The end of a checkpoint is the directory of a zip file: names, sizes and checksums of all tensors.
DIRECTORY_BYTES = 1 << 20


T = TypeVar("T")


def found(compute: Callable[[Any], T]) -> T:
    """An attribute that is found out when it is first asked for, and kept.

    It is a `cached_property`; the type is that of its value, as the base class declares it.
    """
    return cast(T, cached_property(compute))


class CoquiEngine(Engine):
    """Speaks with one model of Coqui's.

    What it can do depends on the model, and is known from its configuration alone; the weights are
    loaded when it first lists its voices or speaks.
    """

    name = "coqui"
    # Of Coqui's code. A model of the catalogue has a licence of its own, which is logged.
    license = "MPL-2.0"

    Options: ClassVar[type[CoquiOptions]] = CoquiOptions
    options: CoquiOptions

    @found
    def controls(self) -> Mapping[str, Control]:
        """The knobs of the model's family."""
        return {name: knob.control for name, knob in self._knobs.items()}

    @found
    def uses_seed(self) -> bool:
        """Whether the model samples what it says."""
        return families.varies(self._card)

    @found
    def accepts(self) -> frozenset[str]:
        """Recordings where the model clones, embeddings where it was trained on them."""
        kinds = {
            "reference": self._card.clones,
            "embedding": self._card.takes_embeddings,
            "emotion": self._card.clones and bool(self.options.references),
        }
        return frozenset(kind for kind, taken in kinds.items() if taken)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the configuration and of the tensors' checksums."""
        files = self._files
        digest = hashlib.sha256(files.config.read_bytes())
        for file in (files.checkpoint, *((files.vocoder or ())[:1])):
            digest.update(_directory(file))
        return f"{self.name}-{digest.hexdigest()[:16]}"

    def voices(self) -> Sequence[Voice]:
        """The model's speakers, and those of the option `voices`, in each of its languages."""
        return [speaker.voice for speaker in self._speakers.values()]

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`."""
        from emotts_coqui.chance import drawn_from

        speaker = self._speakers[self.voice(voice).name]
        for take in takes:
            values = families.rounded(self._knobs, resolve(self.controls, take.controls))
            sound, conditioned = self._sounds.of(speaker, take)
            with drawn_from(take.seed, self._model.device):
                spoken = self._model.speak(
                    text, speaker, sound, families.settings(self._knobs, values)
                )
            yield Rendering(spoken, values, conditioned)

    @cached_property
    def _files(self) -> "Files":
        from emotts_coqui.loading import locate

        return locate(self.options)

    @cached_property
    def _card(self) -> Card:
        from emotts_coqui.card import read

        return read(self._files.config, speakers=self.options.speakers_path)

    @cached_property
    def _knobs(self) -> Mapping[str, families.Knob]:
        return families.knobs(self._card)

    @cached_property
    def _model(self) -> "Model":
        import torch

        from emotts_coqui.loading import load
        from emotts_coqui.model import Model

        wanted = self.options.device
        cuda = wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available())
        return Model(load(self._files, self._card, cuda=cuda), self._card)

    @cached_property
    def _sounds(self) -> "Sounds":
        from emotts_coqui.sound import Sounds

        return Sounds(self._model, self.options.voices, self.options.references)

    @cached_property
    def _speakers(self) -> Mapping[str, "Speaker"]:
        speakers = self._model.speakers(self.options.voices)
        return {speaker.voice.name: speaker for speaker in speakers}


def _directory(file: Path) -> bytes:
    """The size of a file and its end."""
    size = file.stat().st_size
    with file.open("rb") as content:
        content.seek(max(0, size - DIRECTORY_BYTES))
        return f"{size}\0".encode() + content.read()
