"""A loaded model that speaks: text, speaker and conditioning in, samples out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from emotts.audio import Audio, Samples
from emotts.errors import EngineError

from emotts_coqui.card import Card
from emotts_coqui.sound import Sound
from emotts_coqui.speakers import Speaker, emotions_only, listed


@dataclass(frozen=True)
class Model:
    """Coqui's synthesizer with what its configuration says."""

    synthesizer: Any
    card: Card

    @property
    def network(self) -> Any:
        """The text-to-speech model."""
        return self.synthesizer.tts_model

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return torch.device(self.network.device)

    @property
    def rate(self) -> int:
        """Of what it speaks, Hz."""
        return int(self.synthesizer.output_sample_rate)

    def speakers(self, more: Mapping[str, object]) -> list[Speaker]:
        """Its voices; `more` are those by recordings."""
        manager = self.network.speaker_manager
        own = [] if manager is None else list(manager.speaker_names)
        if self.card.takes_embeddings and emotions_only(own):
            own = []
        if not own and not more and self.card.clones:
            raise EngineError(
                "this model has no speakers of its own; give recordings of one in the options of "
                "engine coqui, as voices: {anna: [anna.wav]}"
            )
        languages = (
            list(self.network.config.languages)
            if self.card.family == "xtts"
            else list(self.network.language_manager.name_to_id)
        )
        return listed([*more, *own], languages)

    @torch.inference_mode()
    def speak(
        self, text: str, speaker: Speaker, sound: Sound, settings: Mapping[str, Any]
    ) -> Audio:
        """Speak a text.

        Raises:
            EngineError: it can't be spoken.
        """
        say = self._say_xtts if self.card.family == "xtts" else self._say
        try:
            samples = say(text, speaker, sound, settings)
        except Exception as error:  # Coqui asserts, and torch raises, on text that is too short
            reason = str(error).split("\n", 1)[0] or type(error).__name__
            raise EngineError(f"coqui can't speak {text!r}: {reason}") from error
        if not samples.size:
            raise EngineError(f"coqui speaks nothing for {text!r}")
        return Audio(samples, self.rate)

    def _say(
        self, text: str, speaker: Speaker, sound: Sound, settings: Mapping[str, Any]
    ) -> Samples:
        for name, value in settings.items():
            setattr(self.network, name, value)
        ids = self.network.tokenizer.text_to_ids(text, language=speaker.language)
        if not ids:
            raise ValueError("it has no characters that the model knows")
        tokens = torch.as_tensor(ids, dtype=torch.long, device=self.device)[None]
        outputs = self.network.inference(
            tokens,
            aux_input={
                "x_lengths": torch.tensor([len(ids)], device=self.device),
                "speaker_ids": sound.speaker_id,
                "d_vectors": sound.d_vector,
                "language_ids": self._language_id(speaker.language),
            },
        )
        spoken = outputs["model_outputs"][0]
        # End-to-end models give [1, samples], the others [frames, mels].
        if spoken.squeeze().ndim == 1:
            return _samples(spoken)
        if self.synthesizer.vocoder_model is None:
            return _samples(self.network.ap.inv_melspectrogram(spoken.cpu().numpy().T))
        return _samples(self.synthesizer._run_vocoder(spoken, self.device))

    def _say_xtts(
        self, text: str, speaker: Speaker, sound: Sound, settings: Mapping[str, Any]
    ) -> Samples:
        outputs = self.network.inference(
            text,
            speaker.language,
            sound.latents,
            sound.timbre,
            length_penalty=self.network.config.length_penalty,
            **settings,
        )
        return _samples(outputs["wav"])

    def _language_id(self, language: str) -> torch.Tensor | None:
        if not self.card.value("use_language_embedding", False):
            return None
        return torch.tensor(
            [self.network.language_manager.name_to_id[language]], device=self.device
        )


def _samples(spoken: Any) -> Samples:
    """[n] float32 of a tensor or an array, whatever its other dimensions of size 1."""
    array = spoken.cpu().numpy() if isinstance(spoken, torch.Tensor) else np.asarray(spoken)
    return np.ascontiguousarray(array.reshape(-1), dtype=np.float32)
