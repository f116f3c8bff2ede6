"""Search: which takes to try."""

import hashlib
from collections.abc import Mapping

import numpy as np

from emotts.controls import Control
from emotts.emotions import Target
from emotts.records import Conditioning, Take
from emotts.tendencies import TENDENCIES, Tendencies, Tendency

UNCONDITIONED = Conditioning()


def take_seed(request_seed: int, engine: str, text: str, index: int) -> int:
    """The seed of one take, 63 bits: it depends on nothing but its arguments."""
    key = f"{request_seed}\0{engine}\0{text}\0{index}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) >> 1


def plan(
    text: str,
    target: Target,
    *,
    count: int,
    seed: int,
    engine: str,
    controls: Mapping[str, Control],
    uses_seed: bool,
    tendencies: Tendencies = TENDENCIES,
    conditioning: Conditioning = UNCONDITIONED,
) -> list[Take]:
    """The takes of a sentence.

    Take 0 is neutral. Take 1 moves every control to where the target tends to move it, scaled by
    its intensity; further takes are drawn around that, each from a seed of its own, so that a
    take is the same whatever their number. An engine that neither has controls for the target
    nor uses seeds is asked once: it would say the same again.

    Args:
        text: the sentence.
        target: what is wanted.
        count: at most this many takes, take 0 included.
        seed: of the request.
        engine: name of the engine.
        controls: the engine's.
        uses_seed: whether another seed makes another take.
        tendencies: what emotions do to the controls; the literature's by default.
        conditioning: what the engine is given beside controls.
    """
    seeds = [take_seed(seed, engine, text, index) for index in range(count)]
    moved = {
        name: tendency for name, tendency in mixed(target, tendencies).items() if name in controls
    }
    if not moved and not uses_seed:
        count = min(count, 2 if conditioning.kinds else 1)
    return [Take(0, seeds[0])] + [
        Take(
            index,
            seeds[index],
            _draw(moved, controls, target.intensity, index, seeds[index]),
            conditioning,
        )
        for index in range(1, count)
    ]


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
    tendencies: Mapping[str, Tendency],
    controls: Mapping[str, Control],
    intensity: float,
    index: int,
    seed: int,
) -> dict[str, float]:
    """Control values of one take: the centre for take 1, a normal draw around it for the rest."""
    spread = 0.0 if index == 1 else 1.0
    deviations = np.random.default_rng(seed).standard_normal(len(tendencies))
    return {
        name: controls[name].at(
            intensity * (tendency.mean + spread * tendency.spread * float(deviation))
        )
        for (name, tendency), deviation in zip(tendencies.items(), deviations, strict=True)
    }
