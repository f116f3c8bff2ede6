"""A classifier that listens in a process of its own."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from emotts.audio import Audio, Samples
from emotts.classifier import Classifier
from emotts.config import PartConfig
from emotts.errors import ClassifierError, ClassifierGoneError
from emotts.isolation.facts import fact
from emotts.isolation.frames import Frame
from emotts.isolation.isolated import Isolated
from emotts.isolation.messages import (
    ClassifierFacts,
    Clip,
    PackedPrediction,
    PackedProfile,
    put,
)
from emotts.isolation.requests import Classify, Condense, Details
from emotts.isolation.supervisor import Supervisor
from emotts.records import Embedding, Prediction, Profile


class IsolatedClassifier(Isolated, Classifier):
    """Stands for a classifier in a worker process, which starts when it is first asked."""

    license: str = fact()
    rate: int = fact()
    labels: tuple[str, ...] = fact()
    dimensions: tuple[str, ...] = fact()
    centres: bool = fact()
    exclusive: bool = fact()
    batch: int = fact()

    def __init__(self, part: PartConfig) -> None:
        """Keep the configuration; nothing is started.

        Args:
            part: of the classifier, with the limits of its process.
        """
        super().__init__(part)
        self.name = str(part)
        self._supervisor = Supervisor(
            "classifier", part, failed=ClassifierError, gone=ClassifierGoneError
        )

    @cached_property
    def facts(self) -> ClassifierFacts:
        """What it is, as the process told once: one that is gone takes none of that away."""
        return self._supervisor.ask(
            "facts", lambda frame: ClassifierFacts.model_validate(frame.body)
        )

    @cached_property
    def fingerprint(self) -> str:
        """What its predictions depend on; the same as without a process of its own."""
        return self._supervisor.ask("fingerprint", lambda frame: str(frame.body))

    def details(self) -> Mapping[str, Any]:
        """What it is made of."""
        return self._supervisor.ask(
            "details", lambda frame: Details.model_validate(frame.body).details
        )

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        """Hear each clip; see `Classifier.classify`.

        Raises:
            ClassifierGoneError: the process missed its deadline, died or broke the protocol, or
                does so too often.
        """
        size = max(1, self.batch)
        return [
            prediction
            for start in range(0, len(batch), size)
            for prediction in self._classify(batch[start : start + size], profile)
        ]

    def condensed(self, embedding: Embedding, *, centred: bool) -> Embedding:
        """What of its embedding tells emotions apart; see `Classifier.condensed`."""
        arrays: list[Samples] = []
        request = Condense(embedding=put(embedding, arrays), centred=centred)
        (found,) = self._supervisor.stream("condense", request, arrays, _first)
        return found

    def _classify(self, clips: Sequence[Audio], profile: Profile | None) -> list[Prediction]:
        arrays: list[Samples] = []
        request = Classify(
            clips=[Clip.pack(clip, arrays) for clip in clips],
            profile=None if profile is None else PackedProfile.pack(profile, arrays),
        )
        return list(self._supervisor.stream("classify", request, arrays, _prediction))


def _first(frame: Frame) -> Embedding:
    return frame.arrays[0]


def _prediction(frame: Frame) -> Prediction:
    return PackedPrediction.model_validate(frame.body).unpack(frame.arrays)
