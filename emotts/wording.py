"""Wording: the emotions that plain words name, such as "a little sad", with their degree.

What is read is the table of styles, the names of the emotions, and words of degree before them;
nothing is guessed.
"""

import re

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


def named(text: str) -> list[tuple[str, Style]]:
    """The words of a text that name a style, and the style to the degree asked for."""
    return [pair for clause in _CLAUSE.split(text.casefold()) for pair in _styles(clause)]


def described(text: str) -> Style | None:
    """What a text asks for: a style by its name, else all that its words name; else None."""
    if (known := style(text)) is not None:
        return known
    found = named(text)
    return blended([wanted for _, wanted in found]) if found else None


def blended(styles: list[Style]) -> Style:
    """Equal parts of all of them, at least one."""
    weights: dict[str, float] = {}
    for wanted in styles:
        for emotion, weight in wanted.weights.items():
            weights[emotion] = weights.get(emotion, 0.0) + weight / len(styles)
    return Style(weights, sum(wanted.intensity for wanted in styles) / len(styles))


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
