"""The built-in executor: a labelling job is done on this machine."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from pydantic import Field

from emotts.executor import Executor
from emotts.options import Options

if TYPE_CHECKING:
    from emotts.labelling.items import Shard
    from emotts.labelling.labeller import Done, Work


class LocalOptions(Options):
    """Options of the executor."""

    workers: int | None = Field(default=None, ge=1, le=1024)
    """Processes; null: as many as use all cores, and one where the classifier itself does."""


class LocalExecutor(Executor):
    """Works in this process, or in several that it starts."""

    name = "local"
    Options = LocalOptions

    def run(self, work: "Work", shards: "Iterable[Shard]") -> "Iterator[Done]":
        """Label the shards as they are taken."""
        from emotts.labelling.labeller import Labeller
        from emotts.labelling.workers import labelled

        cores = os.cpu_count() or 1
        workers = self.options.workers or max(1, cores // (work.cores or cores))
        shards = iter(shards)
        first = list(islice(shards, 2))
        if workers > 1 and len(first) > 1:  # no process is worth starting for less
            yield from labelled(work, chain(first, shards), workers)
            return
        labeller = Labeller(work)
        try:
            yield from labeller.run(chain(first, shards))
        finally:
            labeller.close()
