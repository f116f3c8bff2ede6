"""Fragments: a text that comes bit by bit, such as a language model's, cut where sentences end."""

import re
from collections.abc import Iterable, Iterator

from emotts.text import MAX_REQUEST, MAX_SENTENCE, ends

# A tag that is not closed yet, at the end of what there is.
_OPEN_TAG = re.compile(r"(?:\[[^\[\]\n]{0,200}|<[A-Za-z/!?][^<>]{0,200})$")


def complete(fragments: Iterable[str]) -> Iterator[str]:
    """The text in parts of whole sentences, each as soon as it is there.

    No tag is cut in two. A text that goes on for long without an end is cut between words, and
    a fragment that is longer than a request may be where sentences end within it.
    """
    text = ""
    for fragment in fragments:
        text += fragment
        while end := _end(text):
            yield text[:end]
            text = text[end:]
    if text:
        yield text


def within_tag(text: str, end: int | None = None) -> bool:
    """Whether a text, up to there, ends within what may become a tag."""
    return _OPEN_TAG.search(text, 0, len(text) if end is None else end) is not None


def _end(text: str) -> int:
    """How much of a text is certain to be whole sentences, outside of tags; 0: nothing yet.

    At most as much as a request may have.
    """
    # An end is certain by the character after it.
    found = [end for end in ends(text[: MAX_REQUEST + 1]) if not within_tag(text, end)]
    if found:
        return found[-1]
    if len(text) > MAX_SENTENCE:
        end = text.rfind(" ", 0, MAX_SENTENCE) + 1
        while end and within_tag(text, end):
            end = text.rfind(" ", 0, end - 1) + 1
        return end
    return 0
