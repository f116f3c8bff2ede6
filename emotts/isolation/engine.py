"""An engine that speaks in a process of its own."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from emotts.audio import Samples
from emotts.config import PartConfig
from emotts.controls import Control
from emotts.engine import Engine
from emotts.errors import EngineError, EngineGoneError
from emotts.isolation.facts import fact
from emotts.isolation.frames import Frame
from emotts.isolation.isolated import Isolated
from emotts.isolation.messages import EngineFacts, PackedRendering, PackedTake
from emotts.isolation.requests import Synthesize, Voices
from emotts.isolation.supervisor import Supervisor
from emotts.records import Rendering, Take, Voice


class IsolatedEngine(Isolated, Engine):
    """Stands for an engine in a worker process, which starts when it is first asked.

    With the same options it says, to the bit, what the engine says without a process of its own.
    """

    license: str = fact()
    controls: Mapping[str, Control] = fact()
    uses_seed: bool = fact()
    accepts: frozenset[str] = fact()
    tuned: Path | None = fact()

    def __init__(self, part: PartConfig) -> None:
        """Keep the configuration; nothing is started.

        Args:
            part: of the engine, with the limits of its process.
        """
        super().__init__(part)
        self.name = str(part)
        self._supervisor = Supervisor("engine", part, failed=EngineError, gone=EngineGoneError)

    @cached_property
    def facts(self) -> EngineFacts:
        """What it is, as the process told once: one that is gone takes none of that away."""
        return self._supervisor.ask("facts", lambda frame: EngineFacts.model_validate(frame.body))

    @cached_property
    def fingerprint(self) -> str:
        """What its voices' profiles depend on; the same as without a process of its own."""
        return self._supervisor.ask("fingerprint", lambda frame: str(frame.body))

    @cached_property
    def _voices(self) -> list[Voice]:
        return self._supervisor.ask(
            "voices", lambda frame: Voices.model_validate(frame.body).voices
        )

    def voices(self) -> Sequence[Voice]:
        """The voices it can speak with, the default one first."""
        return self._voices

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`.

        Raises:
            EngineGoneError: the process missed its deadline, died or broke the protocol, or does
                so too often.
        """
        arrays: list[Samples] = []
        packed = [PackedTake.pack(take, arrays) for take in takes]
        request = Synthesize(text=text, voice=voice, takes=packed)
        yield from self._supervisor.stream("synthesize", request, arrays, _rendering)


def _rendering(frame: Frame) -> Rendering:
    return PackedRendering.model_validate(frame.body).unpack(frame.arrays)
