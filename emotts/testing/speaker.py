"""An engine under test, with what it rendered: several promises look at the same takes."""

from dataclasses import dataclass
from functools import cached_property

from emotts.controls import Control
from emotts.engine import Engine
from emotts.records import Rendering, Take


@dataclass
class Speaker:
    """An engine with the renderings that several promises look at."""

    engine: Engine
    text: str
    voice: str

    def render(self, *takes: Take) -> list[Rendering]:
        """Render the text once a take."""
        return list(self.engine.renderings(self.text, voice=self.voice, takes=takes))

    @cached_property
    def neutral(self) -> Rendering:
        """Take 0."""
        return self.render(Take(0, 0))[0]

    @cached_property
    def extremes(self) -> list[tuple[Control, float, Rendering]]:
        """Each control at both ends of its range, beyond by 10."""
        settings = [
            (control, end, beyond)
            for control in self.engine.controls.values()
            for end, beyond in ((control.low, control.low - 10), (control.high, control.high + 10))
            if end != control.neutral
        ]
        takes = [
            Take(index, 0, {control.name: beyond})
            for index, (control, _, beyond) in enumerate(settings, start=1)
        ]
        made = self.render(*takes) if takes else []  # an engine may have no controls
        return [(control, end, r) for (control, end, _), r in zip(settings, made, strict=True)]
