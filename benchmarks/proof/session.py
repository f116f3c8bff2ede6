"""A trial: priors tuned by the verifier, takes that it chooses, and the jury's verdict on them."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.proof.figures import Row
from benchmarks.proof.hearing import Takes, judged, takes, ways
from emotts.builtin.hibari import HibariEngine
from emotts.builtin.signal import SignalCheck
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.pipeline import speak
from emotts.records import Request, Take, Voice
from emotts.tendencies import TENDENCIES, Tendencies
from emotts.text import sentences
from training.cem import EMOTIONS, Tuner

if TYPE_CHECKING:
    from benchmarks.proof.panel import Panel, Trial

logger = logging.getLogger(__name__)

TEXTS = Path(__file__).parent / "texts"
SEED = 3
# Takes of the tuned priors, of the literature's, and wide ones.
TAKES = 16
PLAIN_TAKES = 8
WIDE_TAKES = 4
TUNING_TAKES = 5


@dataclass(frozen=True)
class Session:
    """A voice before a panel."""

    engine: HibariEngine
    voice: Voice
    panel: "Panel"

    def tuned(self, trial: "Trial", generations: int) -> Tendencies:
        """Priors that only the verifier of a trial has had a part in."""
        verifier = self.panel.of(trial.verifier)
        texts = (TEXTS / "neutral.txt").read_text().splitlines()
        return Tuner(self.engine, self.voice, verifier, texts, TUNING_TAKES).tune(generations)

    def rows(
        self, trial: "Trial", priors: Tendencies, neutral: int, congruent: int
    ) -> Iterator[Row]:
        """A row for each emotion and fresh sentence: so many neutral and congruent ones."""
        for emotion in EMOTIONS:
            for kind, count in (("neutral", neutral), ("congruent", congruent)):
                name = emotion if kind == "congruent" else kind
                for text in fresh(name)[:count]:
                    yield self._row(trial, priors, kind, emotion, text)
            logger.info("%s: %s", trial.name, emotion)

    def _row(self, trial: "Trial", priors: Tendencies, kind: str, emotion: str, text: str) -> Row:
        verifier, jury = self.panel.of(trial.verifier), self.panel.of(trial.jury)
        tuned = self._spoken(text, emotion, verifier, jury, TAKES, priors)
        plain = self._spoken(text, emotion, verifier, jury, PLAIN_TAKES, TENDENCIES)
        wide_hit, wide_odds = self._wide(text, emotion, jury)
        chosen = ways(tuned, plain)
        return Row(
            trial.name,
            kind,
            emotion,
            text,
            {w: float(np.mean(t.jury.hit[i])) for w, (t, i) in chosen.items()} | wide_hit,
            {w: float(np.mean(t.jury.odds[i])) for w, (t, i) in chosen.items()} | wide_odds,
            {w: float(np.mean(t.verifier.hit[i])) for w, (t, i) in chosen.items()},
            tuned.matched(tuned.best(8)),
        )

    def _spoken(
        self,
        text: str,
        emotion: str,
        verifier: Sequence[Listener],
        jury: Sequence[Listener],
        count: int,
        priors: Tendencies,
    ) -> Takes:
        target = Target({emotion: 1.0})
        (choice,) = speak(
            Request(text, target, self.voice, count, SEED),
            engine=self.engine,
            listeners=verifier,
            checks=[SignalCheck(SignalCheck.Options())],
            tendencies=priors,
        )
        return takes(choice.candidates, target, jury)

    def _wide(
        self, text: str, emotion: str, jury: Sequence[Listener]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """The mean hit and log-odds of takes anywhere in the ranges of the controls."""
        planned = wide(self.engine)
        made = self.engine.renderings(text, voice=self.voice.name, takes=planned)
        heard = judged([rendering.audio for rendering in made], jury, emotion)
        return {"wide": float(heard.hit.mean())}, {"wide": float(heard.odds.mean())}


def fresh(name: str) -> list[str]:
    """The texts of one sentence in a list that nothing was tuned with."""
    texts = (TEXTS / "fresh" / f"{name}.txt").read_text().splitlines()
    return [text for text in texts if len(list(sentences(text))) == 1]


def wide(engine: Engine) -> list[Take]:
    """Takes whose controls are drawn evenly from their ranges."""
    rng = np.random.default_rng(SEED)
    return [
        Take(
            index,
            index,
            {
                name: control.at(
                    rng.uniform(control.position(control.low), control.position(control.high))
                )
                for name, control in engine.controls.items()
            },
        )
        for index in range(1, 1 + WIDE_TAKES)
    ]
