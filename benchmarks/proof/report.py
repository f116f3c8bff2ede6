"""The report of a proof, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.proof.figures import Figure
from training.cem import EMOTIONS

WAYS = ("take 0", "wide", "literature", "tuned", "best of 4", "best of 8", "best of 16")
Content = Mapping[str, Any]

HEAD = """\
# Proof: the emotion is in the take

`python -m benchmarks.proof`: {sentences} fresh sentences, hibari's voice `heart`, {seconds:.0f} s.

Nothing that judges has learned from what chooses: the corpora are cut in halves (RAVDESS and three
speakers of nEMO; EmoDB and the other three), verifier and jury take one each, in turns, and the
priors are tuned by the verifier's half alone, on 40 other sentences. A jury hears an emotion where
it is the likeliest of seven by the mean of its judges. The shipped priors, which both halves tuned,
have no part in this. Figures are means with 95% intervals by bootstrap over sentences.

- `take 0` is plain speech; `wide`, a random take with every control anywhere in its range;
  `literature`, a random take of the literature's priors; `tuned`, one of the tuned priors;
- `best of n`: what the verifier chooses of take 0 and n - 1 takes of the tuned priors;
- `oracle`: what the jury itself would choose of the same 8;
- `headroom`: how much of the way from a random tuned take to the oracle the best of 8 goes;
- `matched`: how often the verifier says of its best of 8 that the target was reached; `agreed`: how
  often the jury then hears the emotion first.
"""

SHORT = """\
In short: a jury that had no part in it hears the emotion in {best} of the best of 8, in {tuned} of
random takes of the tuned priors, {literature} of the literature's, {wide} of takes anywhere in the
ranges and {plain} of plain speech. Where the verifier says that the target was reached ({coverage}
of the sentences), the jury agrees in {agreed}. Hardest with this voice is {hardest}: {lowest}.
"""

# Where the oracle gains less than this over a random take, there is nothing to recover.
HEADROOM = 0.05

LIMITS = """\
## What is left out

Incongruent texts; 40 sentences of each kind (there are {neutral} neutral and {congruent} congruent
ones for each emotion, and {cross} neutral ones across families); best of 32; words
(benchmarks/results/tuned.md has likeness and naturalness); attacks on the selector; an adaptive
stop.
"""


def render(content: Content) -> str:
    """The report of the content of report.json."""
    settings = content["settings"]
    parts = [HEAD.format(**settings), _short(content)]
    for name, group in content["groups"].items():
        parts.append(f"## {name}\n\n{_rates(group)}\n\n{_gains(group)}\n")
    overfit = content["groups"][next(iter(content["groups"]))]["all"]["verifier's own hit"]
    parts += [
        f"## What the verifier hears itself\n\n{_own(content, overfit)}\n",
        f"## What the judges are worth on people\n\n{_recalls(content['recall'])}\n",
        LIMITS.format(**settings),
    ]
    return "\n".join(parts)


def _short(content: Content) -> str:
    """The first group in a paragraph."""
    group = next(iter(content["groups"].values()))
    hit, matched = group["all"]["hit"], group["all"]["matched"]
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


def _rates(group: Content) -> str:
    """Hit rates: a row an emotion."""
    ways = (*WAYS, "oracle of 8")
    rows = [
        [name, *(figure(group[name]["hit"][way]) for way in ways)] for name in (*EMOTIONS, "all")
    ]
    odds = ["log-odds, all", *(f"{group['all']['log-odds'][way]['mean']:+.1f}" for way in ways)]
    return table(("hit rate", *ways), [*rows, odds])


def _gains(group: Content) -> str:
    """What choosing gains: a row an emotion."""
    head = (
        "best of 8",
        "over tuned",
        "over literature",
        "over wide",
        "headroom",
        "matched",
        "agreed",
    )
    return table(
        head,
        [
            [
                name,
                figure(group[name]["gain"]["best of 8 over tuned"]),
                figure(group[name]["gain"]["best of 8 over literature"]),
                figure(group[name]["gain"]["best of 8 over wide"]),
                _headroom(group[name]),
                figure(group[name]["matched"]["coverage"]),
                figure(group[name]["matched"]["agreement"]),
            ]
            for name in (*EMOTIONS, "all")
        ],
    )


def _headroom(found: Content) -> str:
    """The share of the headroom that was recovered, where there was any."""
    gained = found["hit"]["oracle of 8"]["mean"] - found["hit"]["tuned"]["mean"]
    return figure(found["headroom"]["tuned"]) if gained >= HEADROOM else "none left"


def _own(content: Content, ways: Iterable[str]) -> str:
    """The verifier's hit rates beside the jury's, over all emotions."""
    names = list(ways)
    rows = [
        [f"{name}: {view}", *(f"{group['all'][key][way]['mean']:.2f}" for way in names)]
        for name, group in content["groups"].items()
        for view, key in (("verifier", "verifier's own hit"), ("jury", "hit"))
    ]
    return table(("hit rate", *names), rows)


def _recalls(recall: Content) -> str:
    """The judges' own recall, on speakers held out and on the other half's corpora."""
    head = ("judge", "people", "mean", *EMOTIONS, "neutral")
    rows = [
        [
            name,
            people,
            interval(found["uar"]["value"], found["uar"]),
            *(
                f"{found['recall'][e]['value']:.2f}" if e in found["recall"] else ""
                for e in head[3:]
            ),
        ]
        for name, parts in recall.items()
        for people, found in parts.items()
    ]
    return table(head, rows)


def figure(found: Figure) -> str:
    """Mean and interval."""
    return interval(found["mean"], found)


def interval(value: float, bounds: Content) -> str:
    """A value and its interval."""
    return f"{value:.2f} ({bounds['low']:.2f}–{bounds['high']:.2f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
