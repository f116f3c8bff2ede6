"""The sentences of the proof: nothing was tuned with them, and nothing else speaks them."""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from training.tune import EMOTIONS

Kind = Literal["neutral", "congruent", "incongruent"]
"""What the words say: nothing of any emotion, the emotion of the voice, or another one."""

KINDS: tuple[Kind, ...] = get_args(Kind)
FOLDER = Path(__file__).parent / "texts"
TUNING = FOLDER / "neutral.txt"
"""What priors are tuned with; none of the others."""
REPORT = FOLDER / "report"


def listed(kind: Kind, emotion: str) -> list[str]:
    """All sentences of a kind, for an emotion of the voice."""
    path = REPORT / "neutral.txt" if kind == "neutral" else REPORT / kind / f"{emotion}.txt"
    return path.read_text(encoding="utf-8").splitlines()


@cache
def drawn(kind: Kind, emotion: str) -> tuple[str, ...]:
    """The same sentences in an order drawn by lot, so that the first n are a fair sample."""
    texts = listed(kind, emotion)
    seed = [KINDS.index(kind), 0 if kind == "neutral" else EMOTIONS.index(emotion)]
    return tuple(texts[index] for index in np.random.default_rng(seed).permutation(len(texts)))
