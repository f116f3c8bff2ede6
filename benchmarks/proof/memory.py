"""What is rendered, measured and heard once, however many choices are made from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from emotts.audio import Audio
from emotts.check import Check
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.records import Measurement, Prediction, Rendering, Take, Voice


class RememberingEngine(Engine):
    """Another engine, which renders each take of the sentence in work once."""

    def __init__(self, inner: Engine) -> None:
        """Stand in for `inner`."""
        super().__init__(inner.options)
        self.inner = inner
        self.name, self.license = inner.name, inner.license
        self.controls, self.uses_seed = inner.controls, inner.uses_seed
        self.accepts = inner.accepts
        self._text = ""
        self._known: dict[Any, Rendering] = {}

    @property
    def fingerprint(self) -> str:
        """That of the other engine."""
        return self.inner.fingerprint

    def voices(self) -> Sequence[Voice]:
        """Those of the other engine."""
        return self.inner.voices()

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Render what is not known yet; another text is another sentence."""
        if text != self._text:
            self._text, self._known = text, {}
        for take in takes:
            key = voice, take.seed, tuple(sorted(take.controls.items()))
            if key not in self._known:
                (self._known[key],) = self.inner.renderings(text, voice=voice, takes=[take])
            yield self._known[key]


@dataclass(frozen=True)
class RememberingListener(Listener):
    """A listener who hears a clip once."""

    known: WeakKeyDictionary[Audio, Prediction] = field(default_factory=WeakKeyDictionary)

    def heard(self, clips: Sequence[Audio]) -> list[Prediction]:
        """What is heard in each clip."""
        for clip in clips:
            if clip not in self.known:
                (self.known[clip],) = super().heard([clip])
        return [self.known[clip] for clip in clips]


class RememberingCheck(Check):
    """Another check, which measures a clip once: its take 0 is always the same."""

    def __init__(self, inner: Check) -> None:
        """Stand in for `inner`."""
        super().__init__(inner.options)
        self.inner = inner
        self.name, self.costly = inner.name, inner.costly
        self._known: WeakKeyDictionary[Audio, list[Measurement]] = WeakKeyDictionary()

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure what is not known yet."""
        for clip in batch:
            if clip not in self._known:
                (self._known[clip],) = self.inner.measure(
                    [clip], baseline=baseline, text=text, voice=voice
                )
        return [self._known[clip] for clip in batch]
