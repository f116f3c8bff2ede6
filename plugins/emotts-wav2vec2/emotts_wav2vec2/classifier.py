"""The classifier: a checkpoint of the hub or of a folder, as emotts hears with it."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from emotts.audio import Audio
from emotts.classifier import Classifier
from emotts.emotions import canonical
from emotts.errors import ConfigError
from emotts.options import Options
from emotts.records import Embedding, Prediction, Profile

from emotts_wav2vec2.clips import averaged, windows
from emotts_wav2vec2.config import read_config
from emotts_wav2vec2.files import Checkpoint
from emotts_wav2vec2.options import Wav2Vec2Options

if TYPE_CHECKING:
    from emotts_wav2vec2.runtime import Runtime

logger = logging.getLogger(__name__)

# Clips that the host hands over at once: a GPU forms its own batches of them.
CLIPS_AT_ONCE = 64


class Wav2Vec2Classifier(Classifier):
    """Hears emotions, or arousal, dominance and valence, with a published checkpoint.

    The constructor reads the checkpoint's two small JSON files; weights and torch wait for the
    first clip.
    """

    name = "wav2vec2"
    license = "LicenseRef-Checkpoint"
    batch = CLIPS_AT_ONCE
    Options: ClassVar[type[Options]] = Wav2Vec2Options

    def __init__(self, options: Wav2Vec2Options) -> None:
        """Find the checkpoint and read what it says about itself.

        Raises:
            ClassifierError: there is no such model, or its description is not to be trusted.
            ConfigError: the model has no such layer for the embedding.
        """
        super().__init__(options)
        self._checkpoint = Checkpoint(
            options.model, options.revision, options.offline, options.allow_pickle
        )
        self._config = read_config(self._checkpoint.config, self._checkpoint.preprocessor)
        self.rate = self._config.preprocessor.sampling_rate
        self.labels = self._config.labels
        self.dimensions = self._config.dimensions
        self.exclusive = self._config.head.problem_type != "multi_label_classification"
        layers = self._config.architecture.num_hidden_layers
        if not all(0 <= layer <= layers for layer in options.embedding_layers):
            raise ConfigError(f"embedding_layers must be from 0 to {layers} for {options.model}")

    @property
    def embedding_size(self) -> int:
        """Length of the embeddings, known before any weight is read."""
        return self._config.architecture.hidden_size

    @property
    def fingerprint(self) -> str:
        """A hash of the weights, the configs and the options that change what is heard."""
        heard = self.options.model_dump_json(include={"dtype", "embedding_layers"})
        digest = hashlib.sha256(f"{self._checkpoint.sha256}{heard}".encode()).hexdigest()
        return f"{self.name}-{digest[:16]}"

    def details(self) -> Mapping[str, Any]:
        """What was detected; loads the model. See `Classifier.details`."""
        from emotts_wav2vec2.build import pooling
        from emotts_wav2vec2.layouts import detect
        from emotts_wav2vec2.weights import read_weights

        head = self._config.head
        _, layout = detect(read_weights(self._checkpoint.weights))
        return {
            "model": self.options.model,
            "revision": self._checkpoint.commit,
            "file": str(self._checkpoint.weights),
            "sha256": self._checkpoint.sha256,
            "backbone": head.model_type,
            "layout": layout.name,
            "labels": list(self.labels),
            "ignored_outputs": [name for name in self._config.outputs if name not in self._heard],
            "dimensions": list(self.dimensions),
            "problem_type": head.problem_type or "single_label_classification",
            "pooling": pooling(self._config, layout),
            "rate": self.rate,
            "embedding_size": self.embedding_size,
            "backend": self._runtime.name,
            "device": self._runtime.device,
            "dtype": self._runtime.dtype,
        }

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        """Hear each clip; see `Classifier.classify`.

        Audio of more than 20 s is heard in windows, whose results are averaged by length.

        Returns:
            Predictions whose embedding is [embedding_size]: the pooled hidden states that the
            head hears, or the mean over `embedding_layers`.
        """
        parts = windows(
            batch,
            rate=self.rate,
            shortest=self._config.shortest,
            normalise=self._config.preprocessor.do_normalize,
        )
        if not parts:
            return []
        logits, embeddings = self._runtime.run([part.samples for part in parts])
        outputs = averaged(self._probabilities(logits), parts, len(batch))
        return [
            self._prediction(values, embedding)
            for values, embedding in zip(
                outputs.tolist(), averaged(embeddings, parts, len(batch)), strict=True
            )
        ]

    @cached_property
    def _heard(self) -> Mapping[str, int]:
        """Name of an output that means something here → its index."""
        return {
            name: index
            for index, name in enumerate(self._config.outputs)
            if self.dimensions or canonical(name)
        }

    def _probabilities(self, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """[windows, outputs] → [windows, heard outputs].

        The probabilities of classes that are no emotion ("other", "unknown") are left out and the
        rest renormalised: scores compare emotions with each other, and a take that is certainly
        none of them still has a most likely one.
        """
        kept = logits[:, list(self._heard.values())].astype(np.float64)
        match self._config.head.problem_type:
            case "regression":
                made = kept
            case "multi_label_classification":
                made = 1 / (1 + np.exp(-kept))
            case _:
                likely = np.exp(kept - kept.max(axis=1, keepdims=True))
                made = likely / likely.sum(axis=1, keepdims=True)
        return made.astype(np.float32)

    def _prediction(self, values: list[float], embedding: Embedding) -> Prediction:
        if self.dimensions:
            return Prediction({}, embedding, dict(zip(self.dimensions, values, strict=True)))
        return Prediction(dict(zip(self.labels, values, strict=True)), embedding)

    @cached_property
    def _runtime(self) -> "Runtime":
        from emotts_wav2vec2.backends import make_runtime

        runtime = make_runtime(self.options, self._checkpoint, self._config)
        logger.info(
            "%s: %s at %d Hz, %s in %s on %s",
            self.options.model,
            ", ".join(self.labels or self.dimensions),
            self.rate,
            runtime.name,
            runtime.dtype,
            runtime.device,
        )
        return runtime
