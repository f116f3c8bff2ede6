"""The built-in executor: a labelling job is done in this process."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from emotts.executor import Executor

if TYPE_CHECKING:
    from emotts.labelling.items import Shard
    from emotts.labelling.labeller import Done, Work


class LocalExecutor(Executor):
    """Works in this process."""

    name = "local"

    def run(self, work: "Work", shards: "Iterable[Shard]") -> "Iterator[Done]":
        """Label the shards one after the other."""
        from emotts.labelling.labeller import Labeller

        labeller = Labeller(work)
        try:
            yield from labeller.run(shards)
        finally:
            labeller.close()
