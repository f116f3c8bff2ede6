"""The page that plays the samples: `index.html`, beside the folder `audio`."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from emotts.reporting.svg import bar, kind
from samples.tables import Sample, command, top

FOLDER = Path(__file__).parent
# Of the drawing of pitch, in its own units.
WIDTH, HEIGHT, LEFT = 640, 130, 34
LOW_HZ, HIGH_HZ = 90, 480
MARKS_HZ = (100, 150, 200, 300, 400)
STRIP = 18


def render(evidence: Mapping[str, Any]) -> str:
    """The page of the evidence that `samples.make` writes."""
    report = files("emotts.reporting").joinpath("page.css").read_text(encoding="utf-8")
    style = report + (FOLDER / "page.css").read_text(encoding="utf-8")
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    groups = [
        (emotion, list(samples))
        for emotion, samples in groupby(evidence["samples"], lambda sample: sample["emotion"])
    ]
    links = "".join(
        f'<a href="#{emotion}">{emotion} <span>{sum(s["matched"] for s in samples)}/'
        f"{len(samples)}</span></a>"
        for emotion, samples in groups
    )
    sections = "\n".join(
        f'<section id="{emotion}"><h2>{emotion}</h2>'
        + "".join(_row(sample, evidence) for sample in samples)
        + "</section>"
        for emotion, samples in groups
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>Samples – emotts</title>\n<link rel="icon" href="data:,">\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<header><h1>Samples</h1>"
        f"{_introduction(evidence)}<nav aria-label=emotions>{links}</nav></header>\n"
        f'<main>\n{sections}\n</main>\n<p id="status" role="status" class="soft"></p>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _introduction(evidence: Mapping[str, Any]) -> str:
    matched = sum(sample["matched"] for sample in evidence["samples"])
    return (
        f"<p>The same {len(evidence['sentences'])} sentences for each emotion: on the left take 0, "
        f"the neutral rendering of {evidence['engine']}, on the right the best of "
        f"{evidence['takes']} takes. {matched} of {len(evidence['samples'])} reached their target; "
        "the others are here, too, and say “not reached”. Reached is what emotts calls "
        "<code>matched</code>, a promise that other judges are to agree with at least 8 times "
        "in 10.</p>"
        f'<p class="soft">The bars are what the classifier {evidence["classifier"]} hears in each '
        "take. It chose them itself, so they are no proof: other judges are asked in "
        '<a href="../benchmarks/proof/report.html">the proof</a>. '
        "<kbd>x</kbd> changes between the two while one plays, at the same place; "
        "<kbd>j</kbd> and <kbd>k</kbd> play the next and the last one, <kbd>Esc</kbd> stops.</p>"
    )


def _row(sample: Sample, evidence: Mapping[str, Any]) -> str:
    """A sentence: both takes beside each other, their pitch, and why the one was chosen."""
    chosen = sample["chosen"]
    verdict = "reached" if sample["matched"] else "not reached"
    name = f"{sample['emotion']} {sample['number']}"
    sides = _side(sample, 0, "take0", "take 0, neutral") + _side(
        sample, chosen, "chosen_take", f"take {chosen}, chosen"
    )
    return (
        f'<article aria-label="{name}"><h3>{escape(sample["text"])} '
        f'<span class="verdict {verdict.split()[0]}">{verdict}</span></h3>'
        f'<div class="pair">{sides}</div>'
        f'<button type="button" class="switch">change to the other (x)</button>'
        f"{_contours(sample, evidence['pitch'])}{_evidence(sample, evidence)}</article>"
    )


def _side(sample: Sample, index: int, key: str, title: str) -> str:
    clip, scores = sample[key], sample["candidates"][index]["prediction"]
    bars = "".join(
        f'<tr class="{"target" if emotion == sample["emotion"] else "other"}">'
        f'<th scope="row">{emotion}</th><td>{bar(share, emotion)}</td>'
        f'<td class="number">{share:.0%}</td></tr>'
        for emotion, share in scores.items()
    )
    return (
        f'<div class="side {key}"><h4>{title}</h4>'
        f'<audio controls preload="metadata" src="{clip["file"]}" data-seconds="{clip["seconds"]}" '
        f'aria-label="{escape(sample["text"])} {title}"></audio>'
        f'<p class="soft">heard first: {top(sample, index)}</p><table>{bars}</table></div>'
    )


def _contours(sample: Sample, grid: Mapping[str, float]) -> str:
    """Pitch of both takes over time, on a log scale, with a line where it is played."""
    longest: float = max(sample[key]["seconds"] for key in ("take0", "chosen_take"))

    def x(seconds: float) -> float:
        return LEFT + (WIDTH - LEFT) * seconds / longest

    marks = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{_y(hz):.1f}" y2="{_y(hz):.1f}"/>'
        f'<text x="{LEFT - 5}" y="{_y(hz) + 3.5:.1f}">{hz}</text>'
        for hz in MARKS_HZ
    )
    curves = "".join(
        f'<path class="{name}" d="{_path(sample[key]["pitch"], grid, x)}"/>'
        for key, name in (("take0", "plain"), ("chosen_take", kind(sample["emotion"])))
    )
    return (
        f'<svg class="contours" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" data-longest="{longest}" '
        f'data-left="{LEFT}" aria-label="Pitch in Hz over {longest:.1f} s: take 0 in grey, the '
        f'chosen take in colour">{marks}{curves}<line class="head" y1="0" y2="{HEIGHT}"/></svg>'
        '<p class="soft">Pitch in Hz: grey, take 0; in colour, the chosen take.</p>'
    )


def _path(
    pitch: Sequence[float | None], grid: Mapping[str, float], x: Callable[[float], float]
) -> str:
    """The voiced stretches of a contour; the tracker's slips, beyond any speech, are left out."""
    parts, drawing = [], False
    for frame, hz in enumerate(pitch):
        seconds = grid["first_s"] + frame * grid["hop_s"]
        if hz is not None and LOW_HZ < hz < HIGH_HZ:
            parts.append(f"{'L' if drawing else 'M'}{x(seconds):.1f} {_y(hz):.1f}")
            drawing = True
        else:
            drawing = False
    return "".join(parts)


def _y(hz: float) -> float:
    return HEIGHT * (1 - math.log(hz / LOW_HZ, HIGH_HZ / LOW_HZ))


def _evidence(sample: Sample, evidence: Mapping[str, Any]) -> str:
    """All takes on a line from 0 to 1, what the chosen one is like, and what makes it again."""
    emotion, chosen = sample["emotion"], sample["candidates"][sample["chosen"]]
    dots = "".join(
        f'<circle class="{kind(emotion)}" cx="{10 + 620 * c["prediction"][emotion]:.1f}" '
        f'cy="{STRIP / 2}" r="{7 if c is chosen else 4}"><title>take {c["index"]}: {emotion} '
        f"{c['prediction'][emotion]:.0%}, score {c['score']:+.1f}</title></circle>"
        for c in sample["candidates"]
        if c["prediction"]
    )
    out = [c for c in sample["candidates"] if c["rejected"]]
    facts = [
        f"score {chosen['score']:+.1f}, {sample['margin']:.1f} more than the next best",
        f"{len(out)} takes left out for harm" if out else "no take left out for harm",
        *sample["advice"],
    ]
    controls = ", ".join(f"{name} {value:g}" for name, value in sorted(chosen["requested"].items()))
    return (
        "<details><summary>why this take, and how to make it again</summary>"
        f"<p>{escape('; '.join(facts))}.</p>"
        f'<svg class="strip" viewBox="0 0 640 {STRIP}" role="img" aria-label="How probable '
        f'{emotion} is in each take, from 0 to 100%">{dots}</svg>'
        f'<p class="soft">Each dot is a take, by how probable {emotion} is in it, from 0 to 100%; '
        f"the large one was chosen. Its controls: {escape(controls)}.</p>"
        f"<pre><code>{escape(command(sample, evidence['takes']))}</code></pre></details>"
    )
