"""What an actor of the cluster runs: the labeller, with a classifier of its own."""

import os
import pickle
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import ray

from emotts.errors import ConfigError, EmottsError
from emotts.labelling.items import Shard
from emotts.labelling.labeller import Labeller, Work

SHARDS, FAILURE = "shards", "failure"

ATTEMPTS = 4
"""How often a pack is begun before the job stops: Ray would begin one with a clip that kills every
process that hears it for ever."""

Batch = Mapping[str, Sequence[Any]]
"""Column → values."""


class LostError(EmottsError):
    """Shards whose workers die, one after the other."""


class Tally:
    """Counts how often packs were begun; an actor of its own, which outlives the workers."""

    def __init__(self) -> None:
        """Nothing was begun yet."""
        self._begun: Counter[int] = Counter()

    def begin(self, first: int) -> int:
        """Count a pack, named by its first shard: how often it was begun."""
        self._begun[first] += 1
        return self._begun[first]


class Worker:
    """Labels packs of shards; the class that Ray Data makes one object an actor of."""

    def __init__(self, work: Work, folder: str, tally: Any) -> None:
        """Keep what is to be done: the classifier is loaded with the first pack.

        Args:
            work: what to do.
            folder: that relative paths are relative to.
            tally: the handle of a `Tally`, which is told of each pack.
        """
        self._work, self._folder, self._tally = work, folder, tally

    def __call__(self, batch: Batch) -> Iterator[Batch]:
        """A row for each shard whose part is written, or one that says why no more will be.

        Errors are told, not raised: an exception would be pickled, which not all of them survive.
        """
        try:
            for pack in batch[SHARDS]:
                shards: list[Shard] = pickle.loads(pack)
                self._begin(shards)
                for done in self._labeller.run(shards):
                    yield _row(**asdict(done))
        except EmottsError as error:
            yield _row(failure=f"{socket.gethostname()}: {error}")

    def _begin(self, shards: Sequence[Shard]) -> None:
        if ray.get(self._tally.begin.remote(shards[0].index)) > ATTEMPTS:
            clips = [item.name for shard in shards for item in shard.items]
            raise LostError(
                f"{ATTEMPTS} workers died while they labelled the clips from {clips[0]} to "
                f"{clips[-1]}: one of them may kill whoever hears it, or memory is short"
            )

    @cached_property
    def _labeller(self) -> Labeller:
        try:
            os.chdir(self._folder)
        except OSError as error:
            raise ConfigError(f"{error}; {_SHARED}") from error
        if not Path(self._work.folder).is_dir():
            raise ConfigError(f"there is no folder {self._work.folder}; {_SHARED}")
        return Labeller(self._work)


_SHARED = "all machines of the cluster must have the clips and the output at the same paths"


def _row(
    index: int = -1, clips: int = 0, errors: int = 0, audio_s: float = 0.0, failure: str = ""
) -> Batch:
    """A batch of one row."""
    columns = {"index": index, "clips": clips, "errors": errors, "audio_s": audio_s}
    return {name: [value] for name, value in {**columns, FAILURE: failure}.items()}
