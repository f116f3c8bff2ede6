"""Measurements held against a limit, which all say in the same words."""

from emotts.records import Measurement


def at_least(check: str, value: float, floor: float, words: str) -> Measurement:
    """A value that must not be below a floor.

    Args:
        check: what was measured, such as "pace".
        value: what was found.
        floor: in the same unit.
        words: what was found, with a place for the value: "pitch {:.0f} Hz".
    """
    return Measurement(
        check, value, floor, value >= floor, f"{words.format(value)}; at least {floor:.3g}"
    )


def at_most(check: str, value: float, limit: float, words: str) -> Measurement:
    """A value that must not be above a limit; the arguments are those of `at_least`."""
    return Measurement(
        check, value, limit, value <= limit, f"{words.format(value)}; at most {limit:.3g}"
    )
