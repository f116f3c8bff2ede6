"""What the written reports of the classifiers share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emotts.builtin.functionals import VIEWS
from training.metrics import RESAMPLES


def opening(title: str, module: str, figures: str) -> str:
    """The head of a report: what was judged, and how the figures are to be read.

    Args:
        title: what the report is about.
        module: of the script that writes it.
        figures: the file that the figures are in, too.
    """
    return f"""# {title}: training report

Written by `python -m {module}`; the same figures, with confusion tables, are in
{figures}. Acted speech throughout: RAVDESS (English, actors 1–20), EmoDB (German, without
boredom) and nEMO (Polish, six speakers). A clip is always judged by a head that never met its
speaker. *Centred* clips are heard relative to the mean of their speaker's clips, *uncentred* ones
as they are. Figures are recalls in percent; UAR is the unweighted average recall over emotions.
In brackets: 95% intervals, percentiles of {RESAMPLES:,} bootstrap draws over speakers within
each corpus."""


def shipped(figures: Mapping[str, Any]) -> str:
    """Which heads are in the package."""
    centred, uncentred = (figures[view] for view in VIEWS)
    return f"""Shipped: centred, penalty {centred["penalty"]:g} and temperature
{centred["temperature"]:.2f}; uncentred, {uncentred["penalty"]:g} and
{uncentred["temperature"]:.2f}; trained on all speakers."""


def table(header: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def percent(figure: Mapping[str, float] | None, *, bare: bool = False) -> str:
    """A recall with its interval, or bare; empty for an emotion that the corpus lacks."""
    if figure is None:
        return ""
    value = f"{100 * figure['value']:.1f}"
    return value if bare else f"{value} ({100 * figure['low']:.0f}–{100 * figure['high']:.0f})"


def listed(values: Iterable[float]) -> str:
    """Numbers in a sentence."""
    return ", ".join(f"{value:g}" for value in values)
