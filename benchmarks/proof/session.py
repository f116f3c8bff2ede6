"""A trial: priors tuned by the verifier, takes that it chooses, and the jury's verdict on them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.proof import draws
from benchmarks.proof.hearing import Verdict, judged, verdict
from benchmarks.proof.texts import Kind
from emotts import pipeline
from emotts.audio import Audio
from emotts.check import Check
from emotts.effort import Stop
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.records import Rendering, Take, Voice
from emotts.speech import Choice, Request
from emotts.tendencies import TENDENCIES, Tendencies

if TYPE_CHECKING:
    from benchmarks.proof.harm import Meter
    from benchmarks.proof.panel import Panel, Trial

FEW, MANY = 8, 32
COUNTS = (2, 4, FEW)
MORE = (16, MANY)

Row = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """A voice before a verifier and a jury."""

    engine: Engine
    voice: Voice
    trial: "Trial"
    panel: "Panel"
    checks: Sequence[Check]
    tendencies: Tendencies
    """Priors that only the verifier has had a part in."""

    def row(
        self, kind: Kind, emotion: str, text: str, meter: "Meter | None", *, many: bool = True
    ) -> Row:
        """What is chosen in each way, and what the jury makes of it.

        Args:
            kind: of the text.
            emotion: of the voice.
            text: the sentence.
            meter: measures harm; None: nobody does.
            many: choose from 16 and 32 takes too.
        """
        verifier, jury = self.panel.of(self.trial.verifier), self.panel.of(self.trial.jury)
        tuned = {n: self._choice(text, emotion, n, verifier) for n in COUNTS + many * MORE}
        plain = self._choice(text, emotion, FEW, verifier, TENDENCIES)
        chosen = {
            "literature, best of 8": plain,
            **{f"best of {n}": choice for n, choice in tuned.items()},
            "adaptive": self._choice(text, emotion, FEW, verifier, adaptive=True),
        }
        if len(verifier) > 1:
            chosen["first alone, best of 8"] = self._choice(text, emotion, FEW, verifier[:1])
        drawn = {
            "wide": draws.wide(self.engine),
            "literature": draws.draws(self.engine, text, emotion, TENDENCIES),
            "tuned": draws.draws(self.engine, text, emotion, self.tendencies),
        }
        found: dict[str, dict[str, Any]] = {
            "take 0": judged([_audio(tuned[FEW], 0)], jury, emotion).mean(),
            **{w: self._drawn(text, emotion, takes, jury) for w, takes in drawn.items()},
        }
        found |= {way: self._chosen(choice, emotion, jury) for way, choice in chosen.items()}
        oracles = {f"oracle of {n}": tuned[n] for n in (FEW, MANY) if n in tuned}
        for way, choice in {**oracles, "literature, oracle of 8": plain}.items():
            found[way] = self._oracle(choice, emotion, jury)
        best = tuned[FEW]
        return {
            "trial": self.trial.name,
            "kind": kind,
            "emotion": emotion,
            "text": text,
            "ways": found,
            "rejected": rejections(best),
            "similarity": _measured(best, "speaker"),
            "harm": meter and meter.harm(text, best.audio, _audio(best, 0)),
        }

    def _choice(
        self,
        text: str,
        emotion: str,
        count: int,
        verifier: Sequence[Listener],
        tendencies: Tendencies | None = None,
        *,
        adaptive: bool = False,
    ) -> Choice:
        """What the product would choose."""
        target = Target({emotion: 1.0})
        stop: Stop = "adaptive" if adaptive else "never"
        (choice,) = pipeline.speak(
            Request(text, target, self.voice, count, draws.SEED, stop=stop),
            engine=self.engine,
            listeners=verifier,
            checks=self.checks,
            tendencies=tendencies or self.tendencies,
        )
        return choice

    def _drawn(
        self, text: str, emotion: str, takes: Sequence[Take], jury: Sequence[Listener]
    ) -> dict[str, float]:
        made: list[Rendering] = list(
            self.engine.renderings(text, voice=self.voice.name, takes=takes)
        )
        return judged([rendering.audio for rendering in made], jury, emotion).mean()

    def _chosen(self, choice: Choice, emotion: str, jury: Sequence[Listener]) -> dict[str, Any]:
        """The verdict on a choice, and what the verifier says of it."""
        own = _own(choice, emotion)
        return {
            **judged([choice.audio], jury, emotion).mean(),
            "own hit": float(own.hit[0]),
            "own probability": float(own.probability[0]),
            "matched": choice.matched,
            "takes": len(choice.candidates),
        }

    def _oracle(self, choice: Choice, emotion: str, jury: Sequence[Listener]) -> dict[str, float]:
        """What the jury would have chosen of the takes that no check rejected."""
        clips = [
            c.audio
            for c in choice.candidates
            if c.audio is not None and (c.rejected is None or c.take.index == 0)
        ]
        heard = judged(clips, jury, emotion)
        return {"hit": float(heard.hit[heard.best]), "odds": float(heard.odds[heard.best])}


def rejections(choice: Choice) -> dict[str, int]:
    """Check → how many takes it rejected; "takes" → of how many."""
    names = (c.rejected.partition(":")[0] for c in choice.candidates if c.rejected)
    return {"takes": len(choice.candidates), **Counter(names)}


def _own(choice: Choice, emotion: str) -> Verdict:
    return verdict([list(choice.candidate.predictions.values())], emotion)


def _measured(choice: Choice, check: str) -> float | None:
    """What a check measured in the winner; None where it was not asked."""
    found = [m.value for m in choice.candidate.measurements if m.check == check]
    return found[0] if found else None


def _audio(choice: Choice, index: int) -> Audio:
    audio = choice.candidates[index].audio
    assert audio is not None  # take 0 always has some
    return audio
