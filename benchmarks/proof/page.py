"""The report of a proof as one page that needs nothing else."""

import re
from collections.abc import Callable
from html import escape

from benchmarks.proof import pictures, report
from benchmarks.proof.cells import Content, Table

STYLE = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: currentColor; }
.figures { display: flex; flex-wrap: wrap; gap: 1.5rem; margin: 1.5rem 0; }
figure { margin: 0; } figcaption { font-size: .9rem; opacity: .8; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; }
td, th { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: right; }
td { white-space: nowrap; } tbody tr:nth-child(even) { background: var(--soft); }
td:first-child, th:first-child { text-align: left; }
code { font-size: .9em; } .no { color: #c8434f; font-weight: 700; } .yes { color: #2b8a3e; }
"""
CAPTIONS: dict[str, tuple[tuple[Callable[[Content], str], str], ...]] = {
    "What it had to reach": (
        (
            pictures.hits,
            "What the jury hears, with 95% intervals: grey, nobody chooses; blue, the "
            "verifier; gold, the jury itself.",
        ),
        (pictures.odds, "More takes to choose from: log-odds of the target, to the jury."),
        (
            pictures.reliability,
            "How often the jury agrees, by how probable the verifier holds the "
            "target; the larger the dot, the more winners.",
        ),
    ),
    "Harm": ((pictures.harm, "Each winner of 8: the voice it keeps, the naturalness it loses."),),
    "Attacks on the selector": (
        (pictures.attacks, "Bars: a hacked take wins. Ticks: the same takes, as they were made."),
    ),
}


def render(content: Content) -> str:
    """The page."""
    words = report.HEAD.format(**content["settings"])
    parts = [f"<p>{_words(part)}</p>" for part in (*words.split("\n\n"), report.short(content))]
    for table in report.tables(content):
        body = _table(table)
        if not table.short:
            body = f"<details><summary>{escape(table.title)}</summary>{body}</details>"
        else:
            body = f"<h2>{escape(table.title)}</h2>{body}"
        parts += [body, *_figures(table.title, content)]
    parts.append(_list(report.LIMITS))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Proof: the emotion is in the take</title>"
        f"<style>{STYLE}</style></head><body>\n<h1>Proof: the emotion is in the take</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _figures(title: str, content: Content) -> list[str]:
    """The pictures of a section, beside each other where there is room."""
    drawn = [(draw(content), words) for draw, words in CAPTIONS.get(title, ())]
    figures = "".join(
        f'<figure style="flex: {width} 1 {width}rem; max-width: {1.1 * width}rem">{svg}'
        f"<figcaption>{escape(words)}</figcaption></figure>"
        for svg, words, width in ((svg, words, _width(svg)) for svg, words in drawn)
    )
    return [f'<div class="figures">{figures}</div>'] if figures else []


def _width(svg: str) -> int:
    """Of a picture, in rem: an inch is six of them."""
    found = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    assert found  # every picture has one
    return round(float(found[1]) / 12)


def _list(text: str) -> str:
    """A title and a list."""
    title, *items = re.split(r"\n+(?:- |$)", text.removeprefix("## "))
    listed = "".join(f"<li>{_words(item)}</li>" for item in items if item)
    return f"<h2>{escape(title)}</h2><ul>{listed}</ul>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    words = f"<p>{_words(table.words)}</p>" if table.words else ""
    inner = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'{words}<div class="wide">{inner}</div>'


def _cell(text: str) -> str:
    plain = text.strip("*")
    kind = f' class="{plain}"' if plain in ("yes", "no") else ""
    return f"<td{kind}>{_words(plain)}</td>"


def _words(text: str) -> str:
    """Markdown's code in HTML; nothing else of it is used."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(text.strip()))
