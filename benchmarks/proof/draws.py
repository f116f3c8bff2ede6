"""Priors of a trial, and takes that nobody chose."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.proof import texts
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.records import Take, Voice
from emotts.search import Search
from emotts.tendencies import Tendencies, Tendency
from emotts.tunedfile import merged
from emotts.tuning.booth import Booth
from emotts.tuning.learner import settled
from training.tune import learned

SEED = 3
# Of random takes: those of one prior, and those anywhere in the ranges.
DRAWS = 4
WIDE = 3


def tuned(
    engine: Engine, voice: Voice, verifier: Sequence[Listener], generations: int
) -> Tendencies:
    """Priors that only a verifier has had a part in, made as the shipped ones are."""
    said = texts.TUNING.read_text(encoding="utf-8").splitlines()
    booth = Booth(engine, voice, verifier)
    return merged(settled(learned(booth, said, generations=generations)))


def priors(content: Mapping[str, Mapping[str, Sequence[float]]]) -> Tendencies:
    """Priors as they are kept: emotion → control → mean and spread."""
    return {
        emotion: {name: Tendency(mean, spread) for name, (mean, spread) in controls.items()}
        for emotion, controls in content.items()
    }


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
        for index in range(1, 1 + WIDE)
    ]


def draws(engine: Engine, text: str, emotion: str, tendencies: Tendencies) -> list[Take]:
    """Takes of a prior, as if nobody heard them."""
    search = Search(
        text,
        Target({emotion: 1.0}),
        DRAWS + 1,
        SEED,
        engine.name,
        engine.controls,
        engine.uses_seed,
        tendencies,
    )
    return search.draws()[1:]
