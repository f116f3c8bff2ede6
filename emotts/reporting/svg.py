"""Charts as SVG, drawn for pages of either colour scheme: classes name the emotions."""

from collections.abc import Sequence
from html import escape

from emotts.emotions import EMOTIONS
from emotts.reporting.plane import Plane

WIDTH, HEIGHT, EDGE = 640, 420, 12
STEP, TALL = 14, 60


def bar(share: float, name: str) -> str:
    """A bar of a share of the longest one."""
    return (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="{kind(name)}" width="{100 * share:.1f}" height="10" rx="1"/></svg>'
    )


def histogram(counts: Sequence[int], label: str) -> str:
    """Bars over 0 to 1."""
    most = max(*counts, 1)
    bars = "".join(
        f'<rect x="{STEP * index}" y="{TALL - TALL * count / most:.1f}" width="{STEP - 2}" '
        f'height="{TALL * count / most:.1f}"><title>{index / len(counts):g} to '
        f"{(index + 1) / len(counts):g}: {count:,}</title></rect>"
        for index, count in enumerate(counts)
    )
    return (
        f'<svg class="histogram" viewBox="0 0 {STEP * len(counts)} {TALL}" role="img" '
        f'aria-label="{escape(label)}">{bars}</svg>'
    )


def scatter(plane: Plane) -> str:
    """A dot for each clip, in the colour of its most probable emotion, with its name."""
    dots = []
    for clip, (x, y) in zip(plane.clips, plane.places, strict=True):
        top = clip.top if clip.scores else ""
        known = "" if clip.truth is None else f", known: {clip.truth}"
        said = f"{clip.name}: {top} {clip.scores[top]:.0%}{known}" if top else clip.name
        dots.append(
            f'<circle class="{kind(top)}" cx="{EDGE + x * (WIDTH - 2 * EDGE):.1f}" '
            f'cy="{HEIGHT - EDGE - y * (HEIGHT - 2 * EDGE):.1f}" r="3.5">'
            f"<title>{escape(said)}</title></circle>"
        )
    return (
        f'<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Map of {len(dots)} clips">{"".join(dots)}</svg>'
    )


def kind(name: str) -> str:
    """The class of an emotion."""
    return f"e-{name}" if name in EMOTIONS else "e-other"
