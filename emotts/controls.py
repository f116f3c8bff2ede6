"""Controls: the named, bounded knobs of an engine, under names that mean the same everywhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from emotts.errors import ConfigError


@dataclass(frozen=True)
class Control:
    """A knob of an engine.

    Its position is its distance from neutral on its own scale, 0 at neutral: value - neutral on
    a linear scale, ln(value / neutral) on a log scale. Search and interpolation work on
    positions, so that a factor of 1/2 is as far from neutral as a factor of 2.
    """

    name: str
    unit: str
    low: float
    neutral: float
    high: float
    meaning: str
    scale: Literal["linear", "log"] = "linear"

    def __post_init__(self) -> None:
        """Refuse a range that has no inside, or does not hold the neutral value."""
        if not self.low <= self.neutral <= self.high or self.low == self.high:
            raise ConfigError(
                f"control {self.name}: {self.low:g} <= {self.neutral:g} <= {self.high:g} is no range"
            )
        if self.scale == "log" and self.low <= 0:
            raise ConfigError(f"control {self.name}: a log scale needs a range above 0")

    def clamp(self, value: float) -> float:
        """The value within the range that is nearest to `value`."""
        return min(max(value, self.low), self.high)

    def position(self, value: float) -> float:
        """How far `value` is from neutral, on the control's scale."""
        return math.log(value / self.neutral) if self.scale == "log" else value - self.neutral

    def at(self, position: float) -> float:
        """The value at a position, clamped to the range."""
        if self.scale == "log":
            return self.clamp(self.neutral * math.exp(position))
        return self.clamp(self.neutral + position)

    def within(self, low: float, high: float) -> "Control":
        """The same control over another range, as an engine narrows a standard one."""
        return replace(self, low=low, high=high)


def resolve(controls: Mapping[str, Control], requested: Mapping[str, float]) -> dict[str, float]:
    """The values that take effect: `requested` clamped to its ranges, neutral where not named.

    Controls that the engine does not have are left out, so that the difference between requested
    and effective controls says what was ignored.
    """
    return {
        name: control.clamp(requested.get(name, control.neutral))
        for name, control in controls.items()
    }


@dataclass(frozen=True)
class Tendency:
    """What an emotion tends to do to a control, as positions on the control's scale."""

    mean: float
    """Position at full intensity."""
    spread: float
    """Standard deviation between speakers and styles, in positions."""
