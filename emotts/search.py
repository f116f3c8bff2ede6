"""Search: which takes to try, and which to try next."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from emotts.controls import Control
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.records import Candidate, Conditioning, Take
from emotts.scoring import ranking
from emotts.tendencies import TENDENCIES, Tendencies, Tendency

Positions = npt.NDArray[np.float64]

UNCONDITIONED = Conditioning()

# No emotion is known to move these, but takes differ by them.
FREE: Mapping[str, Tendency] = {
    "temperature": Tendency(0.0, 0.2),
    "duration_noise": Tendency(0.0, 0.2),
}

# Takes of the first round, and of the largest: 4 + 4, then 8 at a time.
FIRST = 4
LARGEST = 8
# How far the next takes go from the centre of the prior to the best one so far, and how widely they
# are drawn there, in shares of the prior's spread. benchmarks/results/rounds.md: this beats takes
# that all come from the prior; means over several of the best, wider draws and a fitted gradient
# gained less.
RATE = 0.8
WIDTH = 0.5


def take_seed(request_seed: int, engine: str, text: str, index: int) -> int:
    """The seed of one take, 63 bits: it depends on nothing but its arguments."""
    key = f"{request_seed}\0{engine}\0{text}\0{index}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) >> 1


@dataclass(frozen=True)
class Search:
    """The takes of one sentence, round by round.

    Take 0 is neutral. Take 1 moves every control to where the target tends to move it, scaled by
    its intensity; the other takes of the first round are drawn around that. Later rounds are drawn
    near what scored best, held to the prior: an evolution strategy (Beyer & Schwefel 2002). Rounds
    have fixed ends and each take has a seed of its own, so that a take depends on those of earlier
    rounds alone, never on how many there are to be.

    An engine that neither has controls for the target nor uses seeds is asked once, or once more
    where it is conditioned: it would say the same again.
    """

    text: str
    target: Target
    count: int
    """At most this many takes, take 0 included."""
    seed: int
    """Of the request."""
    engine: str
    """Its name."""
    controls: Mapping[str, Control]
    """The engine's."""
    uses_seed: bool
    """Whether another seed makes another take."""
    tendencies: Tendencies = field(default_factory=lambda: TENDENCIES)
    """What emotions do to the controls; the literature's by default."""
    conditioning: Conditioning = UNCONDITIONED
    """What the engine is given beside controls."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """Control → value that all takes start from, take 0 too; those the engine lacks are ignored."""

    @classmethod
    def of(
        cls, engine: Engine, text: str, target: Target, *, count: int, seed: int, **more: Any
    ) -> Self:
        """The takes of a sentence by an engine; `more` are other fields."""
        return cls(
            text,
            target,
            count=count,
            seed=seed,
            engine=engine.name,
            controls=engine.controls,
            uses_seed=engine.uses_seed,
            **more,
        )

    @cached_property
    def base(self) -> Mapping[str, float]:
        """Control → position that takes start from, of those that the settings move."""
        return {
            name: self.controls[name].position(self.controls[name].clamp(value))
            for name, value in self.settings.items()
            if name in self.controls
        }

    @cached_property
    def prior(self) -> Mapping[str, Tendency]:
        """Where takes lie before any was heard, of the controls that the engine has."""
        known = {**FREE, **mixed(self.target, self.tendencies)}
        return {name: known[name] for name in sorted(known) if name in self.controls}

    @property
    def size(self) -> int:
        """How many takes there can be that differ, up to `count`."""
        if self.prior or self.uses_seed:
            return self.count
        return min(self.count, 2 if self.conditioning.kinds else 1)

    def propose(self, heard: Sequence[Candidate]) -> list[Take]:
        """The takes of the next round; none when there are enough.

        Args:
            heard: the candidates of all rounds so far, scored.
        """
        done = len(heard)
        end = min(self.size, done + min(max(done, FIRST), LARGEST))
        where = self.posterior(heard)
        return [self._take(index, where) for index in range(done, end)]

    def draws(self) -> list[Take]:
        """All takes as if nothing were heard: every one drawn from the prior."""
        return [self._take(index, self.prior) for index in range(self.size)]

    def posterior(self, heard: Sequence[Candidate]) -> Mapping[str, Tendency]:
        """Where the next takes are to lie: between the prior and the best of those heard."""
        best = next((c.take for c in ranking(heard) if c.take.index > 0), None)
        if best is None:
            return self.prior
        return {
            name: Tendency(
                tendency.mean + RATE * self._step(best, name) * tendency.spread,
                WIDTH * tendency.spread,
            )
            for name, tendency in self.prior.items()
        }

    def positions(self, candidates: Sequence[Candidate]) -> Positions:
        """[n, k] where takes after take 0 lie around the prior's centre, in its spreads."""
        return np.array(
            [[self._step(candidate.take, name) for name in self.prior] for candidate in candidates]
        ).reshape(len(candidates), len(self.prior))

    def _step(self, take: Take, name: str) -> float:
        """How many spreads a control of a take is from the centre of the prior."""
        tendency, intensity = self.prior[name], self.target.intensity
        if not intensity or not tendency.spread:
            return 0.0
        position = self.controls[name].position(take.controls[name]) - self.base.get(name, 0.0)
        return (position / intensity - tendency.mean) / tendency.spread

    def _take(self, index: int, where: Mapping[str, Tendency]) -> Take:
        seed = take_seed(self.seed, self.engine, self.text, index)
        if index == 0:
            return Take(0, seed, self._values(self.base))
        moved = _draw(where, self.target.intensity, index, seed)
        moved |= {name: moved.get(name, 0.0) + start for name, start in self.base.items()}
        return Take(index, seed, self._values(moved), self.conditioning)

    def _values(self, positions: Mapping[str, float]) -> dict[str, float]:
        return {name: self.controls[name].at(position) for name, position in positions.items()}


def mixed(target: Target, tendencies: Tendencies = TENDENCIES) -> dict[str, Tendency]:
    """What a blend tends to do to each control: the weighted mean of its emotions' tendencies.

    An emotion that leaves a control alone counts as a tendency to neutral, so that half of an
    emotion moves a control half as far.
    """
    names = {name for emotion in target.weights for name in tendencies.get(emotion, {})}
    still = Tendency(0.0, 0.0)
    parts = [(tendencies.get(emotion, {}), weight) for emotion, weight in target.weights.items()]
    return {
        name: Tendency(
            sum(weight * known.get(name, still).mean for known, weight in parts),
            sum(weight * known.get(name, still).spread for known, weight in parts),
        )
        for name in sorted(names)
    }


def _draw(
    tendencies: Mapping[str, Tendency], intensity: float, index: int, seed: int
) -> dict[str, float]:
    """Positions of one take: the centre for take 1, a normal draw around it for the rest."""
    spread = 0.0 if index == 1 else 1.0
    deviations = np.random.default_rng(seed).standard_normal(len(tendencies))
    return {
        name: intensity * (tendency.mean + spread * tendency.spread * float(deviation))
        for (name, tendency), deviation in zip(tendencies.items(), deviations, strict=True)
    }
