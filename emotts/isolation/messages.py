"""The records that cross between host and worker, and the way from them to JSON and back.

Arrays travel beside the JSON: a message refers to them by index.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from emotts.audio import Audio, Samples
from emotts.controls import Control
from emotts.plain import floats
from emotts.records import Conditioning, Prediction, Profile, Rendering, Take


class Message(BaseModel):
    """A part of a message; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def form(self) -> dict[str, Any]:
        """As JSON values."""
        return self.model_dump(mode="json")


def put(array: npt.NDArray[np.floating], arrays: list[Samples]) -> int:
    """Add a vector to the arrays; its index.

    Raises:
        ValueError: it is no vector.
    """
    if array.ndim != 1:
        raise ValueError(f"an array of shape {array.shape} where a vector is due")
    arrays.append(np.asarray(array, np.float32))
    return len(arrays) - 1


class EngineFacts(Message):
    """What an engine is and can do."""

    license: str
    controls: dict[str, Control]
    uses_seed: bool
    accepts: frozenset[str]
    tuned: Path | None


class ClassifierFacts(Message):
    """What a classifier is and can hear."""

    license: str
    rate: int
    labels: tuple[str, ...]
    dimensions: tuple[str, ...]
    centres: bool
    exclusive: bool
    batch: int


class CheckFacts(Message):
    """What a check is."""

    costly: bool


class Clip(Message):
    """Audio."""

    rate: int
    samples: NonNegativeInt

    @classmethod
    def pack(cls, audio: Audio, arrays: list[Samples]) -> "Clip":
        """Put the samples among the arrays."""
        return cls(rate=audio.rate, samples=put(audio.samples, arrays))

    def unpack(self, arrays: Sequence[Samples]) -> Audio:
        """The audio; `AudioError` for what is none."""
        return Audio(arrays[self.samples], self.rate)


class PackedTake(Message):
    """A take."""

    index: int
    seed: int
    controls: dict[str, float]
    reference: str | None
    embedding: NonNegativeInt | None
    emotion: str | None

    @classmethod
    def pack(cls, take: Take, arrays: list[Samples]) -> "PackedTake":
        """Put the embedding among the arrays."""
        asked = take.conditioning
        return cls(
            index=take.index,
            seed=take.seed,
            controls=floats(take.controls),
            reference=asked.reference,
            embedding=None if asked.embedding is None else put(asked.embedding, arrays),
            emotion=asked.emotion,
        )

    def unpack(self, arrays: Sequence[Samples]) -> Take:
        """The take."""
        embedding = None if self.embedding is None else arrays[self.embedding]
        asked = Conditioning(self.reference, embedding, self.emotion)
        return Take(self.index, self.seed, self.controls, asked)


class PackedRendering(Message):
    """A rendering."""

    audio: Clip
    effective: dict[str, float]
    conditioned: frozenset[str]

    @classmethod
    def pack(cls, made: Rendering, arrays: list[Samples]) -> "PackedRendering":
        """Put the samples among the arrays."""
        return cls(
            audio=Clip.pack(made.audio, arrays),
            effective=floats(made.effective),
            conditioned=made.conditioned,
        )

    def unpack(self, arrays: Sequence[Samples]) -> Rendering:
        """The rendering; `AudioError` where its audio is none."""
        return Rendering(self.audio.unpack(arrays), self.effective, self.conditioned)


class PackedProfile(Message):
    """The profile of a voice."""

    embedding: NonNegativeInt
    log_odds: dict[str, float]
    clips: int
    dimensions: dict[str, float]

    @classmethod
    def pack(cls, profile: Profile, arrays: list[Samples]) -> "PackedProfile":
        """Put the embedding among the arrays."""
        return cls(
            embedding=put(profile.embedding, arrays),
            log_odds=floats(profile.log_odds),
            clips=profile.clips,
            dimensions=floats(profile.dimensions),
        )

    def unpack(self, arrays: Sequence[Samples]) -> Profile:
        """The profile."""
        return Profile(arrays[self.embedding], self.log_odds, self.clips, self.dimensions)


class PackedPrediction(Message):
    """A prediction."""

    scores: dict[str, float]
    embedding: NonNegativeInt
    dimensions: dict[str, float] | None
    centred: bool

    @classmethod
    def pack(cls, heard: Prediction, arrays: list[Samples]) -> "PackedPrediction":
        """Put the embedding among the arrays."""
        return cls(
            scores=floats(heard.scores),
            embedding=put(heard.embedding, arrays),
            dimensions=None if heard.dimensions is None else floats(heard.dimensions),
            centred=heard.centred,
        )

    def unpack(self, arrays: Sequence[Samples]) -> Prediction:
        """The prediction."""
        return Prediction(self.scores, arrays[self.embedding], self.dimensions, self.centred)
