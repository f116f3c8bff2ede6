"""Text: cleaned, bounded, and cut into sentences, the unit of choice."""

import logging
import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, pairwise, takewhile

from emotts.errors import SilentTextError, TextError

logger = logging.getLogger(__name__)

MAX_REQUEST = 4096
MAX_SENTENCE = 400
MAX_DIGITS = 36
MAX_SYMBOLS = 32
# Text-to-phoneme rules look at all splits of a word without spaces: their cost grows with a power
# of its length. Ordinary words, URLs' parts and dates are below this.
MAX_UNSPACED = 48
# A digit in a long number is spoken as about so many letters ("seventy-seven quintillion"), and so
# is a symbol ("less than"); or a capital of an abbreviation, a letter that stands alone, or a
# character of a script without small letters.
DIGIT_LETTERS = 11
SYMBOL_LETTERS = 9
SPELLED_LETTERS = 3

_BLANK = re.compile(r"[^\S\n]")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_END = re.compile(r"(?:(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])\s*)(?=\S)")
_CLAUSE = re.compile(r"(?<=[,;:—–])\s+|(?<=[、，；：])")
_DIGITS = re.compile(rf"(\d{{{MAX_DIGITS}}})(?=\d)")
_SYMBOLS = re.compile(rf"([^\w\s]{{{MAX_SYMBOLS}}})[^\w\s]+")
# Within an unspaced string: after a symbol, between letters and digits, before a capital.
_SEAM = re.compile(r"(?<=[^\w\s])|(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)|(?<=[a-z])(?=[A-Z])")
_LONG = re.compile(rf"\S{{{MAX_UNSPACED + 1},}}")
_WORD = re.compile(r"\w+")
# What stands before a word, a tag of markup among it, which fragments of a text still hold.
_BEFORE_WORD = re.compile(r"[\s\]>]")
# Latin letters that touch others: such a word is spelled.
_OTHER = r"[^\W\d_\x00-\u036f\u1e00-\u1eff]"
_MIXED = re.compile(rf"[a-zA-Z]{_OTHER}|{_OTHER}[a-zA-Z]")
# Symbols that Unicode counts as punctuation.
_SYMBOLIC = frozenset("#%&*/@\\")
# A period after these ends no sentence, unless a new paragraph follows.
_ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st jr sr vs etc e.g i.e cf approx no vol fig gen col capt lt sgt rev hon "
    "inc ltd co corp dept est a.m p.m".split()
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each ready for one engine call.

    Control characters are removed, white space is folded, and text above an engine call's limits
    is cut: a sentence at clause ends, a run of digits or a long unspaced string by spaces; a run
    of symbols is shortened, which is logged.

    Raises:
        TextError: nothing in the text can be spoken, or it has more than 4,096 characters.
    """
    check_length(text)
    if not (found := spoken(text)):
        raise SilentTextError
    return found


def check_length(text: str) -> None:
    """Raise `TextError` where a text is too long for one request."""
    if len(text) > MAX_REQUEST:
        raise TextError(
            f"the text has {len(text):,} characters; at most {MAX_REQUEST:,} at once: cut it"
        )


def spoken(text: str) -> list[str]:
    """The sentences of a part of a text, which may hold none."""
    return [
        piece
        for paragraph in _PARAGRAPH.split(clean(text))
        for sentence in _split(" ".join(paragraph.split()))
        for piece in _cut(bounded(sentence))
        if _speakable(piece)
    ]


def clean(text: str) -> str:
    """Composed (NFC), without control characters, surrogates and unassigned code points.

    White space becomes spaces, but for ends of lines: some are control characters, such as a form
    feed, and keep words apart all the same.
    """
    kept = (
        character
        for character in _BLANK.sub(" ", text)
        if character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")
    )
    # Composed last: what is removed may have kept an accent from its letter.
    return unicodedata.normalize("NFC", "".join(kept))


def bounded(sentence: str) -> str:
    """The sentence with its runs of digits, symbols and unspaced characters within limits."""
    shortened = _SYMBOLS.sub(r"\1", sentence)
    if shortened != sentence:
        logger.warning("left out %d symbols of a long run", len(sentence) - len(shortened))
    return _LONG.sub(lambda run: _spaced(run[0]), _DIGITS.sub(r"\1 ", shortened))


def _spaced(run: str) -> str:
    """An unspaced string with spaces at seams, so that no part is longer than the limit.

    A part without a seam stays whole: in a script without spaces that is a whole sentence.
    """
    parts = [""]
    for piece in _SEAM.split(run):
        if parts[-1] and len(parts[-1]) + len(piece) > MAX_UNSPACED:
            parts.append("")
        parts[-1] += piece
    return " ".join(parts)


def spoken_length(character: str) -> int:
    """About how many small letters take as long to speak as a character does."""
    category = unicodedata.category(character)
    if category in ("Nd", "No"):
        return DIGIT_LETTERS
    if character in _SYMBOLIC or category.startswith("S"):
        return SYMBOL_LETTERS
    return 1 if character.islower() or character.isspace() else SPELLED_LETTERS


def _speakable(text: str) -> bool:
    return any(character.isalnum() for character in text)


def ends(text: str) -> Iterator[int]:
    """Where sentences end for certain: each but the last, which may go on."""
    start = 0
    for end in _END.finditer(text):
        if _ends_sentence(text[start : end.start()], text[end.end()]):
            start = end.end()
            yield start


def _split(paragraph: str) -> Iterator[str]:
    """Cut at the ends of sentences."""
    for start, end in pairwise([0, *ends(paragraph), len(paragraph)]):
        yield paragraph[start:end].strip()


def _ends_sentence(before: str, following: str) -> bool:
    """False after an abbreviation or initial ("Dr. Smith", "J. Doe") and before a small letter."""
    if following.islower():
        return False
    if not before.endswith("."):
        return True
    word = _BEFORE_WORD.split(before)[-1].lstrip("(\"'“‘").removesuffix(".")
    return word.casefold() not in _ABBREVIATIONS and not (len(word) == 1 and word.isupper())


def _cut(sentence: str) -> Iterator[str]:
    """Cut above the limit of an engine call: at clause ends, else between words, else anywhere."""
    rest = sentence.strip()
    while (fits := _fitting(rest)) < len(rest):
        ends = [end.end() for end in _CLAUSE.finditer(rest, 0, fits)]
        end = ends[-1] if ends else rest.rfind(" ", 0, fits) + 1
        end = end or fits
        yield rest[:end].strip()
        rest = rest[end:].strip()
    yield rest


def _fitting(text: str) -> int:
    """How many characters of the text are at most one engine call's worth of speech."""
    lengths = [spoken_length(character) for character in text]
    for word in _WORD.finditer(text):
        if len(word[0]) == 1 or _MIXED.search(word[0]):
            for place in range(*word.span()):
                lengths[place] = max(lengths[place], SPELLED_LETTERS)
    fitting = takewhile(lambda length: length <= MAX_SENTENCE, accumulate(lengths))
    return max(1, sum(1 for _ in fitting))
