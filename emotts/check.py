"""The interface of a check: something that measures harm in a clip and sets a floor."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from emotts.audio import Audio
from emotts.errors import CheckError, failing_as
from emotts.options import Options
from emotts.plain import measured, of_kind
from emotts.records import Measurement, Voice

REMEMBERED = 8
"""Clips of which a check that listens to each does well to know what it heard: take 0 and a few
takes of a sentence. The host shows takes one by one, always beside take 0."""


class Check(ABC):
    """Measures harm: silence, clipping, wrong words, another voice.

    A candidate that fails a check is out, whatever its emotion; a check is never an objective.
    """

    name: str
    """Unique among the checks; `[A-Za-z0-9._-]{1,64}`."""
    costly: bool = False
    """True: measured on the winner alone, then on the next best, until one passes."""

    Options: ClassVar[type[Options]] = Options

    def __init__(self, options: Any) -> None:
        """Keep the options, an instance of this class's `Options`."""
        self.options = options

    @abstractmethod
    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure each clip.

        Args:
            batch: candidates for one sentence, at the engine's rate.
            baseline: take 0 of the same sentence, the engine's neutral rendering.
            text: the sentence.
            voice: who should speak it.

        Returns:
            For each clip, in order, what was measured; a clip passes when all of it does.
        """

    def measurements(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[tuple[Measurement, ...]]:
        """`measure`, held to its promises.

        Raises:
            CheckError: a wrong number of results, or whatever the check failed with.
        """
        with failing_as(CheckError, self.name):
            found = self.measure(batch, baseline=baseline, text=text, voice=voice)
            listed = of_kind(found, Iterable, "what measure() returns")
            results = [measured(result) for result in listed]
        if len(results) != len(batch):
            raise CheckError(f"{self.name} gave {len(results)} results for {len(batch)} clips")
        return results

    def prepare(self, clip: Audio) -> None:  # noqa: B027  # most have nothing to prepare
        """Find out ahead of time, and remember, what `measure` will want to know of a clip.

        Called while there is nothing better to do, with take 0 and with takes that may win, from
        more than one thread: beside `measure`, and beside itself. By default nothing is done.
        """
