"""Spans: stretches of a text, each with what it asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emotts.emotions import Target


@dataclass(frozen=True)
class Span:
    """A stretch of text that is spoken in one way."""

    text: str
    """Without any tag."""
    target: Target | None = None
    """None: that of the request."""
    controls: Mapping[str, float] = field(default_factory=dict)
    """Control → value that the text asks for beside its emotion."""
    pause_s: float = 0.0
    """Silence before it."""


@dataclass(frozen=True)
class Marked:
    """What is left of a text without its markup."""

    spans: tuple[Span, ...]
    warnings: tuple[str, ...] = ()
    """What was dropped, and why."""


class Plain:
    """Reads a text that is spoken as it stands."""

    def read(self, text: str) -> Marked:
        """The next part."""
        return Marked((Span(text),))


def nested(all_controls: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """What several ask for together: rates multiply, semitones and decibels add up.

    Args:
        all_controls: control → value, of each.
    """
    total: dict[str, float] = {}
    for controls in all_controls:
        for name, value in controls.items():
            if name == "rate":
                total[name] = total.get(name, 1.0) * value
            else:
                total[name] = total.get(name, 0.0) + value
    return total
