"""Who judges whom: folds that keep a head from meeting the clips that it is judged by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from training.corpora import CORPORA, LABELS, Clips
from training.heads import Array, Indices, Mask

FOLDS = 6
# Within the training part of a fold, where penalty and temperature are chosen.
INNER_FOLDS = 3
SEED = 7


class Head(Protocol):
    """Tells emotions from embeddings."""

    def logits(self, embeddings: Array) -> Array:
        """[n, labels] from [n, d]."""


class Recorded(Protocol):
    """Clips, and what a head hears in them."""

    @property
    def clips(self) -> Clips:
        """Clips of the corpora."""

    @property
    def clean(self) -> Array:
        """[n, d] as recorded."""


class Part(Recorded, Protocol):
    """What a head is trained on."""

    def at(self, chosen: Mask) -> Self:
        """The part that a mask selects."""


D = TypeVar("D", bound=Part)


@dataclass(frozen=True)
class Fold:
    """A head, and the clips that it may be judged by."""

    held: Mask
    head: Head
    temperature: float


def centre(embeddings: Array, speakers: npt.NDArray[np.str_]) -> Array:
    """[n, d] embeddings less the mean of their speaker."""
    centred = embeddings.copy()
    for speaker in np.unique(speakers):
        centred[speakers == speaker] -= embeddings[speakers == speaker].mean(axis=0)
    return centred


def speaker_groups(clips: Clips) -> Indices:
    """[n] group of each clip: a speaker is in one, each corpus is spread evenly over all."""
    random = np.random.default_rng(SEED)
    groups = np.zeros(len(clips), np.int64)
    for corpus in range(len(CORPORA)):
        names = random.permutation(np.unique(clips.speaker[clips.corpus == corpus]))
        for index, name in enumerate(names):
            groups[clips.speaker == name] = index % FOLDS
    return groups


def inner_groups(clips: Clips) -> Indices:
    """[n] the same in fewer groups."""
    return speaker_groups(clips) % INNER_FOLDS


def each(data: D, groups: Indices, tuned: Callable[[D], tuple[Head, float]]) -> list[Fold]:
    """One fold a group.

    Args:
        data: clips with what heads learn from.
        groups: [n] group of each clip.
        tuned: a head and its temperature, chosen within the data that it is given alone.
    """
    made = []
    for group in np.unique(groups):
        held = groups == group
        made.append(Fold(held, *tuned(data.at(~held))))
    return made


def judge(embeddings: Array, made: Sequence[Fold], *, calibrated: bool = True) -> Array:
    """[n, labels] logits, each clip's from the head that never met it."""
    logits = np.zeros((len(embeddings), len(LABELS)))
    for fold in made:
        temperature = fold.temperature if calibrated else 1.0
        logits[fold.held] = fold.head.logits(embeddings[fold.held]) / temperature
    return logits


def met(clips: Clips, groups: Indices) -> Mask:
    """[n] which clips show an emotion that a head can learn from the other groups."""
    found = np.zeros(len(clips), bool)
    for group in np.unique(groups):
        held = groups == group
        found[held] = np.isin(clips.label[held], clips.label[~held])
    return found
