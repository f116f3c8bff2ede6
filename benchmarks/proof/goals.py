"""What a proof has to reach, and whether it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.tune import EMOTIONS

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """A limit, and what was found."""

    what: str
    limit: str
    found: str
    reached: bool


def goals(content: Content) -> Iterator[Goal]:
    """All of them, on the first group: both families before both families of other corpora."""
    yield from _heard(next(iter(content["groups"].values())))
    yield from _unharmed(content["harm"])
    for name, found in content["attacks"].items():
        won = found["all"]["won"]
        what = f"a hacked take wins, {name}"
        yield Goal(what, "at most 2%", f"{won['mean']:.1%}", won["mean"] <= 0.02)


def _heard(group: Content) -> Iterator[Goal]:
    found = group["all"]
    hit, gain = found["hit"]["best of 8"]["mean"], found["gain"]["wide"]["mean"]
    yield Goal("the jury hears the target in best of 8", "at least 60%", f"{hit:.0%}", hit >= 0.6)
    points = f"{100 * gain:+.0f} points"
    yield Goal("over a random take of the ranges", "+45 points", points, gain >= 0.45)
    gains = {emotion: group[emotion]["gain"]["wide"]["low"] for emotion in EMOTIONS}
    least = min(gains, key=lambda emotion: gains[emotion])
    low = f"{100 * gains[least]:+.0f} points or more: {least}"
    yield Goal("over it for each emotion", "interval above 0", low, gains[least] > 0)
    share = found["headroom"]["tuned"]["mean"]
    what = "headroom from a random tuned take to the oracle of 8, recovered"
    yield Goal(what, "at least 70%", f"{share:.0%}", share >= 0.7)
    agreed = found["matched"]["best of 8"]["agreement"]["mean"]
    yield Goal("the jury agrees with `matched`", "at least 80%", f"{agreed:.0%}", agreed >= 0.8)
    kept = found["adaptive"]["of best of 8"]["mean"]
    yield Goal("adaptive, hit rate re best of 8", "at least 95%", f"{kept:.0%}", kept >= 0.95)
    takes = found["adaptive"]["takes"]["mean"]
    yield Goal("adaptive, takes", "at most 4", f"{takes:.1f}", takes <= 4)


def _unharmed(harm: Content) -> Iterator[Goal]:
    found = harm["all"]
    more = 100 * found["more WER"]["mean"]
    yield Goal("word errors over plain speech", "+0.3 points", f"{more:+.2f} points", more <= 0.3)
    lowest = found["similarity"]["lowest"]
    what = "every winner's similarity to take 0"
    yield Goal(what, "at least .65", f"{lowest:.2f} or more", lowest >= 0.65)
    lost = found["DNSMOS"]["mean"]
    yield Goal("DNSMOS of winners re plain, mean", "-0.4", f"{lost:+.2f}", lost >= -0.4)
    worst = min(EMOTIONS, key=lambda emotion: harm[emotion]["DNSMOS"]["mean"])
    low = harm[worst]["DNSMOS"]["mean"]
    yield Goal("DNSMOS, each emotion", "-0.4", f"{low:+.2f} or more: {worst}", low >= -0.4)
