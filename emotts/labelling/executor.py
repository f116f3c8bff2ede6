"""Who does the work of a job: this process, or others."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from emotts.labelling.items import Shard
from emotts.labelling.labeller import Done, Labeller, Work


class Executor(Protocol):
    """Runs a `Labeller` over shards, wherever that is.

    A part is written under its name when it is complete, and its content depends on the shard
    alone: a shard may be labelled twice, such as after a worker was lost, and is there once.
    """

    def run(self, work: Work, shards: Iterable[Shard]) -> Iterator[Done]:
        """Label every shard, in any order, and tell of each when its part is written.

        Args:
            work: what to do; each worker makes a `Labeller` of it.
            shards: to be taken one by one, as there may be more than fit into memory.

        Raises:
            EmottsError: the job can't go on. What is done is kept.
        """


class LocalExecutor:
    """Works in this process."""

    def run(self, work: Work, shards: Iterable[Shard]) -> Iterator[Done]:
        """Label the shards one after the other."""
        labeller = Labeller(work)
        try:
            yield from labeller.run(shards)
        finally:
            labeller.close()
