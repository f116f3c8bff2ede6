"""Tables of what choosing costs, what fools it, and what its judges are worth."""

from collections.abc import Iterator

from benchmarks.proof.cells import Content, Rows, Table, figure, interval
from benchmarks.proof.choices import CROSS, SAME
from benchmarks.proof.figures import CLOSE
from benchmarks.proof.texts import KINDS
from training.tune import EMOTIONS

HARM = """\
Winners of 8 against take 0 of their sentences. Words by Whisper tiny.en, which took no part in
choosing (its encoder's early layers, which one family hears with, did; no other recogniser installs
offline); likeness by Resemblyzer, whose floor of .65 is part of the pipeline here; naturalness by
DNSMOS, which is not. `clipped` counts winners with a sample at full scale; a take that would go
beyond is turned down to it, so that most of them are only as loud as they can be.
"""
ATTACKS = """\
Two of the 7 takes of each sentence are hacked; the shipped classifiers and priors choose. `won` is
how often a hacked take is chosen, `unhacked` how often one of the same takes wins as it was made:
the share to expect where the hack does neither good nor harm to it. `guarded` adds the checks of
the plugins for speaker, words and naturalness.
"""
RECALL = "Recall on speakers held out of the judge's own half, and on the other half's speakers.\n"


def tables(content: Content) -> Iterator[Table]:
    """Harm, attacks, recall, and how much was measured."""
    yield Table("Harm", HARM, *_harm(content["harm"]))
    yield Table("Attacks on the selector", ATTACKS, *_attacks(content["attacks"]))
    yield Table("What the judges are worth on people", RECALL, *_recalls(content["recall"]))
    yield Table("How much was measured", "", ("what", "how much"), _extent(content))


def _harm(harm: Content) -> Rows:
    """Words, likeness, naturalness, clipping and what the floors rejected: a row an emotion."""
    words = ("winners of 8", "WER", "plain WER", "more, points")
    sound = ("similarity", "lowest", f"at least {CLOSE:g}", "DNSMOS", "clipped")
    rows = [_harmed(name, harm[name]) for name in (*EMOTIONS, "all")]
    return (*words, *sound, "rejected of 8"), rows


def _harmed(name: str, found: Content) -> list[str]:
    similar = found["similarity"]
    points = {key: 100 * value for key, value in found["more WER"].items()}
    rejected = ", ".join(f"{check} {share:.1%}" for check, share in found["rejected"].items())
    return [
        name,
        f"{found['WER']['mean']:.2%}",
        f"{found['plain WER']['mean']:.2%}",
        figure(points),
        f"{similar['mean']:.2f}",
        f"{similar['lowest']:.2f}",
        f"{similar['close']:.0%}",
        figure(found["DNSMOS"]),
        f"{found['clipped']:.0%}",
        rejected or "none",
    ]


def _attacks(found: Content) -> Rows:
    """A row an attack: both selectors beside each other."""
    head = ["attack"]
    for name in found:
        head += [f"{name}: won", "unhacked", "hacked takes rejected by"]
    rows = [
        [attack, *(cell for part in found.values() for cell in _attacked(part[attack]))]
        for attack in next(iter(found.values()))
    ]
    return head, rows


def _attacked(found: Content) -> list[str]:
    rejected = ", ".join(f"{check} {share:.0%}" for check, share in found["rejected"].items())
    return [figure(found["won"]), f"{found['unhacked']:.2f}", rejected]


def _recalls(recall: Content) -> Rows:
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
    return head, rows


def _extent(content: Content) -> list[list[str]]:
    """How large a sample each part is of."""
    groups, harm, attacks = content["groups"], content["harm"]["all"], content["attacks"]
    cells = {name: group["all"]["cells"] for name, group in groups.items()}
    kinds = [f"{cells.get(f'{SAME}: {kind}', 0)} {kind}" for kind in KINDS]
    return [
        ["choices before a jury of both families", f"{', '.join(kinds)}, of two trials"],
        ["of them, those with up to 32 takes", str(groups[SAME]["all"]["cells with many takes"])],
        ["choices before the other family", str(cells.get(CROSS, 0))],
        ["winners whose words and naturalness were measured", str(harm["winners"])],
        ["attacks on each selector", str(next(iter(attacks.values()))["all"]["sentences"])],
    ]
