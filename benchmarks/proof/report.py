"""The report of a proof in sections: tables with what they mean, for Markdown and for the page."""

from collections.abc import Iterator

from benchmarks.proof import choices, prices
from benchmarks.proof.cells import Content, Table, figure
from benchmarks.proof.choices import SAME
from benchmarks.proof.goals import goals
from training.tune import EMOTIONS

HEAD = """\
`python -m benchmarks.proof`: hibari's voice `heart`, {sentences} fresh sentences, {cells} times
spoken with an emotion and chosen; figures are means with 95% intervals by bootstrap over sentences.

Nothing that judges has learned from what chooses: the corpora are cut in halves (RAVDESS and three
speakers of nEMO; EmoDB and the other three), verifier and jury take one each, in turns, and the
priors are tuned by the verifier's half alone, on 40 other sentences. A jury hears an emotion where
it is the likeliest of seven by the mean of its judges. The shipped classifiers and priors, which
learned from both halves, have no part in this but under attack. Nobody listened: the judges are
classifiers, and what they are worth on people stands at the end.
"""

SHORT = """\
A jury that had no part in it hears the emotion in {best} of the best of 8, in {tuned} of random
takes of the tuned priors, {literature} of the literature's, {wide} of takes anywhere in the ranges
and {plain} of plain speech. Where the verifier says that the target was reached ({coverage} of the
sentences), the jury agrees in {agreed}. Hardest with this voice is {hardest}: {lowest}.
"""


LIMITS = """\
## What this does not show

- Nobody listened. The halves differ in corpora and speakers, verifier and jury hear with the same
  two families: what fools a family wherever it was trained is seen across families alone.
- Controls and the literature's priors were settled in development, on other sentences, with
  judges of the same two halves. What was tuned on one half alone, and chosen, is judged cleanly;
  what a person decided after reading a jury's figures is not.
- The oracle chooses by the very judges that then judge it, so that part of its headroom is their
  noise, which nobody can recover.
- Checks and attacks were made by the same hands; others will think of other attacks.
"""


def markdown(content: Content) -> str:
    """The short report."""
    parts = ["# Proof: the emotion is in the take\n", HEAD.format(**content["settings"])]
    parts += [short(content), "The whole report, with pictures, is [report.html](report.html).\n"]
    for table in tables(content):
        if table.short:
            parts.append(f"## {table.title}\n\n{table.words}\n{_markdown(table)}\n")
    return "\n".join([*parts, LIMITS])


def short(content: Content) -> str:
    """The first group in a paragraph."""
    group = content["groups"][SAME]
    hit, matched = group["all"]["hit"], group["all"]["matched"]["best of 8"]
    hardest = min(EMOTIONS, key=lambda emotion: group[emotion]["hit"]["best of 8"]["mean"])
    return SHORT.format(
        best=figure(hit["best of 8"]),
        tuned=figure(hit["tuned"]),
        literature=figure(hit["literature"]),
        wide=figure(hit["wide"]),
        plain=figure(hit["take 0"]),
        coverage=figure(matched["coverage"]),
        agreed=figure(matched["agreement"]),
        hardest=hardest,
        lowest=figure(group[hardest]["hit"]["best of 8"]),
    )


def tables(content: Content) -> Iterator[Table]:
    """All of them, in order."""
    yield Table(
        "What it had to reach",
        "",
        ("what", "limit", "found", "reached"),
        [[g.what, g.limit, g.found, "yes" if g.reached else "**no**"] for g in goals(content)],
    )
    yield from choices.tables(content)
    yield from prices.tables(content)


def _markdown(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
