"""The cross-entropy method over the controls of an engine: where takes sound like an emotion.

Draw takes, listen, move the draw to where they were liked, again (Rubinstein & Kroese 2004). Where
the method keeps an elite and forgets the rest, every take counts here, through a response surface.
The literature is the prior, what was heard the likelihood, and their product the next draw.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emotts import scoring
from emotts.emotions import Target
from emotts.engine import Engine
from emotts.listener import Listener
from emotts.records import Prediction, Take, Voice
from emotts.tendencies import TENDENCIES, Tendencies, Tendency
from training.surface import Array, Cloud, Diary, Space

logger = logging.getLogger(__name__)

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
# The classifiers hear no level: it keeps what the literature says.
UNTUNED = ("energy",)
# In shares of a control's range: draws are at least this wide at first, to find what the literature
# left alone. They never get narrower than the literature's, so that takes differ.
FIRST_SPREAD = 0.12
SEED = 41


@dataclass(frozen=True)
class Tuner:
    """Tunes one voice to what some classifiers hear."""

    engine: Engine
    voice: Voice
    listeners: Sequence[Listener]
    texts: Sequence[str]
    """Without emotional words; each generation speaks every second of them, in turns."""
    takes: int
    """A sentence and emotion."""

    def tune(self, generations: int) -> Tendencies:
        """Emotion → control → tendency, of the controls that were tuned."""
        labels = [set(listener.classifier.labels) for listener in self.listeners]
        known = [emotion for emotion in EMOTIONS if all(emotion in heard for heard in labels)]
        priors = {emotion: self._literature(emotion) for emotion in known}
        clouds, diaries = priors, {emotion: Diary() for emotion in known}
        for generation in range(generations):
            self._listen(generation, clouds, diaries)
            clouds = {
                emotion: diary.surface(self._space).updated(priors[emotion], self._space)
                for emotion, diary in diaries.items()
            }
        return {emotion: self._wide(cloud, emotion) for emotion, cloud in clouds.items()}

    @property
    def _space(self) -> Space:
        controls = self.engine.controls.items()
        return Space({name: control for name, control in controls if name not in UNTUNED})

    def _literature(self, emotion: str, narrowest: float = FIRST_SPREAD) -> Cloud:
        space, still = self._space, Tendency(0.0, 0.0)
        known = [TENDENCIES[emotion].get(name, still) for name in space.controls]
        spread = np.array([tendency.spread for tendency in known])
        mean = np.array([tendency.mean for tendency in known])
        return Cloud(mean, np.maximum(spread, narrowest * space.span))

    def _wide(self, cloud: Cloud, emotion: str) -> dict[str, Tendency]:
        """As wide as the literature at least."""
        spread = np.maximum(cloud.spread, self._literature(emotion, 0.0).spread)
        return Cloud(cloud.mean, spread).tendencies(self._space)

    def _listen(
        self, number: int, clouds: Mapping[str, Cloud], diaries: Mapping[str, Diary]
    ) -> None:
        """Draw, and write down what is heard."""
        rng = np.random.default_rng([SEED, number])
        for sentence in range(number % 2, len(self.texts), 2):
            drawn = {e: cloud.draw(self.takes, self._space, rng) for e, cloud in clouds.items()}
            heard = self._heard(self.texts[sentence], np.concatenate(list(drawn.values())))
            for index, (emotion, positions) in enumerate(drawn.items()):
                mine = heard[index * self.takes : (index + 1) * self.takes]
                diaries[emotion].write(sentence, positions, liking(mine, emotion))
                hits = np.mean([all(p.top == emotion for p in take) for take in mine])
                logger.debug("%d, %s: heard first by all in %.2f", sentence, emotion, hits)

    def _heard(self, text: str, positions: Array) -> list[list[Prediction]]:
        """For each take, what each of the classifiers hears."""
        takes = [Take(i + 1, i, self._space.values(row)) for i, row in enumerate(positions)]
        made = self.engine.renderings(text, voice=self.voice.name, takes=takes)
        return [
            [listener.heard([rendering.audio])[0] for listener in self.listeners]
            for rendering in made
        ]


def liking(heard: Sequence[Sequence[Prediction]], emotion: str) -> Array:
    """[n, listeners] the score that each of them gives each take."""
    target = Target({emotion: 1.0})
    return np.array([[scoring.score(prediction, target) for prediction in take] for take in heard])
