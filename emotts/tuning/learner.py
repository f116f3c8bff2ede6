"""What is learned of a voice: the cross-entropy method over the controls of its engine.

Draw takes, listen, move the draw to where they were liked, again (Rubinstein & Kroese 2004). Where
the method keeps an elite and forgets the rest, every take counts here, through a response surface.
The literature is the prior, what was heard the likelihood, and their product the next draw.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emotts.controls import Control
from emotts.tendencies import TENDENCIES, Tendencies, Tendency
from emotts.tuning.surface import Array, Cloud, Diary, Space

# The classifiers hear no level: it keeps what the literature says.
UNTUNED = ("energy",)
# In shares of a control's range: draws are at least this wide at first, to find what the literature
# left alone. They never get narrower than the literature's, so that takes differ.
FIRST_SPREAD = 0.12
# What ended so many spreads from neutral was found, what ended nearer merely explored.
CLEAR = 1.0
# A take that a check rejects is liked less than the worst of its sentence, in standard deviations.
HARM = 1.0
SEED = 41


@dataclass(frozen=True)
class Step:
    """Takes of one sentence, of every emotion."""

    generation: int
    sentence: int


Drawn = Mapping[str, Array]
"""Emotion → [n, k] positions of the controls."""
Liked = Mapping[str, Array]
"""Emotion → [n, listeners] how each of them liked each take; NaN where a check rejects it."""
Listen = Callable[[Step, Drawn], Liked]


class Learner:
    """Learns, for each emotion, where in the space of the controls takes are liked."""

    def __init__(self, controls: Mapping[str, Control], emotions: Sequence[str]) -> None:
        """Start from the literature.

        Args:
            controls: the engine's.
            emotions: canonical ones, which the listeners know.
        """
        self.space = Space({name: c for name, c in controls.items() if name not in UNTUNED})
        self._priors = {emotion: self._literature(emotion, FIRST_SPREAD) for emotion in emotions}
        self._clouds: Mapping[str, Cloud] = self._priors
        self._diaries = {emotion: Diary() for emotion in emotions}
        self.generations = 0
        """How many were heard to their end."""

    def learn(
        self, listen: Listen, *, sentences: int, takes: int, generations: int
    ) -> Iterator[Step]:
        """Draw and listen, sentence by sentence, and move the draw after each generation.

        Args:
            listen: makes and hears the takes of a step.
            sentences: how many there are.
            takes: a sentence and emotion.
            generations: how often to draw; each speaks every second sentence, in turns.

        Yields:
            What was just heard.
        """
        for generation in range(generations):
            rng = np.random.default_rng([SEED, generation])
            spoken = range(generation % 2, sentences, 2)
            for sentence in spoken:
                step = Step(generation, sentence)
                drawn = {e: c.draw(takes, self.space, rng) for e, c in self._clouds.items()}
                liked = listen(step, drawn)
                for emotion, diary in self._diaries.items():
                    diary.write(sentence, drawn[emotion], with_harm(liked[emotion]))
                if sentence == spoken[-1]:
                    self.move()
                    self.generations += 1
                yield step

    def move(self) -> None:
        """Move the draw to where takes were liked so far."""
        self._clouds = {
            emotion: diary.surface(self.space).updated(self._priors[emotion], self.space)
            for emotion, diary in self._diaries.items()
        }

    @property
    def found(self) -> Tendencies:
        """Emotion → control → tendency, as wide as the literature's at least."""
        return {
            emotion: Cloud(
                cloud.mean, np.maximum(cloud.spread, self._literature(emotion).spread)
            ).tendencies(self.space)
            for emotion, cloud in self._clouds.items()
        }

    def _literature(self, emotion: str, narrowest: float = 0.0) -> Cloud:
        """What the literature knows of an emotion, no narrower than a share of the ranges."""
        still = Tendency(0.0, 0.0)
        known = [TENDENCIES[emotion].get(name, still) for name in self.space.controls]
        spread = np.array([tendency.spread for tendency in known])
        mean = np.array([tendency.mean for tendency in known])
        return Cloud(mean, np.maximum(spread, narrowest * self.space.span))


def steps(sentences: int, generations: int) -> int:
    """How many steps `Learner.learn` takes."""
    return sum(len(range(generation % 2, sentences, 2)) for generation in range(generations))


def with_harm(liked: Array) -> Array:
    """[n, listeners] how each take was liked, those that a check rejects worse than all others.

    Where all are rejected none is better than another, and nothing is learned from them.
    """
    rejected = np.asarray(np.isnan(liked).any(axis=1))
    if not rejected.any() or rejected.all():
        return np.zeros_like(liked) if rejected.all() else liked
    passed = liked[~rejected]
    return np.where(rejected[:, None], passed.min(axis=0) - HARM * passed.std(axis=0), liked)


def settled(found: Tendencies) -> Tendencies:
    """Without the controls that the literature leaves alone, unless they moved clearly.

    What ended within `CLEAR` of its spread from neutral was explored, not found; it would cost
    every take its signal processing.
    """
    return {
        emotion: {
            name: tendency
            for name, tendency in controls.items()
            if name in TENDENCIES[emotion] or abs(tendency.mean) >= CLEAR * tendency.spread
        }
        for emotion, controls in found.items()
    }
