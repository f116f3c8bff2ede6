"""Cells of the tables of a report, and a table with what it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.proof.figures import Figure

Content = Mapping[str, Any]
Rows = tuple[Sequence[str], list[list[str]]]
"""Head and rows of a table."""


@dataclass(frozen=True)
class Table:
    """A table with what it means."""

    title: str
    words: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    short: bool = True
    """Part of the short report."""


def known(found: Mapping[str, Figure], way: str) -> str:
    """A figure, where there is one."""
    return figure(found[way]) if way in found else ""


def figure(found: Figure) -> str:
    """Mean and interval."""
    return interval(found["mean"], found)


def interval(value: float, bounds: Content) -> str:
    """A value and its interval."""
    return f"{value:.2f} ({bounds['low']:.2f}–{bounds['high']:.2f})"
