"""A loaded voice of Piper."""

from collections.abc import Mapping

import numpy as np
from piper import PiperConfig, PiperVoice

from emotts.audio import Audio, Samples
from emotts.errors import EngineError
from emotts_piper import graph
from emotts_piper.voices import Model


class Speaker:
    """A network with the phonemizer that it was trained with."""

    def __init__(self, model: Model, threads: int) -> None:
        """Load the network; raises `EngineError` where the file is none."""
        session, self._noise = graph.session(model.path, threads)
        self._voice = PiperVoice(session, PiperConfig.from_dict(model.content))

    def phonemes(self, text: str) -> list[list[int]]:
        """The phoneme ids of each sentence that Piper finds in a text.

        Raises:
            EngineError: there is nothing to speak.
        """
        # Double brackets would enclose phonemes.
        sentences = self._voice.phonemize(text.replace("[[", "[ [").replace("\0", " "))
        if not any(any(map(str.isalpha, sentence)) for sentence in sentences):
            raise EngineError(f"{text!r} has nothing that Piper could speak")
        return [self._voice.phonemes_to_ids(sentence) for sentence in sentences if sentence]

    def speak(
        self,
        sentences: list[list[int]],
        speaker: int | None,
        values: Mapping[str, float],
        seed: int,
    ) -> Audio:
        """Speak phonemes under the values of all controls; the seed decides all noise."""
        config = self._voice.config
        scales = [
            config.noise_scale * values["temperature"],
            config.length_scale / values["rate"],
            config.noise_w_scale * values["duration_noise"],
        ]
        rng = np.random.default_rng(seed)
        clips: list[Samples] = []
        for ids in sentences:
            inputs = {
                "input": np.array([ids], np.int64),
                "input_lengths": np.array([len(ids)], np.int64),
                "scales": np.array(scales, np.float32),
                **graph.draw(self._noise, rng),
            }
            if speaker is not None:
                inputs["sid"] = np.array([speaker], np.int64)
            clips.append(self._voice.session.run(None, inputs)[0].ravel())
        return Audio(np.concatenate(clips), config.sample_rate)
