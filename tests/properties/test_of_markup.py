"""Any markup: what is asked for can be done, and what is no markup is spoken as it stands."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import labels, numbers, texts

from emotts import instructions, ssml, wording
from emotts.emotions import EMOTIONS
from emotts.fragments import complete
from emotts.markup import MAX_DEPTH, Reader, parse
from emotts.spans import Marked, nested
from emotts.ssml import MAX_DEGREE, MAX_PAUSE_S
from emotts.styles import STYLES, style
from emotts.tags import Tag, literal, pieces

attributes = st.dictionaries(
    st.sampled_from(("rate", "pitch", "volume", "time", "strength", "styledegree", "style")),
    st.one_of(
        st.text(max_size=12),
        st.from_regex(r"[+-]?[0-9.]{1,30}(%|st|db|dB|ms|s|)", fullmatch=True),
        st.sampled_from(("x-slow", "fast", "x-high", "loud", "silent", "strong", "none", " 2 ")),
    ),
)


@given(texts)
def test_every_span_asks_for_what_there_is(given: str) -> None:
    marked = parse(given)
    for span in marked.spans:
        assert all(map(math.isfinite, span.controls.values()))
        assert 1e-99 < span.controls.get("rate", 1.0) < 1e99
        assert 0 <= span.pause_s <= MAX_PAUSE_S
        if span.target is not None:
            assert set(span.target.weights) <= set(EMOTIONS)
            assert sum(span.target.weights.values()) == pytest.approx(1)
            assert 0 <= span.target.intensity <= 1
    assert sum(len(span.text) for span in marked.spans) <= max(len(given), 1)
    # A warning quotes its tag and adds a hint.
    assert all(len(warning) <= 2 * len(given) + 200 for warning in marked.warnings)


@given(texts)
def test_no_tag_is_left_but_what_is_text_on_purpose(given: str) -> None:
    if re.search(r"\\|&|<!\[CDATA", given):
        return
    for span in parse(given).spans:
        assert not any(isinstance(piece, Tag) for piece in pieces(span.text))


@given(texts)
def test_whatever_is_escaped_is_spoken_as_it_stands(given: str) -> None:
    plain = "".join(c for c in given if not 0xE000 <= ord(c) < 0xF900)  # nobody can speak those
    (span,) = parse(re.sub(r"([\[\]<\\])", r"\\\1", plain)).spans
    assert span.text == plain
    assert span.target is None and not span.controls


@given(texts)
def test_tags_and_the_text_between_them_are_the_whole(given: str) -> None:
    if not re.search(r"\\|<!|<\?|[\ue000-\uf8ff]", given):
        found = [p.source if isinstance(p, Tag) else literal(p) for p in pieces(given)]
        assert "".join(found) == given


def flat(parts: list[Marked]) -> list[tuple[object, ...]]:
    """Each character that can be heard, with what it asks for."""
    return [
        (character, span.target, span.controls)
        for marked in parts
        for span in marked.spans
        for character in span.text
        if character.isalnum()
    ]


@given(texts, st.integers(1, 9))
def test_markup_read_in_fragments_is_that_of_the_whole(given: str, size: int) -> None:
    if "<!" in given or "<?" in given or "&" in given:
        return  # comments may hold ends of sentences
    fragments = [given[start : start + size] for start in range(0, len(given), size)]
    reader = Reader()
    found = flat([reader.read(part) for part in complete(fragments)])
    if not any("left out" in w or "closing bracket" in w for w in parse(given).warnings):
        assert found == flat([parse(given)])


FORMS = ("[{}]", "<express-as style='{}'>")


@given(st.lists(labels, min_size=1, max_size=MAX_DEPTH), st.sampled_from(FORMS))
def test_the_innermost_tag_holds_and_closing_gives_back_the_one_around_it(
    names: list[str], form: str
) -> None:
    names = [name for name in names if form[0] == "<" or style(name).weights.keys() == {name}]
    end = "[/]" if form[0] == "[" else "</express-as>"
    marked = parse("".join(form.format(n) + "x" for n in names) + (end + "y") * len(names))
    said = "".join(span.text for span in marked.spans)
    assert said == "x" * len(names) + "y" * len(names)
    wanted = [style(name).weights for name in names]
    heard = [span.target and span.target.weights for span in marked.spans for _ in span.text]
    assert heard == [*wanted, *reversed(wanted[:-1]), *([None] if names else [])]


@given(attributes)
def test_attributes_are_read_within_their_range_or_refused_in_words(given: dict[str, str]) -> None:
    for read, most in ((ssml.pause, MAX_PAUSE_S), (ssml.degree, MAX_DEGREE)):
        try:
            assert 0 <= read(given) <= most
        except ValueError as error:
            assert "is no" in str(error)
    controls, problems = ssml.prosody(given)
    assert all(map(math.isfinite, controls.values()))
    assert len(controls) + len(problems) == len(given)


@given(st.integers(1, 900), st.integers(-24, 24), st.integers(0, 60_000))
def test_numbers_are_read_in_their_units(percent: int, semitones: int, ms: int) -> None:
    controls, problems = ssml.prosody(
        {"rate": f"{percent}%", "pitch": f"{semitones:+}st", "volume": f"{semitones:+}dB"}
    )
    assert not problems
    assert controls["rate"] == pytest.approx(percent / 100)
    assert (controls["pitch"], controls["energy"]) == (semitones, semitones)
    assert ssml.pause({"time": f"{ms}ms"}) == pytest.approx(ms / 1000)


@given(st.lists(st.dictionaries(st.sampled_from(("rate", "pitch", "energy")), numbers), max_size=5))
def test_nesting_does_not_depend_on_how_it_is_grouped(controls: list[dict[str, float]]) -> None:
    for cut in range(len(controls) + 1):
        parts = [nested(controls[:cut]), nested(controls[cut:])]
        assert nested(parts) == pytest.approx(nested(controls))


@given(texts)
def test_a_style_is_a_target_or_unknown(given: str) -> None:
    found = style(given)
    if found is not None:
        assert sum(found.weights.values()) == pytest.approx(1) and 0 < found.intensity <= 1


@given(texts)
def test_any_instruction_is_read(given: str) -> None:
    found = instructions.read(given)
    if found.target is None:
        assert not found.words
    else:
        assert found.words
        assert sum(found.target.weights.values()) == pytest.approx(1)
        assert 0 <= found.target.intensity <= 1


@given(st.sampled_from(sorted(STYLES)), st.sampled_from(sorted(wording.DEGREES)), texts)
def test_a_style_in_an_instruction_is_found_and_a_denied_one_is_not(
    name: str, degree: str, before: str
) -> None:
    asked = instructions.read(f"Speak {degree} {name}.").target
    assert asked is not None and asked.weights == STYLES[name].weights
    assert asked.intensity == pytest.approx(STYLES[name].intensity * wording.DEGREES[degree])
    assert instructions.read(f"Do not sound {name}.").target is None
