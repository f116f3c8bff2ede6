"""Tables of what choosing is worth."""

from collections.abc import Iterator

from benchmarks.proof.cells import Content, Rows, Table, figure, known
from training.tune import EMOTIONS

SAME, CROSS = "Both families, other corpora", "The other family, other corpora"
WAYS = (
    *("take 0", "wide", "literature", "tuned"),
    *("best of 4", "best of 8", "best of 16", "best of 32", "adaptive"),
    *("oracle of 8", "oracle of 32"),
)
SHARES = {
    "recovered": "tuned",
    "of 32": "tuned, of 32",
    "from literature": "from the literature",
    "literature's own": "literature",
}
# Where an oracle gains less than this over a random take, there is nothing to recover.
WORTH = 0.05

LEGEND = """\
`take 0` is plain speech; `wide`, a random take with every control anywhere in its range;
`literature` and `tuned`, random takes of those priors; `best of n`, what the verifier chooses of
take 0 and n - 1 others by the product's own search and floors; `adaptive`, the same of 8, which
stops when one is certain; `oracle`, what the jury itself would choose of the same takes. More than
8 takes were made of some of the sentences. Across families the only priors are the literature's.
"""
GAINS = """\
`recovered` is how much of the way from a random tuned take to the oracle of the same 8 the choice
goes, `of 32` the same of 32, `from literature` the way from a random take of the literature's, and
`literature's own` that of a choice among those; `matched` is how often the verifier says of its
best of 8 that the target was reached, `agreed` how often the jury then hears the emotion first.
"""
WHO = """\
Best of 8 by both families of the verifier's half, and by the first alone, the one of Whisper's
states, before the same jury of both families of the other half.
"""
OWN = (
    "The verifier's own hit rates beside the jury's, over all emotions: the overfit of choosing.\n"
)


def tables(content: Content) -> Iterator[Table]:
    """Hit rates and gains of each group, who chooses best, and the overfit of choosing."""
    for name, group in content["groups"].items():
        yield Table(f"{name}: hit rates", LEGEND, *_rates(group), short=name in (SAME, CROSS))
        yield Table(f"{name}: what choosing gains", GAINS, *_gains(group), short=name == SAME)
    yield Table("Who chooses", WHO, *_choosers(content))
    yield Table("What the verifier hears itself", OWN, *_own(content), short=False)


def _rates(group: Content) -> Rows:
    """Hit rates: a row an emotion."""
    rows = [
        [name, *(known(group[name]["hit"], way) for way in WAYS)] for name in (*EMOTIONS, "all")
    ]
    odds = [
        "log-odds, all",
        *(
            f"{group['all']['odds'][way]['mean']:+.1f}" if way in group["all"]["odds"] else ""
            for way in WAYS
        ),
    ]
    return ("hit rate", *WAYS), [*rows, odds]


def _gains(group: Content) -> Rows:
    """What choosing gains: a row an emotion."""
    over = ("tuned", "literature", "wide")
    head = ("best of 8", *(f"over {way}" for way in over), *SHARES, "matched", "agreed")
    rows = [
        [
            name,
            *(figure(group[name]["gain"][way]) for way in over),
            *(_headroom(group[name], share) for share in SHARES.values()),
            figure(group[name]["matched"]["best of 8"]["coverage"]),
            figure(group[name]["matched"]["best of 8"]["agreement"]),
        ]
        for name in (*EMOTIONS, "all")
    ]
    return head, rows


def _headroom(found: Content, name: str) -> str:
    """The share of the headroom that was recovered, where there was any."""
    if name not in found["headroom"]:
        return ""
    hit, share = found["hit"], found["headroom"][name]
    return (
        figure(share)
        if hit[share["oracle"]]["mean"] - hit[share["random"]]["mean"] >= WORTH
        else "none left"
    )


def _choosers(content: Content) -> Rows:
    """Both families, and each alone."""
    group = content["groups"][SAME]
    ways = [way for way in group["all"]["hit"] if way in ("best of 8", "first alone, best of 8")]
    rows = [
        [
            way,
            *(figure(group[name]["hit"][way]) for name in (*EMOTIONS, "all")),
            figure(group["all"]["matched"][way]["coverage"]),
            figure(group["all"]["matched"][way]["agreement"]),
        ]
        for way in ways
    ]
    return ("hit rate", *EMOTIONS, "all", "matched", "agreed"), rows


def _own(content: Content) -> Rows:
    """The verifier's hit rates beside the jury's, over all emotions."""
    ways = list(next(iter(content["groups"].values()))["all"]["own hit"])
    rows = [
        [
            f"{name}: {view}",
            *(f"{g['all'][key][w]['mean']:.2f}" if w in g["all"][key] else "" for w in ways),
        ]
        for name, g in content["groups"].items()
        for view, key in (("verifier", "own hit"), ("jury", "hit"))
    ]
    return ("hit rate", *ways), rows
