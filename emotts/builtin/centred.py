"""What the built-in classifiers share: a head on an embedding, relative to the speaker's mean."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio, Samples
from emotts.builtin.active import active
from emotts.classifier import Classifier
from emotts.emotions import EMOTIONS
from emotts.errors import ClassifierError
from emotts.records import Embedding, Prediction, Profile

# A clip that is no longer than this may hold too little speech; repeated so often, a twentieth of
# a second of it is enough.
SHORT_S = 1.0
REPEATS = 4


class Head(Protocol):
    """Tells emotions from an embedding."""

    def probabilities(self, embedding: Embedding) -> npt.NDArray[np.float64]:
        """[labels] float64, sums to 1."""


class CentredClassifier(Classifier):
    """Hears eight emotions at 16 kHz, best relative to the profile of the speaker.

    With a profile the embedding is relative to the profile's, and judged by the head for that.
    """

    license = "CC-BY-NC-SA-4.0"
    rate = 16_000
    # What the training corpora show: all but contempt and boredom.
    labels: tuple[str, ...] = EMOTIONS[:8]
    centres: bool = True

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        """Hear each clip; see `Classifier.classify`."""
        for clip in batch:
            if clip.rate != self.rate:
                raise ClassifierError(f"{self.name} hears {self.rate} Hz; got {clip.rate} Hz")
        embeddings = self._embed([_long_enough(clip) for clip in batch])
        return [self._predict(embedding, profile) for embedding in embeddings]

    def relative(self, heard: Prediction, profile: Profile) -> Prediction:
        """From the embedding, without hearing the clip again."""
        return self._predict(heard.embedding, profile)

    @abstractmethod
    def _embed(self, clips: Sequence[Samples]) -> list[Embedding]:
        """The embedding of each clip, as it is."""

    @abstractmethod
    def _head(self, *, centred: bool) -> Head:
        """The head for embeddings relative to their speaker's mean, or for those as they are."""

    def _predict(self, embedding: Embedding, profile: Profile | None) -> Prediction:
        if profile is not None:
            if profile.embedding.shape != embedding.shape:
                raise ClassifierError(
                    f"the profile was not made by {self.name}: its embedding has shape "
                    f"{profile.embedding.shape}, not {embedding.shape}"
                )
            embedding = embedding - profile.embedding
        probabilities = self._head(centred=profile is not None).probabilities(embedding)
        scores = dict(zip(self.labels, probabilities.tolist(), strict=True))
        return Prediction(scores, embedding, centred=profile is not None)


def _long_enough(clip: Audio) -> Samples:
    """The clip; a word of less speech than can be heard, such as "by", said over and over."""
    if clip.duration_s < SHORT_S:
        try:
            active(clip.samples, clip.rate)
        except ClassifierError:
            return np.tile(clip.samples, REPEATS)
    return clip.samples
