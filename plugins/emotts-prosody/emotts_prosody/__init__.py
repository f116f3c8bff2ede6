"""The wrapper `prosody`: prosody and voice quality for an engine that has no controls of them."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from emotts.controls import STANDARD, Control, resolve
from emotts.engine import Engine
from emotts.hookspecs import hookimpl
from emotts.records import Rendering, Take
from emotts.wrapper import EngineWrapper

# The ranges in which a control costs little; the README has the figures.
CONTROLS: Mapping[str, Control] = {
    name: STANDARD[name].within(low, high)
    for name, low, high in (
        ("rate", 0.7, 1.35),
        ("pitch", -3, 6),
        ("pitch_range", 0.35, 2),
        ("pitch_slope", -5, 5),
        ("energy", -10, 6),
        ("brightness", -3, 3),
        ("breathiness", 0, 1),
    )
}
# Renderings whose analysis is kept while a sentence is spoken: some 10 MB each for 5 s.
REMEMBERED = 4


@hookimpl
def emotts_engine_wrappers() -> Sequence[type[EngineWrapper]]:
    """The wrapper of prosody."""
    return [ProsodyWrapper]


class ProsodyWrapper(EngineWrapper):
    """Shapes what another engine said: WORLD takes it apart, and puts it together otherwise.

    A control that the engine inside has is left to it. A take that moves none of the others is
    that engine's own, to the bit.
    """

    name = "prosody"
    tuned = Path(__file__).parent / "tuned"

    def __init__(self, options: Any, inner: Engine) -> None:
        """Add the controls that the engine inside lacks."""
        super().__init__(options, inner)
        self.added = {
            name: control for name, control in CONTROLS.items() if name not in inner.controls
        }
        self.controls = {**inner.controls, **self.added}

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak `text` once a take, in order; see `Engine.synthesize`.

        Takes that differ by added controls alone are spoken once by the engine inside, and
        analysed once.
        """
        from emotts_prosody.shape import shaped
        from emotts_prosody.world import analyse

        analysis = lru_cache(REMEMBERED)(analyse)
        distinct: dict[Hashable, Take] = {}
        for take in takes:
            distinct.setdefault(self._inside(take), self._seeded(take))
        speaking = self.inner.renderings(text, voice=voice, takes=list(distinct.values()))
        spoken: dict[Hashable, Rendering] = {}
        for take in takes:
            inside = self._inside(take)
            if inside not in spoken:
                spoken[inside] = next(speaking)
            made, values = spoken[inside], resolve(self.added, take.controls)
            audio = shaped(made.audio, values, analysis)
            yield replace(made, audio=audio, effective={**made.effective, **values})

    def _seeded(self, take: Take) -> Take:
        """The take, without the seed where the engine inside says that it makes no difference."""
        return take if self.uses_seed else replace(take, seed=0)

    def _inside(self, take: Take) -> Hashable:
        """All of a take that makes a difference to the engine inside."""
        conditioned = bool(take.conditioning.kinds & self.accepts)
        return (
            take.seed if self.uses_seed else 0,
            tuple(resolve(self.inner.controls, take.controls).values()),
            id(take.conditioning) if conditioned else 0,
        )
