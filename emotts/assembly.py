"""Assembly: the choices of a request as one speech."""

from collections.abc import Iterable, Sequence

import numpy as np

from emotts.audio import Audio, join
from emotts.records import Embedding
from emotts.speech import Choice, Request, Speech


def assembled(
    request: Request, engine: str, choices: Sequence[Choice], classifiers: Iterable[str]
) -> Speech:
    """The choices of a request put together.

    Args:
        request: what they are for.
        engine: name of the engine.
        choices: at least one.
        classifiers: names of those who listened.
    """
    return Speech(
        request=request,
        engine=engine,
        choices=tuple(choices),
        audio=_joined(choices),
        embeddings={
            name: _mean_embedding(heard, name)
            for name in classifiers
            if (heard := [c for c in choices if name in c.candidate.predictions])
        },
    )


def _joined(choices: Sequence[Choice]) -> Audio:
    """One clip, at the rate of the first: a fallback may have another than the engine."""
    rate = choices[0].audio.rate
    return join(clip.resample(rate) for choice in choices for clip in choice.clips)


def _mean_embedding(choices: Sequence[Choice], classifier: str) -> Embedding:
    """Mean over the chosen takes, which the classifier heard, weighted by duration."""
    mean = np.average(
        [choice.candidate.predictions[classifier].embedding for choice in choices],
        axis=0,
        weights=[choice.audio.duration_s for choice in choices],
    )
    return np.asarray(mean, np.float32)
