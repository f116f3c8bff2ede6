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
    """One of `STANDARD`, or the engine's own."""
    unit: str
    """Of its values, such as "semitones"."""
    low: float
    """The lowest value that takes effect."""
    neutral: float
    """The value that changes nothing."""
    high: float
    """The highest value that takes effect."""
    meaning: str
    """What it moves, in words."""
    scale: Literal["linear", "log"] = "linear"
    """How distances from neutral are measured; factors lie on a log scale."""

    def __post_init__(self) -> None:
        """Refuse a range that has no inside, or does not hold the neutral value."""
        if not self.low <= self.neutral <= self.high or self.low == self.high:
            raise ConfigError(
                f"control {self.name}: "
                f"{self.low:g} <= {self.neutral:g} <= {self.high:g} is no range"
            )
        if self.scale == "log" and self.low <= 0:
            raise ConfigError(f"control {self.name}: a log scale needs a range above 0")

    def clamp(self, value: float) -> float:
        """The value within the range that is nearest to `value`."""
        return float(min(max(value, self.low), self.high))

    def position(self, value: float) -> float:
        """How far `value` is from neutral, on the control's scale."""
        return math.log(value / self.neutral) if self.scale == "log" else value - self.neutral

    def at(self, position: float) -> float:
        """The value at a position, clamped to the range."""
        # Clamped before the exponential, which overflows on positions that are far out.
        inside = min(max(position, self.position(self.low)), self.position(self.high))
        if self.scale == "log":
            return self.clamp(self.neutral * math.exp(inside))
        return self.clamp(self.neutral + inside)

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


def _standard(*controls: Control) -> dict[str, Control]:
    """Controls by name."""
    return {control.name: control for control in controls}


# The names that mean the same for every engine. An engine takes those that it has and narrows
# their ranges to what it does well.
STANDARD: Mapping[str, Control] = _standard(
    Control("rate", "factor", 0.5, 1, 2, "speed of speech; above 1 is faster", "log"),
    Control("pitch", "semitones", -12, 0, 12, "height of the whole contour; formants stay"),
    Control(
        "pitch_range", "factor", 0.25, 1, 3, "width of the contour around its own median", "log"
    ),
    Control(
        "pitch_slope", "semitones", -8, 0, 8, "rise (or fall) from the first to the last sound"
    ),
    Control("final_rise", "semitones", -8, 0, 10, "rise (or fall) from the last stressed vowel on"),
    Control("emphasis", "semitones", -4, 0, 6, "how far stressed vowels stand out"),
    Control("energy", "dB", -20, 0, 12, "level"),
    Control("dynamics", "factor", 0.25, 1, 3, "level differences between syllables", "log"),
    Control("brightness", "dB/octave", -6, 0, 6, "spectral tilt; above 0 is brighter"),
    Control("breathiness", "share", 0, 0, 1, "aspiration in place of upper harmonics"),
    Control("tension", "share", 0, 0, 1, "pressed voice: a weak first harmonic, a strong 2–4 kHz"),
    Control(
        "articulation", "share", -0.8, 0, 0.8, "contrast between sounds; below 0 they are slurred"
    ),
    Control("jitter", "%", 0, 0, 6, "irregularity of the voice's periods, with shimmer"),
    Control("tremor", "semitones", 0, 0, 1.5, "depth of a wavering of pitch at 5.5 Hz"),
    Control(
        "formants", "factor", 0.85, 1, 1.18, "shift of all formants; a smile raises them", "log"
    ),
    Control(
        "vowel_length", "factor", 0.7, 1, 1.4, "vowels against the rest, at the same rate", "log"
    ),
    Control("pauses", "factor", 0.25, 1, 4, "length of the pauses inside a sentence", "log"),
    Control(
        "final_length", "factor", 0.6, 1, 2, "lengthening from the last stressed vowel on", "log"
    ),
    # Noise of networks that sample what they say: a factor on what each of them was made with.
    Control("temperature", "factor", 0, 1, 2, "how freely a network draws the sound"),
    Control("duration_noise", "factor", 0, 1, 2, "how freely a network draws the durations"),
)
