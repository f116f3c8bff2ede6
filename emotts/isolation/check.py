"""A check that measures in a process of its own."""

from collections.abc import Sequence
from functools import cached_property

from emotts.audio import Audio, Samples
from emotts.check import Check
from emotts.config import PartConfig
from emotts.errors import CheckError, CheckGoneError
from emotts.isolation.facts import fact
from emotts.isolation.frames import Frame
from emotts.isolation.isolated import Isolated
from emotts.isolation.messages import CheckFacts, Clip
from emotts.isolation.requests import Measure, Measured
from emotts.isolation.supervisor import Supervisor
from emotts.records import Measurement, Voice


class IsolatedCheck(Isolated, Check):
    """Stands for a check in a worker process, which starts when it is first asked."""

    costly: bool = fact()

    def __init__(self, part: PartConfig) -> None:
        """Keep the configuration; nothing is started.

        Args:
            part: of the check, with the limits of its process.
        """
        super().__init__(part)
        self.name = str(part)
        self._supervisor = Supervisor("check", part, failed=CheckError, gone=CheckGoneError)

    @cached_property
    def facts(self) -> CheckFacts:
        """What it is, as the process told once: one that is gone takes none of that away."""
        return self._supervisor.ask("facts", lambda frame: CheckFacts.model_validate(frame.body))

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure each clip; see `Check.measure`.

        Raises:
            CheckGoneError: the process missed its deadline, died or broke the protocol, or does so
                too often.
        """
        arrays: list[Samples] = []
        request = Measure(
            clips=[Clip.pack(clip, arrays) for clip in batch],
            baseline=Clip.pack(baseline, arrays),
            text=text,
            voice=voice,
        )
        return list(self._supervisor.stream("measure", request, arrays, _measured))


def _measured(frame: Frame) -> list[Measurement]:
    return Measured.model_validate(frame.body).measurements
