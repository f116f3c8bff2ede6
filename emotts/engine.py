"""The interface of an engine: a text-to-speech system that speaks a sentence in several takes."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from emotts.controls import Control
from emotts.errors import AudioError, EngineError, UnknownNameError, failing_as
from emotts.options import Options
from emotts.plain import of_kind, rendered, voiced
from emotts.records import Rendering, Take, Voice

MAX_SECONDS = 120.0
"""Longest rendering of one sentence: over twice what 400 characters take at half speed."""


class Engine(ABC):
    """A text-to-speech engine.

    What it is and can do are attributes of the class, or of the instance where they depend on
    its options or on the model it speaks with.

    Constructing one is cheap: weights and heavy imports wait for the first use. An engine is
    used from one thread at a time.
    """

    name: str
    """Unique among the engines; `[A-Za-z0-9._-]{1,64}`."""
    license: str
    """SPDX identifier of what it speaks with."""
    controls: Mapping[str, Control] = {}
    """Its knobs, under standard names where they exist."""
    uses_seed: bool = False
    """False: another seed is the same take."""
    accepts: frozenset[str] = frozenset()
    """What it can be conditioned on, of {"reference", "embedding", "emotion"}."""
    tuned: Path | None = None
    """A folder of priors of its voices that come with it, as `emotts tune` writes them."""

    Options: ClassVar[type[Options]] = Options

    def __init__(self, options: Any) -> None:
        """Keep the options, an instance of this class's `Options`."""
        self.options = options

    @property
    def fingerprint(self) -> str:
        """What a voice profile made with this engine depends on: change it and profiles expire."""
        return self.name

    @abstractmethod
    def voices(self) -> Sequence[Voice]:
        """The voices it can speak with, the default one first."""

    @abstractmethod
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order.

        Args:
            text: one sentence, cleaned and within the host's limits.
            voice: the name of one of `voices()`.
            takes: at least one; controls out of range are clamped, unknown ones ignored, and so
                is conditioning of kinds that the engine does not accept.

        Yields:
            A rendering for each take: audio at the engine's own rate, never empty, and the
            controls and the kinds of conditioning that took effect.

        Raises:
            EngineError: the text can't be spoken, or the engine failed.
        """

    def voice(self, name: str | None = None) -> Voice:
        """The voice of that name, the default one for None.

        Raises:
            UnknownNameError: there is no such voice; the message lists those there are.
            EngineError: it has none at all, or can't tell.
        """
        with failing_as(EngineError, self.name):
            voices = {voice.name: voice for voice in voiced(self.voices())}
        if not voices:
            raise EngineError(f"{self.name} has no voices")
        if name is None:
            return next(iter(voices.values()))
        if name not in voices:
            raise UnknownNameError(f"voice of {self.name}", name, voices)
        return voices[name]

    def renderings(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """`synthesize`, held to its promises; audio beyond full scale is turned down.

        The gain that this took is recorded among the effective controls as "gain" (dB).

        Raises:
            EngineError: fewer or more renderings than takes, no audio or too much of it, or
                whatever the engine failed with.
        """
        made = 0
        try:
            with failing_as(EngineError, self.name):
                found = self.synthesize(text, voice=voice, takes=takes)
                for rendering in of_kind(found, Iterable, "what synthesize() returns"):
                    made += 1
                    if made > len(takes):
                        break
                    yield self._bounded(rendered(rendering))
        except AudioError as error:
            raise EngineError(f"{self.name} made what is no audio: {error}") from error
        if made != len(takes):
            count = "more" if made > len(takes) else f"only {made}"
            raise EngineError(f"{self.name} made {count} renderings for {len(takes)} takes")

    def _bounded(self, rendering: Rendering) -> Rendering:
        """The rendering within full scale and `MAX_SECONDS`."""
        seconds = rendering.audio.duration_s
        if seconds > MAX_SECONDS:
            raise EngineError(
                f"{self.name} made {seconds:.0f} s of a sentence; at most {MAX_SECONDS:g} s"
            )
        return _within_full_scale(rendering)


def _within_full_scale(rendering: Rendering) -> Rendering:
    """The rendering, turned down until its peak is at full scale where it is above."""
    peak = rendering.audio.peak
    if peak <= 1:
        return rendering
    gain_db = -20 * math.log10(peak) - 1e-4  # a hair below, so that rounding can't exceed 1
    return replace(
        rendering,
        audio=rendering.audio.amplified(gain_db),
        effective={**rendering.effective, "gain": gain_db},
    )
