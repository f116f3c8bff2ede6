"""Sentences of a closed vocabulary: few words, so that a small model meets each of them often."""

import numpy as np

WHO = ("the captain", "my sister", "our neighbour", "the old man", "the teacher", "your friend")
DID = ("found", "opened", "carried", "painted", "forgot", "wanted", "sold", "moved", "lost", "saw")
HOW = ("small", "heavy", "yellow", "broken", "quiet", "silver")
WHAT = ("box", "table", "garden", "letter", "window", "boat", "lamp", "picture", "door", "book")


def make(count: int, seed: int) -> list[str]:
    """`count` different sentences, each of one word (or phrase) of every list."""
    rng = np.random.default_rng(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        who, did, how, what = (rng.choice(words) for words in (WHO, DID, HOW, WHAT))
        made[f"{who} {did} the {how} {what}.".capitalize()] = None
    return list(made)
