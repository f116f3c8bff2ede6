"""What stands for a part in a process of its own has in common."""

from emotts.isolation.supervisor import Supervisor


class Isolated:
    """Stands for a part in a worker process, which starts when it is first asked."""

    name: str
    _supervisor: Supervisor

    @property
    def trusted(self) -> bool:
        """Whether the breaker of its process is closed."""
        return self._supervisor.trusted

    def close(self) -> None:
        """End the process."""
        self._supervisor.close()
