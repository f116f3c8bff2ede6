"""What the benchmarks of targets share: a voice, those who choose, and those who judge the choice.

Both are trained on halves of the corpora that have no speaker and no corpus in common but nEMO,
whose speakers are divided; each half chooses in turn while the other judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from benchmarks.proof.panel import Panel, prepare, same_families
from emotts import tuned
from emotts.audio import Audio
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.builtin.signal import SignalCheck
from emotts.emotions import Target
from emotts.listener import Listener
from emotts.pipeline import speak
from emotts.profiles import renderings
from emotts.speech import Choice, Reference, Request

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
# Nothing was tuned with these.
TEXTS = (
    "The keys are hanging on the hook beside the door.",
    "We take the second road after the bridge.",
    "Her office is on the third floor of the old building.",
    "The soup has to cook for another ten minutes.",
    "They deliver the newspapers before seven.",
    "My coat is still at the cleaner's.",
    "The bus stops in front of the library.",
    "He wrote the number on the back of the card.",
    "The shop around the corner sells paper and pens.",
    "There is a chair next to the window.",
)
TAKES = 8
SEED = 3
PRIORS = """\
The takes come from the priors that ship, which were tuned on other sentences, but by classifiers
that know both halves: how a take is chosen is judged by others here, where takes lie is not. The
proof tunes on one half alone. Intervals are 95%, by bootstrap"""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One half of the corpora chooses, the other judges."""

    half: str
    """The half that judges."""
    verifier: Sequence[Listener]
    jury: Sequence[Listener]


class Room:
    """A voice before verifiers and juries."""

    def __init__(self) -> None:
        """Train whoever is not kept."""
        prepare(1)
        self.engine = HibariEngine(HibariOptions())
        self.voice = self.engine.voice()
        self.priors = tuned.tendencies(self.engine, self.voice)
        self._panel = Panel(renderings(self.engine, self.voice))

    def trials(self) -> Iterator[Trial]:
        """Each half as verifier."""
        for trial in same_families():
            half = trial.jury[0].split()[1]
            yield Trial(half, self._panel.of(trial.verifier), self._panel.of(trial.jury))

    def request(self, text: str, target: Target, like: Reference | None = None) -> Request:
        """As an app would ask for it."""
        return Request(text, target, self.voice, TAKES, SEED, like, stop="adaptive")

    def speak(self, trial: Trial, request: Request) -> tuple[Choice, ...]:
        """One choice a sentence, as chosen by the verifier alone."""
        return tuple(
            speak(
                request,
                engine=self.engine,
                listeners=trial.verifier,
                checks=[SignalCheck(SignalCheck.Options())],
                tendencies=self.priors,
            )
        )


def judged(trial: Trial, audio: Audio) -> dict[str, float]:
    """Emotion → probability in a clip: the mean over the jury."""
    return mean([listener.heard([audio])[0].scores for listener in trial.jury])


def mean(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Emotion → mean probability, of the emotions that all know."""
    known = [e for e in scores[0] if all(e in other for other in scores)]
    return {emotion: fmean(other[emotion] for other in scores) for emotion in known}
