"""Attacks on the selector: hacked takes among honest ones, through the pipeline as it ships."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.proof.hacks import HACKS, Context, Hack, hacked
from benchmarks.proof.memory import RememberingCheck, RememberingEngine, RememberingListener
from emotts import pipeline, tuned
from emotts.audio import Audio
from emotts.config import Config, PartConfig
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.host import Host
from emotts.profiles import profile_for
from emotts.records import Rendering, Take, Voice
from emotts.speech import Choice, Request

TAKES = 8
HACKED = 2
"""Takes of a sentence that are hacked, never take 0; by chance one of them wins in 25%."""
SEED = 3
OTHER = "Nobody has ever asked me for the colour of these wide wooden doors."
"""What is said in the place of a sentence."""
# What is installed beside the built-in checks in the guarded pipeline.
GUARDS = ("speaker", "words", "naturalness")

Row = dict[str, Any]


class HackingEngine(RememberingEngine):
    """Another engine, some of whose takes are hacked."""

    def __init__(self, inner: Engine, hack: Hack, takes: frozenset[int], other: Audio) -> None:
        """Hack the takes of these indices."""
        super().__init__(inner)
        self._hack, self._takes, self._other = hack, takes, other

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Render all, and hack some."""
        for take, made in zip(
            takes, self.inner.synthesize(text, voice=voice, takes=takes), strict=True
        ):
            if take.index in self._takes:
                context = Context(np.random.default_rng(take.index), self._other)
                yield Rendering(hacked(made.audio, self._hack, context), made.effective)
            else:
                yield made


@dataclass(frozen=True)
class Selector:
    """A pipeline under attack."""

    name: str
    host: Host
    engine: RememberingEngine
    voice: Voice
    listeners: Sequence[RememberingListener]
    checks: Sequence[RememberingCheck]
    others: dict[str, Audio] = field(default_factory=dict)
    """Emotion → another sentence, spoken with it."""

    @classmethod
    def of(cls, name: str, config: Config) -> "Selector":
        """As a host would put it together."""
        host = Host(config)
        voice = host.engine.voice(config.voice)
        listeners = [
            RememberingListener(classifier, profile_for(host.engine, voice, classifier))
            for classifier in host.classifiers
        ]
        checks = [RememberingCheck(check) for check in host.checks]
        return cls(name, host, RememberingEngine(host.engine), voice, listeners, checks)

    def rows(self, text: str, emotion: str) -> Iterator[Row]:
        """What each attack on a sentence comes to."""
        if emotion not in self.others:
            self.others[emotion] = self._choice(OTHER, emotion, self.engine).audio
        honest = self._choice(text, emotion, self.engine)
        for name, hack in HACKS.items():
            takes = lot(name, text, emotion)
            engine = HackingEngine(self.engine, hack, takes, self.others[emotion])
            choice = self._choice(text, emotion, engine)
            yield {
                "attack": name,
                "selector": self.name,
                "emotion": emotion,
                "text": text,
                "won": choice.chosen in takes,
                "would have won": honest.chosen in takes,
                "plain": choice.chosen == 0,
                "rejected": [
                    (choice.candidates[take].rejected or "").partition(":")[0]
                    for take in sorted(takes)
                ],
            }

    def _choice(self, text: str, emotion: str, engine: Engine) -> Choice:
        (choice,) = pipeline.speak(
            Request(text, Target({emotion: 1.0}), self.voice, TAKES, SEED),
            engine=engine,
            listeners=self.listeners,
            checks=self.checks,
            tendencies=tuned.tendencies(self.host.engine, self.voice),
        )
        return choice


def selectors() -> list[Selector]:
    """As it comes, and with the guards of the plugins."""
    plain = Config()
    guards = tuple(PartConfig(name=name) for name in GUARDS)
    return [
        Selector.of("as it comes", plain),
        Selector.of("guarded", plain.model_copy(update={"checks": plain.checks + guards})),
    ]


def lot(attack: str, text: str, emotion: str) -> frozenset[int]:
    """Which takes are hacked."""
    digest = hashlib.sha256(f"{attack}\0{text}\0{emotion}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8]))
    return frozenset(random.choice(np.arange(1, TAKES), HACKED, replace=False).tolist())
