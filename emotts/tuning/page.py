"""The page about a tuned voice: one file that needs no other, and no network."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files

from emotts.tunedfile import Tuned
from emotts.tuning.curve import HIT, LITERATURE, PRIORS, TUNED, Curve
from emotts.tuning.picture import picture


def page(tuned: Tuned, curves: Mapping[str, Curve]) -> str:
    """The page of a tuned voice.

    Args:
        tuned: what was written of it.
        curves: who heard it, in words → what was heard.
    """
    style = files("emotts.reporting").joinpath("page.css").read_text(encoding="utf-8")
    title = escape(f"{tuned.voice} of {tuned.engine}, tuned")
    sections = [_section(name, curve) for name, curve in curves.items()]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} – emotts</title>\n"
        f'<link rel="icon" href="data:,">\n<style>\n{style}</style>\n</head>\n<body>\n'
        f'<header><h1>{title}</h1><p class="soft">{escape(tuned.made)}.</p></header>\n<main>\n'
        f'<section><h2>Best of so many takes</h2><div class="wide">{picture(curves)}</div>'
        '<p class="soft">How often the emotion is heard first, in sentences from which nothing was '
        "learned, with 95% intervals over sentences.</p></section>\n"
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def _section(name: str, curve: Curve) -> str:
    rows = "".join(
        f'<tr><th scope="row">{count}</th>' + "".join(f"<td>{point}</td>" for point in points)
        for count, *points in zip(
            curve.counts, *(curve.points(priors, HIT) for priors in PRIORS), strict=True
        )
    )
    return (
        f"<section><h2>{escape(name)}</h2><p>{escape(str(curve.equal))}.</p>"
        f'<div class="wide"><table><thead><tr><th>takes</th><th>{LITERATURE}</th><th>{TUNED}</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>{_emotions(curve)}</section>"
    )


def _emotions(curve: Curve) -> str:
    """Hit rates of few takes, by emotion."""
    literature, tuned = (curve.hits(priors, curve.few) for priors in PRIORS)
    rows = "".join(
        f'<tr><th scope="row">{emotion}</th><td>{literature[emotion]:.2f}</td>'
        f"<td>{tuned[emotion]:.2f}</td></tr>"
        for emotion in curve.emotions
    )
    return (
        f'<div class="wide"><table><thead><tr><th>best of {curve.few}</th><th>{LITERATURE}</th>'
        f"<th>{TUNED}</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
