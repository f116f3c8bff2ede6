"""Any text: cut into sentences, streamed in fragments, cleaned."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import texts

from emotts import text
from emotts.errors import TextError
from emotts.fragments import complete
from emotts.text import MAX_REQUEST, MAX_SENTENCE, MAX_SYMBOLS


@given(texts)
def test_sentences_are_within_the_limits_or_there_is_nothing_to_speak(given: str) -> None:
    try:
        found = text.sentences(given)
    except TextError:
        assert len(given) > MAX_REQUEST or not any(map(str.isalnum, text.clean(given)))
        return
    for sentence in found:
        assert sentence == sentence.strip() and any(map(str.isalnum, sentence))
        assert sum(map(text.spoken_length, sentence)) <= MAX_SENTENCE
        assert "\n" not in sentence


@given(texts)
def test_no_letter_or_digit_is_lost_and_none_is_made(given: str) -> None:
    kept = [c for c in text.clean(given) if c.isalnum()]
    assert [c for c in "".join(text.spoken(given)) if c.isalnum()] == kept


@given(texts)
def test_what_is_clean_stays_as_it_is(given: str) -> None:
    clean = text.clean(given)
    assert text.clean(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(c) in ("Cs", "Co", "Cn") for c in clean)
    clean.encode()


@given(texts)
def test_what_is_bounded_stays_as_it_is(given: str) -> None:
    bounded = text.bounded(given)
    assert text.bounded(bounded) == bounded
    assert len(bounded) <= 2 * len(given)
    run = 0
    for character in bounded:
        run = 0 if character.isalnum() or character.isspace() or character == "_" else run + 1
        assert run <= MAX_SYMBOLS or unicodedata.category(character)[0] in "MN"


@given(texts, st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_fragments_lose_nothing_whatever_they_are_cut_into(given: str, sizes: list[int]) -> None:
    parts, start = [], 0
    for size in sizes:
        parts.append(given[start : start + size])
        start += size
    assert "".join(complete([*parts, given[start:]])) == given


@given(texts)
def test_how_a_text_is_cut_into_fragments_does_not_change_what_is_spoken(given: str) -> None:
    one, other = ("".join(map("".join, map(text.spoken, complete(p)))) for p in (given, [given]))
    assert [c for c in one if c.isalnum()] == [c for c in other if c.isalnum()]
