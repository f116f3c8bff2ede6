"""Instructions: what a sentence such as "speak cheerfully, but not too fast" asks to sound like.

What is read is the table of styles, the names of the emotions, and words of degree before them;
nothing is guessed. The reply says which word was taken for what, so that a reader can object.
"""

import re
from dataclasses import dataclass

from emotts.emotions import Target
from emotts.markup import parse
from emotts.styles import Style, style

# Words of degree, and how much of an emotion they leave.
DEGREES = {
    "slightly": 0.4,
    "barely": 0.3,
    "little": 0.4,
    "bit": 0.4,
    "somewhat": 0.5,
    "mildly": 0.5,
    "fairly": 0.7,
    "rather": 0.7,
    "quite": 0.8,
}
# After one of these, up to the next comma or "but", nothing is asked for.
_NEGATIONS = frozenset({"not", "no", "never", "without", "avoid", "don't", "dont", "isn't", "less"})
_CLAUSE = re.compile(r"[.,;:!?\n]|\bbut\b|\binstead\b")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
# From the ending of an adverb or noun to that of the adjective: cheerfully, happily, nervousness.
_ENDINGS = (("ily", "y"), ("ly", ""), ("iness", "y"), ("ness", ""), ("ement", "ed"))
# A degree counts for the emotions in so many words after it.
_REACH = 3


@dataclass(frozen=True)
class Instruction:
    """What was read in an instruction."""

    target: Target | None
    """None where nothing in it names an emotion."""
    words: tuple[str, ...] = ()
    """Those that were taken for an emotion."""


def read(text: str) -> Instruction:
    """Read an instruction: markup in it counts first, else the words."""
    # A tag needs something to hold for.
    marked = [span.target for span in parse(text + "\n.").spans if span.target is not None]
    if marked:
        return Instruction(marked[0], ("markup",))
    found = [pair for clause in _CLAUSE.split(text.casefold()) for pair in _styles(clause)]
    weights: dict[str, float] = {}
    for _, wanted in found:
        for emotion, weight in wanted.weights.items():
            weights[emotion] = weights.get(emotion, 0.0) + weight / len(found)
    if not found:
        return Instruction(None)
    intensity = sum(wanted.intensity for _, wanted in found) / len(found)
    return Instruction(Target(weights, intensity), tuple(word for word, _ in found))


def _styles(clause: str) -> list[tuple[str, Style]]:
    """The words of a clause that name a style, and the style to the degree asked for."""
    words = _WORD.findall(clause)
    found = []
    for index, word in enumerate(words):
        if word in _NEGATIONS:
            break
        if wanted := _named(word):
            before = words[max(0, index - _REACH) : index]
            degree = min((DEGREES[other] for other in before if other in DEGREES), default=1.0)
            found.append((word, Style(wanted.weights, wanted.intensity * degree)))
    return found


def _named(word: str) -> Style | None:
    """The style of an adjective, or of the adverb or noun that is made of it."""
    forms = [word] + [
        word.removesuffix(ending) + instead for ending, instead in _ENDINGS if word.endswith(ending)
    ]
    return next((found for form in forms if (found := style(form))), None)
