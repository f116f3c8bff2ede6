"""Those who listen: verifiers that choose, and juries that share no corpora with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from emotts.audio import Audio
from emotts.listener import Listener
from emotts.records import Embedding
from training import judges
from training.corpora import Clips
from training.judges import Judge

Floats = npt.NDArray[np.float32]
HALVES = ("first", "second")


@dataclass(frozen=True)
class Trial:
    """One verifier before one jury."""

    verifier: tuple[str, ...]
    """Names of the listeners who choose."""
    jury: tuple[str, ...]
    """Names of those who tell whether it was chosen well."""

    @property
    def name(self) -> str:
        """In words."""
        return f"{' + '.join(self.verifier)} chooses, {' + '.join(self.jury)} judges"


def same_families() -> list[Trial]:
    """Both families on one half of the corpora before both on the other, in turns."""
    first, second = (tuple(f"{family} {half}" for family in judges.FAMILIES) for half in HALVES)
    return [Trial(first, second), Trial(second, first)]


def cross_families() -> list[Trial]:
    """One family on one half of the corpora before the other family on the other half."""
    one, other = judges.FAMILIES
    chooses, judges_ = HALVES
    return [
        Trial((f"{one} {chooses}",), (f"{other} {judges_}",)),
        Trial((f"{other} {chooses}",), (f"{one} {judges_}",)),
    ]


@dataclass
class Remembering:
    """Embeds a clip once, however many heads hear it."""

    embed: Callable[[Floats], Embedding]
    known: dict[bytes, Embedding] = field(default_factory=dict)

    def __call__(self, samples: Floats) -> Embedding:
        """The embedding of a clip."""
        key = blake2b(samples.tobytes(), digest_size=16).digest()
        if key not in self.known:
            self.known[key] = self.embed(samples)
        return self.known[key]


class Panel:
    """A classifier of each family, trained on each half, all centred on one voice."""

    def __init__(self, clips: Clips, varied: Sequence[Audio]) -> None:
        """Train them.

        Args:
            clips: the corpora.
            varied: renderings of the voice in varied prosody.
        """
        self._listeners: dict[str, Listener] = {}
        self.recall: dict[str, Any] = {}
        for family in judges.FAMILIES:
            known: dict[bytes, Embedding] = {}
            for half, chosen in zip(HALVES, judges.halves(clips), strict=True):
                found = judges.trained(family, clips, chosen)
                ears = Remembering(found.embed, known)
                judge = Judge(f"{family}-{half}", found.labels, ears, found.heads)
                name = f"{family} {half}"
                self._listeners[name] = Listener(judge, judge.profile(varied))
                self.recall[name] = judges.own_recall(family, clips, chosen)

    def of(self, names: Sequence[str]) -> list[Listener]:
        """The listeners of these names."""
        return [self._listeners[name] for name in names]
