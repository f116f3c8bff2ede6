"""Python's own numbers in the place of numpy's, which plugins may use and JSON has no form for."""

from collections.abc import Iterable, Mapping

from emotts.records import Measurement


def floats(values: Mapping[str, float]) -> dict[str, float]:
    """The values as floats."""
    return {name: float(value) for name, value in values.items()}


def measured(found: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Measurements of floats and bools."""
    return tuple(
        Measurement(m.check, float(m.value), float(m.floor), bool(m.passed), m.reason)
        for m in found
    )
