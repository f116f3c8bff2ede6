"""The curve as a picture, SVG that is readable in light and in dark."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log2

from emotts.tuning.curve import HIT, TUNED, Curve, Point

WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 34, 44
STYLE = """
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; }
text { fill: light-dark(#1d1f23, #e8e6e1); } .soft { fill: light-dark(#646a73, #9aa0a8); }
.grid { stroke: light-dark(#dcd9d3, #353a42); } .band { opacity: .16; }
.literature { --hue: light-dark(#8a8f98, #a3a8b0); }
.shipped { --hue: light-dark(#2f6fd0, #74a9ff); }
.own { --hue: light-dark(#a3561a, #f0a868); }
.tuned { --hue: light-dark(#0b6e55, #5fd0ae); }
.line { fill: none; stroke: var(--hue); stroke-width: 2; } .band, .dot { fill: var(--hue); }
"""


def picture(curves: Mapping[str, Curve]) -> str:
    """A panel for each listener: hit rate over takes, with 95% intervals.

    Args:
        curves: who heard it, in words → what was heard.
    """
    panels = [
        f'<g transform="translate({WIDTH * index} 0)">{_panel(name, curve)}</g>'
        for index, (name, curve) in enumerate(curves.items())
    ]
    width = WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
        f'width="{width}" height="{HEIGHT}" role="img" aria-label="Hit rate over takes">'
        f"<style>{STYLE}</style>{''.join(panels)}</svg>\n"
    )


def _panel(name: str, curve: Curve) -> str:
    lines = [_line(priors, curve) for priors in curve.priors]
    return (
        f'<text x="{LEFT}" y="16" font-weight="600">{escape(name)}</text>'
        + "".join(_level(rate / 4) for rate in range(5))
        + "".join(_count(curve, count) for count in curve.counts)
        + f'<text class="soft" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" '
        'text-anchor="middle">takes</text>' + "".join(lines)
    )


def _level(rate: float) -> str:
    y = _y(rate)
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="soft" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{rate:.0%}</text>'
    )


def _line(priors: str, curve: Curve) -> str:
    """A line with its band and, at its end, its name."""
    points = curve.points(priors, HIT)
    places = [_x(curve.counts, count) for count in curve.counts]
    upper = [f"{x:.1f},{_y(p.high):.1f}" for x, p in zip(places, points, strict=True)]
    lower = [f"{x:.1f},{_y(p.low):.1f}" for x, p in zip(places, points, strict=True)]
    along = " ".join(f"{x:.1f},{_y(p.mean):.1f}" for x, p in zip(places, points, strict=True))
    dots = "".join(map(_dot, curve.counts, places, points))
    below = -8 if priors == TUNED else 16
    return (
        f'<g class="{priors}"><polygon class="band" points="{" ".join(upper + lower[::-1])}"/>'
        f'<polyline class="line" points="{along}"/>{dots}'
        f'<text x="{places[-1]:.1f}" y="{_y(points[-1].mean) + below:.1f}" text-anchor="end">'
        f"{priors}</text></g>"
    )


def _dot(count: int, x: float, point: Point) -> str:
    return (
        f'<circle class="dot" cx="{x:.1f}" cy="{_y(point.mean):.1f}" r="3">'
        f"<title>best of {count}: {point}</title></circle>"
    )


def _count(curve: Curve, count: int) -> str:
    x = _x(curve.counts, count)
    return (
        f'<text class="soft" x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
        f"{count}</text>"
    )


def _x(counts: Sequence[int], count: int) -> float:
    """Each doubling is a step."""
    steps = max(log2(counts[-1] / counts[0]), 1.0)
    return LEFT + 8 + (WIDTH - LEFT - RIGHT - 16) * log2(count / counts[0]) / steps


def _y(rate: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - rate)
