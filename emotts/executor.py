"""The interface of an executor: who does the work of a labelling job."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from emotts.options import Options

if TYPE_CHECKING:
    from emotts.labelling.items import Shard
    from emotts.labelling.labeller import Done, Work


class Executor(ABC):
    """Runs a `Labeller` over the shards of a job, wherever that is.

    A part is written under its name when it is complete, and its content depends on the shard
    alone: a shard may be labelled twice, such as after a worker was lost, and is there once.
    """

    name: str
    """Unique among the executors; `[A-Za-z0-9._-]{1,64}`."""

    Options: ClassVar[type[Options]] = Options

    def __init__(self, options: Any) -> None:
        """Keep the options, an instance of this class's `Options`."""
        self.options = options

    @abstractmethod
    def run(self, work: "Work", shards: "Iterable[Shard]") -> "Iterator[Done]":
        """Label every shard, in any order, and tell of each when its part is written.

        Args:
            work: what to do; each worker makes a `Labeller` of it.
            shards: to be taken one by one, as there may be more than fit into memory.

        Raises:
            EmottsError: the job can't go on. What is done is kept.
        """
