"""Words as strings of sounds, and which of them were lost or added."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emotts.text import bounded, clean

if TYPE_CHECKING:
    from hibari.g2p import G2P

Flags = npt.NDArray[np.bool_]
Sounds = npt.NDArray[np.str_]

# A word is lost when less than this share of its sounds is heard: "drain" keeps 3 of the 4 sounds
# of "train", "nine" none of "eight".
KEPT = 0.5
# Sounds that accent and speed decide: the flap of "water" is its t, all reduced vowels are one,
# and any vowel may be reduced to it ("can not", "cannot").
_ALIKE = str.maketrans({"T": "t", "ɾ": "t", "ᵊ": "ə", "ɐ": "ə", "ᵻ": "ə"})
_REDUCED, _VOWELS = "ə", [*"AIOQWYaiuæɑɒɔəɛɜɪʊʌ"]
_NO_SOUND = re.compile(r"[^\w]|[ˈˌː]")


@dataclass(frozen=True)
class Harm:
    """What became of the words of a sentence."""

    lost: int
    """Words of the sentence that take 0 kept and the take did not."""
    added: int
    """Words of the take that neither the sentence nor take 0 holds."""
    share: float
    """Sounds in the lost or in the added words, whichever are more, re all of the sentence."""


def words(text: str, language: str) -> list[str]:
    """The words of a text, each as a string of its sounds.

    English is read by hibari's pronunciation rules, so that numbers, spellings and homophones
    ("8", "eight", "ate") come out alike. In other languages letters stand for sounds.
    """
    # What a recogniser repeats endlessly, or the host never saw, costs the rules minutes.
    readable = bounded(clean(text))
    spoken = _g2p()(readable).translate(_ALIKE) if language == "en" else readable.casefold()
    return [sounds for word in spoken.split() if (sounds := _NO_SOUND.sub("", word))]


def harm(said: Sequence[str], before: Sequence[str], heard: Sequence[str]) -> Harm:
    """Compare what is heard in a take with the sentence and with what is heard in take 0.

    Args:
        said: words of the sentence.
        before: words heard in take 0.
        heard: words heard in the take.
    """
    kept, known = _kept(said, heard)
    kept_before, _ = _kept(said, before)
    _, known_before = _kept(before, heard)
    lost = [
        word for word, now, then in zip(said, kept, kept_before, strict=True) if then and not now
    ]
    added = [
        word
        for word, by_text, by_take in zip(heard, known, known_before, strict=True)
        if not (by_text or by_take)
    ]
    sounds = max(len("".join(said)), 1)
    share = max(len("".join(lost)), len("".join(added))) / sounds
    return Harm(len(lost), len(added), share)


def _kept(one: Sequence[str], other: Sequence[str]) -> tuple[Flags, Flags]:
    """For each word of both, whether enough of its sounds are in the other.

    Alignments with equally many edits are many: beside "corner", "never" could pass for another
    half of it. Of two extremes, one matches as early as it can, the other as late, and a word
    must be kept by both.
    """
    a, b = _sounds(one), _sounds(other)
    late_a, late_b = _match(a, b)
    early_a, early_b = _match(a[::-1], b[::-1])
    return (
        _by_word(one, late_a) & _by_word(one, early_a[::-1]),
        _by_word(other, late_b) & _by_word(other, early_b[::-1]),
    )


def _by_word(words: Sequence[str], matched: Flags) -> Flags:
    """For each word whether enough of its sounds are matched."""
    ends = np.cumsum([0, *map(len, words)])
    counts = np.diff(np.concatenate([[0], np.cumsum(matched)])[ends])
    return np.asarray(counts >= KEPT * np.diff(ends))


def _match(a: Sounds, b: Sounds) -> tuple[Flags, Flags]:
    """Which sounds of either are matched by an alignment with the fewest edits (Levenshtein)."""
    vowels = np.isin(a, _VOWELS)[:, None] & np.isin(b, _VOWELS)
    same = (a[:, None] == b) | (vowels & ((a == _REDUCED)[:, None] | (b == _REDUCED)))
    costs = np.empty((a.size + 1, b.size + 1), int)
    steps = costs[0] = np.arange(b.size + 1)
    for row in range(a.size):
        costs[row + 1, 0] = row + 1
        costs[row + 1, 1:] = np.minimum(costs[row, 1:] + 1, costs[row, :-1] + ~same[row])
        # A run of insertions adds one a step: take the steps off, and the best start is a minimum.
        costs[row + 1] = np.minimum.accumulate(costs[row + 1] - steps) + steps
    in_a, in_b = np.zeros(a.size, bool), np.zeros(b.size, bool)
    i, j = a.size, b.size
    while i and j:
        if costs[i, j] == costs[i - 1, j - 1] + (not same[i - 1, j - 1]):
            i, j = i - 1, j - 1
            in_a[i] = in_b[j] = same[i, j]
        elif costs[i, j] == costs[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return in_a, in_b


def _sounds(words: Sequence[str]) -> Sounds:
    return np.array([*"".join(words)], "U1")


@cache
def _g2p() -> "G2P":
    from hibari.g2p import G2P

    return G2P()
