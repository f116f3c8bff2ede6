"""The page: one file that needs no other, and no network."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from emotts.emotions import EMOTIONS
from emotts.reporting import svg
from emotts.reporting.listening import Listen, cards
from emotts.reporting.plane import plane
from emotts.reporting.tally import Tally

REASONS = 8
"""Of errors that are shown, the most frequent ones."""


def render(found: Tally, title: str, truth: str | None, listen: Listen) -> str:
    """The page of a table.

    Args:
        found: what was counted in it.
        title: the table's name.
        truth: its column of known emotions.
        listen: the audio of a clip.
    """
    sections = [
        _distribution(found),
        _dimensions(found),
        "" if truth is None else _confusion(found, truth),
        _map(found),
        *_examples(found, listen),
        _errors(found),
    ]
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} – emotts</title>\n"
        f'<link rel="icon" href="data:,">\n<style>\n{style}</style>\n</head>\n<body>\n'
        f"<header><h1>{escape(title)}</h1>{_summary(found)}</header>\n<main>\n"
        + "\n".join(filter(None, sections))
        + "\n</main>\n</body>\n</html>\n"
    )


def _summary(found: Tally) -> str:
    parts = [f"{found.rows:,} rows", _length(found.seconds)]
    if found.speakers:
        parts.append(f"{len(found.speakers):,} speakers")
    if found.errors:
        parts.append(f"{found.errors.total():,} could not be heard")
    who = "; ".join(
        escape(name if mark == name else f"{name} ({mark})") for name, mark in found.classifiers
    )
    return (
        f"<p>{', '.join(parts)}.</p>"
        f'<p class="soft">What a classifier heard, {who}: not what anybody felt.</p>'
    )


def _distribution(found: Tally) -> str:
    if not found.tops:
        return ""
    most = max(found.tops.values())
    rows = "".join(
        f'<tr><th scope="row">{emotion}</th><td>{svg.bar(clips / most, emotion)}</td>'
        f'<td class="number">{clips:,}</td><td class="number">{clips / found.heard:.1%}</td>'
        f'<td class="number">{found.certain[emotion] / clips:.0%}</td></tr>'
        for emotion, clips in found.tops.most_common()
    )
    head = (
        '<th>emotion</th><th class="chart"></th><th class="number">clips</th>'
        '<th class="number">share</th><th class="number" title="mean probability">certainty</th>'
    )
    return _section("Most probable emotions", _table(head, rows))


def _dimensions(found: Tally) -> str:
    charts = "".join(
        f"<figure><figcaption>{name}</figcaption>{svg.histogram(bins, name)}</figure>"
        for name, bins in found.dimensions.items()
    )
    return charts and _section("Dimensions", f'<div class="histograms">{charts}</div>')


def _confusion(found: Tally, truth: str) -> str:
    """Rows are known emotions, columns heard ones; shares are of the row."""
    known = _ordered(found.truths)
    if not known:
        return _section(f"Against {truth}", "<p>No clip that was heard has one.</p>")
    heard = _ordered({*found.tops} | {name for name in known if name in EMOTIONS})
    rows, recalls = [], []
    for name in known:
        counts = [found.confusion[name, top] for top in heard]
        cells = "".join(
            f'<td{" class=same" if name == top else ""} style="--share:{n / sum(counts):.3f}" '
            f'title="{n:,} clips">{f"{n / sum(counts):.0%}" if n else ""}</td>'
            for top, n in zip(heard, counts, strict=True)
        )
        total = f'<td class="total">{sum(counts):,}</td>'
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}{total}</tr>')
        if name in heard:
            recalls.append(found.confusion[name, name] / sum(counts))
    columns = "".join(f'<th scope="col">{top}</th>' for top in heard)
    head = f"<th>{escape(truth)} ↓ heard →</th>{columns}<th>clips</th>"
    mean = f"<p>Mean recall of {len(recalls)} emotions: {_mean(recalls)}.</p>" if recalls else ""
    return _section(f"Against {truth}", mean + _table(head, "".join(rows), "confusion"))


def _map(found: Tally) -> str:
    drawn = plane(found.sample)
    if drawn is None:
        return ""
    tops = _ordered({clip.top for clip in drawn.clips if clip.scores})
    legend = "".join(
        f'<span><svg class="{svg.kind(top)}" viewBox="0 0 10 10" aria-hidden="true">'
        f'<circle cx="5" cy="5" r="5"/></svg>{top}</span>'
        for top in tops
    )
    where = "in the emotion space" if drawn.in_emotion_space else "as they are"
    return _section(
        "Map of the embeddings",
        f'<p class="soft">{len(drawn.clips):,} of the clips, embeddings {where}, by the two '
        f"principal components: {drawn.shares[0]:.0%} and {drawn.shares[1]:.0%} of the "
        f'variance.</p><div class="legend">{legend}</div>{svg.scatter(drawn)}',
    )


def _examples(found: Tally, listen: Listen) -> list[str]:
    """The surest clips of each emotion, and the least sure ones of all."""
    if not found.examples:
        return []
    surest = "".join(
        f"<h3>{emotion}</h3>{cards(found.examples[emotion].clips(), listen)}"
        for emotion in _ordered(found.examples)
    )
    doubtful = cards(found.uncertain.clips(), listen)
    return [
        _section("Surest clips of each emotion", surest),
        _section("Least certain clips", doubtful),
    ]


def _errors(found: Tally) -> str:
    rows = "".join(
        f'<tr><td class="name">{escape(reason)}</td><td class="number">{rows:,}</td></tr>'
        for reason, rows in found.errors.most_common(REASONS)
    )
    head = '<th>reason</th><th class="number">rows</th>'
    return rows and _section("What could not be heard", _table(head, rows))


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{content}</section>"


def _table(head: str, rows: str, kind: str = "") -> str:
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _ordered(names: Iterable[str]) -> list[str]:
    """Emotions in their usual order, then whatever else, by name."""
    known = set(names)
    return [name for name in EMOTIONS if name in known] + sorted(known - set(EMOTIONS))


def _mean(shares: Sequence[float]) -> str:
    return f"{sum(shares) / len(shares):.1%}"


def _length(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} hours" if seconds >= 3600 else f"{seconds / 60:.1f} minutes"
