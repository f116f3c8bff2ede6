"""Labelling through Ray Data: shards are rows of a data set, workers a pool of actors."""

import logging
import os
import pickle
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import ray
from ray.data import ActorPoolStrategy, Dataset
from ray.exceptions import RayError

from emotts.errors import ConfigError, EmottsError
from emotts.labelling.items import Shard
from emotts.labelling.labeller import Done, Work
from emotts_ray.worker import FAILURE, SHARDS, Tally, Worker

if TYPE_CHECKING:
    from emotts_ray import RayOptions

WAVE = 8192
"""Shards that the cluster knows of at once: two million clips, some hundreds of MB of their names;
a wave ends with some workers idle for the time of a pack."""
PARKED = "Prefetcher"
"""A thread of Ray Data's that sleeps for ever once nobody iterates."""
GRACE_S = 30.0
"""What is waited for the other ones, which end within fractions of a second."""


class WorkerError(EmottsError):
    """A worker, or the cluster, that can't go on."""


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """A connection to a cluster, closed at the end; that of the program where it has one.

    Raises:
        ConfigError: there is no cluster at the address.
    """
    if ray.is_initialized():
        yield
        return
    try:
        ray.init(address=address, logging_level=logging.WARNING)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ConfigError(f"no Ray cluster can be reached: {error}") from error
    # The progress of the job is told; that its own bars are off is a warning to Ray.
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    logging.getLogger("ray.data._internal.progress").setLevel(logging.ERROR)
    before = set(threading.enumerate())
    try:
        yield
    finally:
        _join(set(threading.enumerate()) - before)
        ray.shutdown()


def _join(begun: set[threading.Thread]) -> None:
    """Wait for the threads of Ray Data.

    It tells them to end when an iteration is left early, but does not wait until they have; and one
    that asks anything of a Ray that is shut down ends the whole process.
    """
    until = time.monotonic() + GRACE_S
    for thread in begun:
        if thread.daemon and thread.name != PARKED:
            thread.join(max(0.0, until - time.monotonic()))


def labelled(work: Work, shards: Iterable[Shard], options: "RayOptions") -> Iterator[Done]:
    """Label shards on the cluster that is connected, in the order in which they are finished.

    Raises:
        ConfigError: the cluster has no room for a worker.
        WorkerError: a worker said that it can't go on, or the cluster failed.
    """
    workers = options.workers or _room(options)
    shards = iter(shards)
    try:
        tally: Any = ray.remote(num_cpus=0)(Tally).remote()
        while wave := list(islice(shards, WAVE)):
            found: Any = iter(_dataset(wave, work, tally, workers, options).iter_rows())
            with closing(found):  # or it would go on after an error, with a Ray that is shut down
                for row in found:
                    if failure := row.pop(FAILURE):
                        raise WorkerError(failure)
                    yield Done(**row)
    except RayError as error:
        raise WorkerError(
            f"the cluster gave up: {error}. What is done is kept: start the command again, and it "
            "goes on"
        ) from error


def _dataset(
    wave: list[Shard],
    work: Work,
    tally: Any,
    workers: int,
    options: "RayOptions",
) -> Dataset:
    """What is done, as a lazy data set: a row of packs of shards becomes a row a shard."""
    packs = [
        {SHARDS: pickle.dumps(wave[start : start + options.shards])}
        for start in range(0, len(wave), options.shards)
    ]
    dataset = ray.data.from_items(packs, override_num_blocks=len(packs))
    dataset.context.enable_progress_bars = dataset.context.print_on_execution_start = False
    return dataset.map_batches(
        Worker,
        fn_constructor_args=(work, os.getcwd(), tally),
        batch_size=1,
        compute=ActorPoolStrategy(size=min(workers, len(packs))),
        num_cpus=options.cpus,
        num_gpus=options.gpus,
    )


def _room(options: "RayOptions") -> int:
    """For how many workers the cluster has room now."""
    there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    wanted = {"CPU": options.cpus, "GPU": options.gpus}
    room = min(int(there.get(kind, 0.0) / share) for kind, share in wanted.items() if share)
    if not room:
        has = ", ".join(f"{there.get(kind, 0.0):g} {kind}" for kind in wanted)
        raise ConfigError(
            f"the cluster has no room for a worker of {options.cpus:g} CPU and {options.gpus:g} "
            f"GPU; it has {has}; with `workers` set, it is waited for"
        )
    return room
