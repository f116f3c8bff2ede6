"""The interface of a wrapper: an engine that adds to what another engine can do."""

from collections.abc import Sequence
from typing import Any

from emotts.engine import Engine
from emotts.records import Voice


class EngineWrapper(Engine):
    """An engine that speaks through another one, as `prosody(hibari)` does through `hibari`.

    It has the voices of the engine inside, and tells the host that engine's seeds, conditioning
    and licence as its own. A subclass sets `controls` of its instances, and synthesizes.
    """

    def __init__(self, options: Any, inner: Engine) -> None:
        """Keep the options and the engine inside."""
        super().__init__(options)
        self.inner = inner
        """What it speaks through."""
        self.name = f"{type(self).name}({inner.name})"
        self.license = inner.license
        self.controls = inner.controls
        self.uses_seed = inner.uses_seed
        self.accepts = inner.accepts

    @property
    def fingerprint(self) -> str:
        """Names the wrapper, and what a profile of the engine inside depends on."""
        return f"{type(self).name}({self.inner.fingerprint})"

    def voices(self) -> Sequence[Voice]:
        """The voices of the engine inside."""
        return self.inner.voices()

    def voice(self, name: str | None = None) -> Voice:
        """The voice of that name; the engine inside may have more to say about one it lacks."""
        return self.inner.voice(name)
