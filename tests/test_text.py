import logging
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotts.errors import TextError
from emotts.fragments import complete
from emotts.text import MAX_REQUEST, MAX_SENTENCE, MAX_SYMBOLS, sentences, spoken_length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are you?", ["Hello there.", "How are you?"]),
        ("Dr. Smith met J. Doe. They left.", ["Dr. Smith met J. Doe.", "They left."]),
        ("It cost 3.50 dollars. Cheap!", ["It cost 3.50 dollars.", "Cheap!"]),
        ("“Stop!” he said. She did.", ["“Stop!” he said.", "She did."]),
        ("He said “stop.” She did.", ["He said “stop.”", "She did."]),
        ("one\ntwo\n\nthree", ["one two", "three"]),
        ("Wait… what? No!", ["Wait… what?", "No!"]),
        ("今日は。明日は？", ["今日は。", "明日は？"]),
        ("  spaced \t out  ", ["spaced out"]),
        ("Bell\x07 and\x00 null", ["Bell and null"]),
        ("one\rtwo. Page one.\fPage two", ["one two.", "Page one.", "Page two"]),
        ("one\r\ntwo\r\n\r\nthree\vfour\x85five", ["one two", "three four five"]),
        ("Yes. --- No.", ["Yes.", "--- No."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize("text", ["", " \n\n ", "!?…", "😀😀😀", "[" * 2000, "\x00"])
def test_nothing_to_speak_is_an_error(text: str) -> None:
    with pytest.raises(TextError, match="nothing to speak"):
        sentences(text)


def test_a_text_above_the_limit_is_an_error_that_names_it() -> None:
    with pytest.raises(TextError, match="4,097 characters; at most 4,096"):
        sentences("a" * (MAX_REQUEST + 1))


def test_a_long_sentence_is_cut_at_clause_ends() -> None:
    clause = "the river ran past the mill and under the bridge,"
    pieces = sentences(" ".join([clause] * 20) + " and on.")
    assert len(pieces) > 1
    assert all(piece.endswith(",") for piece in pieces[:-1])
    assert " ".join(pieces) == " ".join([clause] * 20) + " and on."


def test_a_long_run_of_symbols_is_shortened_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert sentences("wow" + "!" * 100) == ["wow" + "!" * MAX_SYMBOLS]
    assert "left out 68 symbols" in caplog.text


def test_digits_and_unspaced_strings_are_spaced_without_loss() -> None:
    for text in ("7" * 300, "a1" * 200, "1/" * 200, "aB" * 200, "http://a.b/c/1/2/" * 20):
        assert "".join("".join(sentences(text)).split()) == text


def test_a_script_without_spaces_gets_none() -> None:
    assert sentences("你好" * 60) == ["你好" * 60]


@given(st.text(max_size=600))
@settings(max_examples=500, deadline=None)
def test_every_piece_is_speakable_and_within_an_engine_calls_limits(text: str) -> None:
    try:
        pieces = sentences(text)
    except TextError:
        assert not any(c.isalnum() for c in text)
        return
    for piece in pieces:
        assert sum(map(spoken_length, piece)) <= MAX_SENTENCE
        assert any(c.isalnum() for c in piece)
        assert piece == piece.strip()
        assert piece.isprintable() or any(ord(c) > 127 for c in piece)


@given(st.text(st.characters(categories=("L", "N", "Zs")), max_size=300))
@settings(deadline=None)
def test_no_letter_or_digit_is_lost(text: str) -> None:
    kept = [c for c in unicodedata.normalize("NFC", text) if c.isalnum()]
    found = sentences(text) if kept else []
    assert [c for c in "".join(found) if c.isalnum()] == kept


def test_a_title_after_a_tag_or_a_new_line_ends_no_sentence() -> None:
    parts = ["One.\n\n", "Dr. Who came. ", "[anger]Mr. Smith left. ", "<p>J. Doe stayed. ", "Bye."]
    assert list(complete("".join(parts))) == parts
