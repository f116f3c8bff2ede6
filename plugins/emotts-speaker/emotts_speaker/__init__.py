"""The check `speaker`: a take that no longer sounds like the voice of take 0 is out."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from emotts.audio import Audio
from emotts.check import REMEMBERED, Check
from emotts.hookspecs import hookimpl
from emotts.options import Options
from emotts.records import Embedding, Measurement, Voice

if TYPE_CHECKING:
    from emotts_speaker.encoder import Encoder


@hookimpl
def emotts_checks() -> Sequence[type[Check]]:
    """The check of the speaker."""
    return [SpeakerCheck]


class SpeakerOptions(Options):
    """Floor of the check of the speaker."""

    similarity: float = Field(0.65, ge=0, le=1)
    """Cosine of the angle between the embeddings of the take and of take 0, at least."""


class SpeakerCheck(Check):
    """Drops takes whose speaker embedding is too far from that of take 0."""

    name = "speaker"
    costly = True
    Options: ClassVar[type[SpeakerOptions]] = SpeakerOptions
    options: SpeakerOptions

    def __init__(self, options: SpeakerOptions) -> None:
        """Keep the options; the network is loaded when it first listens."""
        super().__init__(options)
        self._embedded = lru_cache(REMEMBERED)(self._embed)

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure how similar the voice of each clip is to that of take 0."""
        return [[self._compare(clip, baseline)] for clip in batch]

    def _compare(self, clip: Audio, baseline: Audio) -> Measurement:
        similarity = float(np.dot(self._embedded(clip), self._embedded(baseline)))
        floor = self.options.similarity
        return Measurement(
            "speaker",
            similarity,
            floor,
            similarity >= floor,
            f"similarity to take 0 {similarity:.2f}; at least {floor:g}",
        )

    def _embed(self, clip: Audio) -> Embedding:
        return self._encoder.embed(clip)

    @cached_property
    def _encoder(self) -> "Encoder":
        from emotts_speaker.encoder import Encoder

        return Encoder()
