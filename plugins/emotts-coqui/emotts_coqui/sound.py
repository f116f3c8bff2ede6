"""What a take sounds like: tensors that stand for a speaker, an emotion or a recording."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from emotts import audio
from emotts.emotions import canonical
from emotts.errors import EngineError
from emotts.records import Embedding, Take

if TYPE_CHECKING:
    from emotts_coqui.model import Model
    from emotts_coqui.speakers import Speaker

logger = logging.getLogger(__name__)

# What XTTS hears of a recording: 22.05 kHz, like Coqui's own loader.
XTTS_RATE = 22_050
MAX_REFERENCE_S = 60.0


@dataclass(frozen=True)
class Sound:
    """The inputs of a model beside text; those that it has are given."""

    speaker_id: torch.Tensor | None = None
    """[1], of a model with an embedding for each speaker."""
    d_vector: torch.Tensor | None = None
    """[1, d], of a model with external embeddings."""
    latents: torch.Tensor | None = None
    """[1, n, d], how XTTS's language model hears a recording: voice, prosody, mood."""
    timbre: torch.Tensor | None = None
    """[1, d, 1], how XTTS's decoder hears one: whose voice it is."""


class Sounds:
    """Finds what to sound like, and keeps what was computed of each recording."""

    def __init__(
        self,
        model: "Model",
        voices: Mapping[str, Sequence[Path]],
        references: Mapping[str, Sequence[Path]],
    ) -> None:
        """Keep the model and the recordings of voices and emotions."""
        self._model = model
        self._voices = voices
        self._references = references
        self._heard: dict[tuple[object, ...], Sound] = {}
        self._unfit: set[int] = set()

    def of(self, speaker: "Speaker", take: Take) -> tuple[Sound, frozenset[str]]:
        """What a take is to sound like, and the kinds of its conditioning that took effect.

        A recording goes before an embedding, and both before a tag, for which one of the recordings
        of its emotion is drawn by the take's seed.

        Raises:
            EngineError: a recording can't be read or heard.
        """
        plain = self._speaker(speaker)
        asked = take.conditioning
        card = self._model.card
        if asked.reference is not None and card.clones:
            return self._like(plain, (Path(asked.reference),)), frozenset({"reference"})
        if asked.embedding is not None and card.takes_embeddings:
            fitting = self._d_vector(asked.embedding)
            if fitting is not None:
                return replace(plain, d_vector=fitting), frozenset({"embedding"})
        if asked.emotion is not None and (files := self._references.get(asked.emotion)):
            return self._like(plain, (files[take.seed % len(files)],)), frozenset({"emotion"})
        return plain, frozenset()

    def _speaker(self, speaker: "Speaker") -> Sound:
        if recordings := self._voices.get(speaker.name or ""):
            return self._recorded(tuple(recordings))
        manager = self._model.network.speaker_manager
        card, device = self._model.card, self._model.device
        if card.family == "xtts":
            latents, timbre = manager.speakers[speaker.name].values()
            return Sound(latents=latents.to(device), timbre=timbre.to(device))
        if card.value("use_d_vector_file"):
            mean = _mean(manager.get_embeddings_by_names(), speaker.name)
            return Sound(d_vector=torch.as_tensor(mean, device=device)[None])
        if manager is not None and speaker.name is not None:
            return Sound(speaker_id=torch.tensor([manager.name_to_id[speaker.name]], device=device))
        return Sound()

    def _like(self, plain: Sound, files: tuple[Path, ...]) -> Sound:
        """As a recording; XTTS's decoder keeps the timbre of the voice."""
        heard = self._recorded(files)
        return replace(heard, timbre=plain.timbre) if plain.timbre is not None else heard

    def _recorded(self, files: tuple[Path, ...]) -> Sound:
        key = tuple((path, _changed(path)) for path in files)
        if key not in self._heard:
            clips = [audio.read(path, max_seconds=MAX_REFERENCE_S) for path in files]
            hear = self._hear_xtts if self._model.card.family == "xtts" else self._hear_encoder
            try:
                self._heard[key] = hear(clips)
            except Exception as error:  # too short for a network, in whatever way that shows
                named = ", ".join(map(str, files))
                raise EngineError(f"{named}: the model can't hear it: {error}") from error
        return self._heard[key]

    @torch.inference_mode()
    def _hear_xtts(self, clips: Sequence[audio.Audio]) -> Sound:
        """As Coqui's `get_conditioning_latents`, but for its loader, which needs FFmpeg."""
        network, config = self._model.network, self._model.network.config
        waves = [
            torch.from_numpy(clip.resample(XTTS_RATE).samples)[
                None, : XTTS_RATE * config.max_ref_len
            ]
            for clip in clips
        ]
        waves = [wave.clip(-1, 1).to(self._model.device) for wave in waves]
        timbres = [network.get_speaker_embedding(wave, XTTS_RATE) for wave in waves]
        latents = network.get_gpt_cond_latents(
            torch.cat(waves, dim=-1),
            XTTS_RATE,
            length=config.gpt_cond_len,
            chunk_length=config.gpt_cond_chunk_len,
        )
        return Sound(latents=latents, timbre=torch.stack(timbres).mean(dim=0))

    @torch.inference_mode()
    def _hear_encoder(self, clips: Sequence[audio.Audio]) -> Sound:
        """The mean d-vector of recordings, by the encoder that came with the model.

        As Coqui's `compute_embedding_from_clip`, but for its loader, which reads without a limit.
        """
        manager = self._model.network.speaker_manager
        processor, rows = manager.encoder_ap, []
        for clip in clips:
            wave = clip.resample(processor.sample_rate).samples
            if processor.do_trim_silence:
                wave = processor.trim_silence(wave)
            if processor.do_sound_norm:
                wave = processor.sound_norm(wave)
            if not manager.encoder_config.model_params.get("use_torch_spec", False):
                wave = processor.melspectrogram(wave)
            heard = torch.from_numpy(np.asarray(wave, np.float32)).to(self._model.device)
            rows.append(manager.encoder.compute_embedding(heard[None]))
        return Sound(d_vector=torch.stack(rows).mean(dim=0))

    def _d_vector(self, embedding: Embedding) -> torch.Tensor | None:
        """An embedding as the model takes it; None, logged once a length, where it does not fit."""
        wanted = int(self._model.card.value("d_vector_dim", 0))
        if embedding.size == wanted:
            return torch.as_tensor(embedding, dtype=torch.float32, device=self._model.device)[None]
        if embedding.size not in self._unfit:
            self._unfit.add(embedding.size)
            logger.warning(
                "an embedding of %d numbers is ignored: the model was trained on %d",
                embedding.size,
                wanted,
            )
        return None


def _mean(embeddings: Mapping[str, Sequence[Sequence[float]]], name: str | None) -> Embedding:
    """The d-vector of a name; without one, that of the neutral emotion, else of all."""
    if name is None:
        neutral = [kind for kind in embeddings if canonical(kind) == "neutral"]
        rows: list[Any] = [row for kind in neutral or embeddings for row in embeddings[kind]]
    else:
        rows = list(embeddings[name])
    return np.asarray(np.mean(rows, axis=0), np.float32)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError as error:
        raise EngineError(f"{path}: can't be read: {error}") from error
