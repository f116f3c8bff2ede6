"""Ray as an executor of emotts: a data set is labelled on a cluster."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from emotts.executor import Executor
from emotts.hookspecs import hookimpl
from emotts.options import Options

if TYPE_CHECKING:
    from emotts.labelling.items import Shard
    from emotts.labelling.labeller import Done, Work

__all__ = ["RayExecutor", "RayOptions"]


class RayOptions(Options):
    """Options of the executor."""

    address: str | None = None
    """Of a cluster: `auto` for the one that this machine is part of, or `10.0.0.1:6379`; null: what
    `RAY_ADDRESS` names, else a Ray of this machine for the time of the job."""
    workers: int | None = Field(default=None, ge=1)
    """How many classifiers; null: as many as the cluster has room for now."""
    cpus: float = Field(default=1.0, gt=0)
    """Of a worker."""
    gpus: float = Field(default=0.0, ge=0)
    """Of a worker; with 0.25, four share a GPU."""
    shards: int = Field(default=4, ge=1)
    """How many a worker is handed at once, and labels again when it is lost; clips of the next one
    are read while one is heard."""


class RayExecutor(Executor):
    """Labels shards on a cluster that sees the same files at the same paths."""

    name = "ray"
    Options = RayOptions

    def run(self, work: "Work", shards: "Iterable[Shard]") -> "Iterator[Done]":
        """See `Executor.run`."""
        from emotts_ray.cluster import connected, labelled

        with connected(self.options.address):
            yield from labelled(work, shards, self.options)


@hookimpl
def emotts_executors() -> Sequence[type[Executor]]:
    """The executor."""
    return [RayExecutor]
