"""The recorder: an engine speaks the takes of one sentence while there is time."""

from collections.abc import Iterator, Sequence
from time import monotonic

from emotts.engine import Engine
from emotts.errors import EngineError, EngineGoneError
from emotts.records import Candidate, Take


class Recorder:
    """An engine with a sentence, and the time that it has."""

    def __init__(
        self, engine: Engine, text: str, *, voice: str, budget_ms: float | None = None
    ) -> None:
        """Start the clock.

        Args:
            engine: speaks.
            text: the sentence.
            voice: the name of the engine's voice.
            budget_ms: no take but take 0 is begun later than this; None: there is time.
        """
        self._engine, self._text, self._voice = engine, text, voice
        self._deadline = None if budget_ms is None else monotonic() + budget_ms / 1000
        self.gone = False
        """Whether the engine's process has failed."""

    @property
    def late(self) -> bool:
        """Whether the budget is spent."""
        return self._deadline is not None and monotonic() > self._deadline

    def record(self, takes: Sequence[Take]) -> Iterator[Candidate]:
        """A candidate for each take that is begun in time; take 0 always is.

        One that the engine fails on is rejected, except take 0; where it makes more than it was
        asked for, nobody knows which is which.

        Raises:
            EngineError: it fails on take 0, or made more renderings than takes.
        """
        done = 0
        while done < len(takes) and not (takes[done].index and self.late):
            try:
                for rendering in self._engine.renderings(
                    self._text, voice=self._voice, takes=takes[done:]
                ):
                    yield Candidate(
                        takes[done], rendering.audio, rendering.effective, rendering.conditioned
                    )
                    done += 1
                    if self.late:
                        return
            except EngineError as error:
                if done == len(takes) or takes[done].index == 0:
                    raise
                # An engine that is gone would be waited for once more with every take.
                self.gone = isinstance(error, EngineGoneError)
                lost = len(takes) if self.gone else done + 1
                yield from (Candidate(t, None, {}, rejected=str(error)) for t in takes[done:lost])
                done = lost
