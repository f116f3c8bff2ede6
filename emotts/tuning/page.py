"""The page about a tuned voice: one file that needs no other, and no network."""

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from emotts.tunedfile import Tuned
from emotts.tuning.curve import HIT, Curve
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
    columns = [curve.points(priors, HIT) for priors in curve.priors]
    rows = [
        (str(count), *(str(column[index]) for column in columns))
        for index, count in enumerate(curve.counts)
    ]
    emotions = [curve.by_emotion(priors, curve.few) for priors in curve.priors]
    by_emotion = [
        (emotion, *(f"{rates[emotion]:.2f}" for rates in emotions)) for emotion in curve.emotions
    ]
    return (
        f"<section><h2>{escape(name)}</h2><p>{escape(str(curve.equal))}.</p>"
        + _table(("takes", *curve.priors), rows)
        + _table((f"best of {curve.few}", *curve.priors), by_emotion)
        + "</section>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{"".join(f"<th>{cell}</th>" for cell in head)}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )
