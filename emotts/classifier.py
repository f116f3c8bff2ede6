"""The interface of a classifier: something that hears emotion in a clip."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, ClassVar

import numpy as np

from emotts.audio import Audio
from emotts.closeness import log_odds
from emotts.errors import AudioError, ClassifierError, failing_as
from emotts.options import Options
from emotts.plain import of_kind, predicted
from emotts.records import Embedding, Prediction, Profile


class Classifier(ABC):
    """A speech-emotion classifier.

    Constructing one is cheap: weights and heavy imports wait for the first use. A classifier is
    used from one thread at a time.
    """

    name: str
    """Unique among the classifiers; `[A-Za-z0-9._-]{1,64}`."""
    license: str
    """SPDX identifier of its weights."""
    rate: int
    """The sampling rate that it hears, Hz."""
    labels: tuple[str, ...]
    """Canonical emotions, in output order; empty for a classifier of dimensions alone."""
    dimensions: tuple[str, ...] = ()
    """Of ("arousal", "dominance", "valence"), those it measures."""
    centres: bool = False
    """True: it takes the speaker's profile itself; False: the host compares with the profile."""
    exclusive: bool = True
    """Whether its emotions exclude each other, so that its scores sum to 1."""
    batch: int = 1
    """How many clips it likes to hear at once."""
    bulk: int | None = None
    """How many, where there are many and none is waited for; None: `batch`."""

    Options: ClassVar[type[Options]] = Options

    def __init__(self, options: Any) -> None:
        """Keep the options, an instance of this class's `Options`."""
        self.options = options

    @property
    def fingerprint(self) -> str:
        """What predictions depend on, such as a hash of the weights: profiles expire with it."""
        return self.name

    @property
    def cores(self) -> int | None:
        """How many cores it uses at most; None: all that there are, or a GPU.

        A data set is labelled in as many processes as use all cores.
        """
        return None

    def details(self) -> Mapping[str, Any]:
        """What it is made of, for `emotts doctor`: JSON values by name.

        It may load the model to know.

        Raises:
            ClassifierError: the model can't be loaded.
        """
        return {}

    def load(self) -> None:  # noqa: B027  # a choice
        """Load what the first clip needs; called while the engine makes it.

        By default that waits for the first clip.

        Raises:
            ClassifierError: the model can't be loaded.
        """

    @abstractmethod
    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        """Hear each clip.

        Args:
            batch: clips at `rate`, of any mix of lengths; the result of a clip does not depend
                on the others.
            profile: the speaker's profile; without one the clips are heard as they are. A
                classifier that does not centre ignores it.

        Returns:
            One prediction a clip, in order.

        Raises:
            ClassifierError: a clip can't be heard (too short, silent), or the model failed.
        """

    def hear(self, clips: Sequence[Audio], *, profile: Profile | None = None) -> list[Prediction]:
        """`classify` on clips at any rate, held to its promises.

        Raises:
            ClassifierError: a wrong number of predictions, labels or scores that are no
                probabilities, or whatever the classifier failed with.
        """
        try:
            with failing_as(ClassifierError, self.name):
                found = self.classify(
                    [clip.resample(self.rate) for clip in clips],
                    profile=profile if self.centres else None,
                )
                listed = of_kind(found, Sequence, "what classify() returns")
                predictions = [predicted(prediction) for prediction in listed]
        except AudioError as error:
            raise ClassifierError(f"{self.name} can't hear a clip: {error}") from error
        if len(predictions) != len(clips):
            raise ClassifierError(
                f"{self.name} gave {len(predictions)} predictions for {len(clips)} clips"
            )
        for prediction in predictions:
            self._validate(prediction)
        return predictions

    def profile(self, clips: Sequence[Audio]) -> Profile:
        """The profile of a speaker, from varied clips of this speaker alone.

        The mean embedding centres; the mean log-odds are those of the centred clips for a
        classifier that centres, and of the clips as they are for one that does not.
        """
        if not clips:
            raise ClassifierError("a profile needs at least one clip of the speaker")
        heard = [self.hear([clip])[0] for clip in clips]
        if len(sizes := {prediction.embedding.size for prediction in heard}) > 1:
            raise ClassifierError(f"{self.name} gave embeddings of several lengths: {sizes}")
        mean = np.mean([prediction.embedding for prediction in heard], axis=0, dtype=np.float64)
        embedding = np.asarray(mean, np.float32)
        if self.centres:
            mean_alone = Profile(embedding, {}, len(clips))
            heard = [
                self.relative(prediction, mean_alone) or self.hear([clip], profile=mean_alone)[0]
                for clip, prediction in zip(clips, heard, strict=True)
            ]
        return Profile(
            embedding=embedding,
            log_odds={
                label: fmean(log_odds(prediction.scores[label]) for prediction in heard)
                for label in self.labels
            },
            clips=len(clips),
            dimensions={
                name: fmean((prediction.dimensions or {})[name] for prediction in heard)
                for name in self.dimensions
            },
        )

    def relative(self, heard: Prediction, profile: Profile) -> Prediction | None:
        """What a classifier that centres hears with a profile, from what it `heard` without one.

        None where it can't tell, and must hear the clip again.
        """
        return None

    def condensed(self, embedding: Embedding, *, centred: bool) -> Embedding:
        """What of its embedding tells emotions apart, as `emotts embed` writes it: all, by default.

        Args:
            embedding: [d] float32.
            centred: whether it is relative to its speaker's mean.
        """
        return embedding

    def _validate(self, prediction: Prediction) -> None:
        scores = np.fromiter(prediction.scores.values(), np.float64)
        if tuple(prediction.scores) != tuple(self.labels):
            raise ClassifierError(
                f"{self.name} scored {tuple(prediction.scores)}; its labels are {self.labels}"
            )
        if not ((scores >= 0) & (scores <= 1)).all():
            raise ClassifierError(f"{self.name} gave scores that are no probabilities: {scores}")
        if set(prediction.dimensions or ()) != set(self.dimensions):
            raise ClassifierError(
                f"{self.name} measured {prediction.dimensions}; its dimensions are "
                f"{', '.join(self.dimensions) or 'none'}"
            )
        if prediction.embedding.ndim != 1 or not np.isfinite(prediction.embedding).all():
            raise ClassifierError(f"{self.name} gave an embedding that is no finite vector")
