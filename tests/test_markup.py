"""Markup: what is spoken, how, and that no tag ever is."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotts.emotions import EMOTIONS, target
from emotts.markup import MAX_DEPTH, Reader, parse
from emotts.styles import STYLES, style
from emotts.tags import Tag, pieces


def spoken(text):
    return [span.text.strip() for span in parse(text).spans if span.text.strip()]


def test_text_without_markup_is_one_span_as_it_is():
    text = "Nothing here, neither a[0] nor [1], [see page 3] or 3 < 4 > 2; I <3 you <a@b.org>."
    (span,) = parse(text).spans
    assert span.text == text
    assert span.target is None
    assert not parse(text).warnings


def test_brackets_hold_until_they_are_closed():
    first, second, third, fourth = parse("A [joy]B[sadness:0.4] C[/] D[/] E").spans[:4]
    assert (first.text, first.target) == ("A ", None)
    assert second.target == target("happiness")
    assert third.target == target("sadness", 0.4)
    assert (fourth.text, fourth.target) == (" D", target("happiness"))
    assert parse("A [joy]B[sadness:0.4] C[/] D[/] E").spans[-1].target is None


def test_brackets_take_blends_and_points():
    blend, point = parse("[happiness:0.7,fear:0.3]a[/][arousal=0.8,valence=0.9]b").spans
    assert blend.target == target("happiness:0.7,fear:0.3")
    assert point.target == target("arousal=0.8,valence=0.9")


def test_express_as_takes_the_styles_and_degrees_of_ssml():
    marked = parse(
        '<speak><mstts:express-as style="cheerful" styledegree="0.5">Hi</mstts:express-as></speak>'
    )
    (span,) = marked.spans
    assert (span.text, span.target) == ("Hi", target("happiness", 0.5))
    assert not marked.warnings


def test_prosody_moves_controls_and_nests():
    text = '<prosody rate="120%" pitch="+2st">a<prosody rate="+50%" volume="+6dB">b</prosody>'
    outer, inner = parse(text).spans
    assert outer.controls == pytest.approx({"rate": 1.2, "pitch": 2})
    assert inner.controls == pytest.approx({"rate": 1.8, "pitch": 2, "energy": 6})


@pytest.mark.parametrize("between", ["", " ", " ... ", "\n\n", "</p>"])
def test_a_pause_waits_for_what_can_be_spoken_in_another_part_too(between: str):
    reader = Reader()
    reader.read("One. <break time='2s'/>" + between)
    assert [span.pause_s for span in reader.read("Two. [anger]Three.").spans] == [2, 0]


def test_a_break_is_a_pause_before_what_follows():
    first, second = parse('One<break time="500ms"/><break strength="weak"/> two').spans
    assert (first.pause_s, second.pause_s) == (0, 1.0)


def test_a_paragraph_ends_the_sentence():
    assert "\n\n" in "".join(span.text for span in parse("<p>One</p><p>two</p>").spans)


def test_an_expression_holds_until_the_next():
    first, second = parse(
        '<expr type="expression" label="happy"/>A<expr type="expression" label="worried"/>B'
    ).spans
    assert first.target == target("happiness")
    assert set(second.target.weights) == {"fear", "sadness"}


def test_an_expression_may_be_described():
    (span,) = parse('<expr type="expression" label="a little sad, not angry"/>A').spans
    assert span.target == target("sadness", 0.4)
    (span,) = parse('<expr type="expression" label="warm and welcoming"/>A').spans
    assert set(span.target.weights) == {"happiness", "calm"}


def test_the_other_types_of_expressions_are_those_of_ssml():
    happy, slow, after, sad = parse(
        '<expr type="expression" label="happy"/>A <expr type="prosody" label="slow">B</expr> C'
        '<expr type="break" label="500ms"/><expr type="expression" label="sad"/>D'
    ).spans
    joy = target("happiness")
    assert [(s.target, s.text.strip()) for s in (happy, slow, after)] == [
        (joy, "A"),
        (joy, "B"),
        (joy, "C"),
    ]
    assert (dict(slow.controls), dict(after.controls)) == ({"rate": 0.85}, {})
    assert (sad.target, sad.pause_s) == (target("sadness"), 0.5)


def test_sounds_and_spelling_leave_the_expression_as_it_is():
    marked = parse(
        '<expr type="expression" label="happy"/>A<expr type="sound" label="laugh"/> '
        '<expr type="spell">B1</expr> <expr type="prosody" label="sing-song">C</expr> D</expr> E'
    )
    assert [(span.text, span.target) for span in marked.spans] == [
        ("A B1 C D", target("happiness")),
        (" E", None),
    ]
    assert len(marked.warnings) == 2
    assert "laugh" in marked.warnings[0]
    assert "sing-song" in marked.warnings[1]


@pytest.mark.parametrize(
    "cut",
    ["<expr", '<expr type="expr', "<expr type='a' label='I am", '<break time="1s" a='],
)
def test_a_tag_in_which_the_text_was_cut_off_is_not_spoken(cut):
    assert spoken(f"Hello. {cut}") == ["Hello."]


@pytest.mark.parametrize(
    ("text", "left", "hint"),
    [
        ("[happines]Hi", "Hi", "happiness"),
        ("[laughs] Hi", "Hi", "[laughs]"),
        ("<b>Hi</b>", "Hi", "<b>"),
        ("<expres-as style='sad'>Hi", "Hi", "express-as"),
        ("Hi [happiness", "Hi", "bracket"),
        ("<express-as style=cheery>Hi", "Hi", "cheer"),
        ('<prosody pitch="+50Hz">Hi', "Hi", "+50Hz"),
        ('<break time="2h"/>Hi', "Hi", "2h"),
        ("[/]Hi", "Hi", "closes nothing"),
        ("[happiness:7]Hi", "Hi", "happiness"),
        ("[joy]" * (MAX_DEPTH + 1) + "Hi", "Hi", "deep"),
    ],
)
def test_what_is_left_out_is_reported(text, left, hint):
    assert spoken(text) == [left]
    assert hint in " ".join(parse(text).warnings)


def test_a_tag_made_of_what_is_left_of_others_is_no_less_a_tag():
    assert "happiness" not in " ".join(spoken("[hap<b/>piness] Hi [hap[/]piness] there"))


def test_what_is_escaped_is_text():
    assert spoken(r"Write \[happiness] or \<break/>.") == ["Write [happiness] or <break/>."]
    assert spoken("<speak>Fish &amp; chips <![CDATA[[sad]]]></speak>") == ["Fish & chips [sad]"]
    assert spoken("Fish &amp; chips") == ["Fish &amp; chips"]


def test_every_style_names_emotions():
    for name, found in STYLES.items():
        assert set(found.weights) <= set(EMOTIONS), name
        assert sum(found.weights.values()) == pytest.approx(1)
        assert 0 < found.intensity <= 1
    assert style("Happy").weights == {"happiness": 1}
    assert style("purple") is None


WORDS = st.sampled_from("one two three, four. five! Six seven eight? nine".split())
NAMES = st.sampled_from(
    ["happiness", "sad", "joy:0.4", "anger:0.5,fear:0.5", "happines", "laughs", "valence=0.7", ""]
)
OPEN = st.one_of(
    NAMES.map(lambda name: f"[{name}]"),
    NAMES.map(lambda name: f"[ {name} ]"),
    NAMES.map(lambda name: f"<express-as style='{name}'>"),
    NAMES.map(lambda name: f'<mstts:express-as style="{name}" styledegree="1.5">'),
    NAMES.map(lambda name: f'<expr type="expression" label="{name}"/>'),
    st.sampled_from(
        [
            "<speak>",
            '<prosody rate="fast">',
            "<prosody rate=fast pitch=>",
            '<break time="10ms"/>',
            "<break/>",
            "<p>",
            "<emphasis>",
            "<voice name='x'>",
            "<mstts:expres-as style='sad'>",
            "[happiness ",
            "<express-as style='sad' ",
            "<!-- happiness -->",
        ]
    ),
)
CLOSE = st.sampled_from(
    ["[/]", "[/happiness]", "</express-as>", "</prosody>", "</speak>", "</p>", "</b>", "</>"]
)
# None of the words above is in one of these.
TAG_WORDS = re.compile(
    "happi|sad|joy|anger|fear|laughs|valence|style|express|expr|label|prosody|rate|pitch|break|"
    "time|speak|emphasis|voice|name"
)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(st.lists(st.one_of(WORDS, OPEN, CLOSE), max_size=14), st.sampled_from(["", " "]))
def test_no_tag_is_ever_spoken_and_no_word_is_lost(parts, space):
    said = " ".join(span.text for span in parse(space.join(parts)).spans)
    assert not TAG_WORDS.search(said)
    assert not any(isinstance(piece, Tag) for piece in pieces(said))
    for word in {part for part in parts if part.isalpha()}:
        assert word in said


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(st.text(st.sampled_from("[]<>/\\&;:=.,\"' abhpin s0\n"), max_size=60))
def test_any_text_is_read_and_its_letters_outside_tags_stay(text):
    said = "".join(span.text for span in parse(text).spans)
    assert len(re.sub(r"[\W\d]", "", said)) <= len(text)
    if not re.search(r"[\[<\\&]", text):
        assert said == text
