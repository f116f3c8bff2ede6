"""Pictures of a proof, as SVG that takes its ink from the page: readable in light and in dark."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.proof.choices import SAME, WAYS
from training.tune import EMOTIONS

Content = Mapping[str, Any]

# Okabe & Ito's colours that stand on white and on black; told apart without red and green.
COLOURS = dict(
    zip(EMOTIONS, ("#d55e00", "#7f8f00", "#8b6fd6", "#e69f00", "#0072b2", "#cc79a7"), strict=True)
)
PLAIN, CHOSEN, ORACLE, LIMIT = "#8a8f98", "#2a8fbd", "#b8860b", "#c8434f"
INK = "#010203"
"""Stands for the page's own colour of text."""
COUNTS = (1, 2, 4, 8, 16, 32)
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "proof",
    "font.size": 9,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    **{f"{part}color": INK for part in ("axes.edge", "axes.label", "text.", "xtick.", "ytick.")},
}


def drawn(draw: Callable[[Content], Figure]) -> Callable[[Content], str]:
    """Draw in the style of the page, as an SVG element without a background."""

    def svg(content: Content) -> str:
        with mpl.rc_context(STYLE):
            buffer = io.StringIO()
            figure = draw(content)
            figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        text = buffer.getvalue()
        return text[text.index("<svg") :].replace(INK, "currentColor")

    return svg


@drawn
def hits(content: Content) -> Figure:
    """Hit rates with intervals: a panel an emotion, a bar a way of choosing."""
    group = content["groups"][SAME]
    figure = Figure(figsize=(10, 5.6), layout="constrained")
    panels = figure.subplots(2, 4, sharex=True, sharey=True).ravel()
    for axes, name in zip(panels, (*EMOTIONS, "all"), strict=False):
        found = [group[name]["hit"][way] for way in WAYS]
        means = [f["mean"] for f in found]
        errors = [[m - f["low"] for m, f in zip(means, found, strict=True)]]
        errors += [[f["high"] - m for m, f in zip(means, found, strict=True)]]
        colours = [
            CHOSEN if way.startswith(("best", "adaptive")) else ORACLE if "oracle" in way else PLAIN
            for way in WAYS
        ]
        axes.barh(WAYS, means, xerr=errors, color=colours, height=0.7, ecolor=INK)
        axes.set(title=name, xlim=(0, 1))
    panels[0].invert_yaxis()
    panels[-1].set_axis_off()
    figure.supxlabel("the jury hears the target first")
    return figure


@drawn
def odds(content: Content) -> Figure:
    """What the jury hears over the number of takes."""
    group = content["groups"][SAME]
    figure = Figure(figsize=(5.4, 3.4), layout="constrained")
    axes: Axes = figure.subplots()
    ways = ("tuned", *(f"best of {n}" for n in COUNTS[1:]))
    for name in (*EMOTIONS, "all"):
        found = group[name]["curve"]
        axes.plot(
            COUNTS,
            [found[way]["mean"] for way in ways],
            marker="o",
            ms=3,
            label=name,
            color=COLOURS.get(name, INK),
            linewidth=1.4 if name in COLOURS else 2.6,
        )
    found = group["all"]["curve"]
    levels = [found[f"oracle of {n}"]["mean"] for n in (8, 32)]
    axes.plot((8, 32), levels, ":", color=INK, marker="^", label="oracle, all")
    axes.set_xscale("log", base=2)
    axes.set_xticks(COUNTS, [str(count) for count in COUNTS])
    axes.set(xlabel="takes that the verifier chooses from", ylabel="log-odds of the target, jury")
    axes.legend(frameon=False, fontsize=7, ncols=2)
    return figure


@drawn
def reliability(content: Content) -> Figure:
    """How often the jury agrees, by how sure the verifier is."""
    figure = Figure(figsize=(3.8, 3.4), layout="constrained")
    axes: Axes = figure.subplots()
    axes.plot((0, 1), (0, 1), "--", color=PLAIN, linewidth=1)
    bins = content["groups"][SAME]["all"]["reliability"]
    total = sum(part["count"] for part in bins)
    axes.plot([part["probability"] for part in bins], [part["hit"] for part in bins], color=CHOSEN)
    sizes = [20 + 500 * part["count"] / total for part in bins]
    axes.scatter(
        [part["probability"] for part in bins],
        [part["hit"] for part in bins],
        sizes,
        color=CHOSEN,
        alpha=0.6,
    )
    axes.set(
        xlabel="probability of the target, verifier",
        ylabel="the jury hears it first",
        xlim=(0, 1.03),
        ylim=(0, 1.03),
    )
    return figure


@drawn
def harm(content: Content) -> Figure:
    """Each winner's likeness and naturalness, with the limits."""
    figure = Figure(figsize=(5.4, 3.4), layout="constrained")
    axes: Axes = figure.subplots()
    for emotion in EMOTIONS:
        points = [p for p in content["winners"] if p["emotion"] == emotion]
        axes.scatter(
            [p["similarity"] for p in points],
            [p["DNSMOS"] for p in points],
            9,
            color=COLOURS[emotion],
            label=emotion,
            alpha=0.8,
        )
    axes.axvline(0.65, color=LIMIT, linewidth=1)
    axes.axhline(-0.4, color=LIMIT, linewidth=1, linestyle="--")
    axes.set(
        xlabel="similarity to take 0 (each at least .65)", ylabel="DNSMOS re take 0 (mean -0.4)"
    )
    axes.legend(frameon=False, fontsize=7, ncols=2)
    return figure


@drawn
def attacks(content: Content) -> Figure:
    """How often a hacked take wins, and how often the same takes win as they are."""
    selectors = content["attacks"]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    panels: Sequence[Axes] = figure.subplots(1, len(selectors), sharex=True, sharey=True)
    for axes, (name, found) in zip(panels, selectors.items(), strict=True):
        axes.barh(list(found), [part["won"]["mean"] for part in found.values()], color=CHOSEN)
        unhacked = [part["unhacked"] for part in found.values()]
        axes.plot(unhacked, list(found), "|", color=INK, ms=10, label="the same takes, unhacked")
        axes.axvline(0.02, color=LIMIT, linewidth=1)
        axes.set(title=name, xlabel="a hacked take wins", xlim=(0, 0.5))
    panels[0].invert_yaxis()
    panels[0].legend(frameon=False, fontsize=7)
    return figure
