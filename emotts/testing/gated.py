"""An engine whose takes wait for a test: what happens meanwhile depends on nobody's speed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from emotts.options import Options
from emotts.records import Rendering, Take
from emotts.testing.tone import ToneEngine

PATIENCE_S = 120.0
"""What has not come by then never will: a test fails in words where it would hang."""


class Gate:
    """Where takes wait, from any thread, until it is opened."""

    def __init__(self) -> None:
        """Closed, and no take has come."""
        self._reached, self._opened = Event(), Event()

    def open(self) -> None:
        """Let the takes that wait here be made, and all that come later."""
        self._opened.set()

    def wait_until_reached(self) -> None:
        """Wait for the first take to come here.

        Raises:
            TimeoutError: none comes.
        """
        if not self._reached.wait(PATIENCE_S):
            raise TimeoutError("no take comes to the gate")

    def wait_until_open(self) -> None:
        """Come here as a take does, and wait.

        Raises:
            TimeoutError: nobody opens it.
        """
        self._reached.set()
        if not self._opened.wait(PATIENCE_S):
            raise TimeoutError("nobody opens the gate")


class GatedEngine(ToneEngine):
    """Hums as `ToneEngine` does, but each take of a text that is held waits at a gate.

    For tests of what is done while a take is made: of who waits for it, leaves or stops it.

    ```python
    with host.engine.holding("One is here.") as gate:
        listening = asyncio.create_task(listen(host, "One is here."))
        await asyncio.to_thread(gate.wait_until_reached)
        listening.cancel()
    assert not unfinished()
    ```
    """

    name = "gated"

    begun: list[str]
    """The text of each take that was begun, in order."""

    def __init__(self, options: Options) -> None:
        """Keep the options; nothing is held yet."""
        super().__init__(options)
        self.begun = []
        self._gates: dict[str, Gate] = {}

    @contextmanager
    def holding(self, text: str) -> Iterator[Gate]:
        """Hold the takes of a text until their gate is opened, at the latest as the context ends.

        Args:
            text: a sentence, as the host gives it to the engine.
        """
        gate = self._gates[text] = Gate()
        try:
            yield gate
        finally:
            gate.open()

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Hum a text once a take; wait before each where it is held."""
        for take in takes:
            self.begun.append(text)
            if gate := self._gates.get(text):
                gate.wait_until_open()
            yield from super().synthesize(text, voice=voice, takes=[take])
