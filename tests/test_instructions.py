"""Instructions: which emotion is read in them, and that none is guessed."""

import pytest

from emotts.emotions import target
from emotts.instructions import read


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        ("Speak cheerfully.", target("happiness"), ("cheerfully",)),
        ("Sound happy!", target("happiness"), ("happy",)),
        ("Say it angrily, please", target("anger"), ("angrily",)),
        ("with great sadness", target("sadness"), ("sadness",)),
        ("a slightly sad voice", target("sadness", 0.4), ("sad",)),
        ("Sound just a little bit nervous", target("fear", 0.2), ("nervous",)),
        ("[anger:0.7]", target("anger", 0.7), ("markup",)),
        ("not angry, but calm", target("calm"), ("calm",)),
        ("Affect: relaxed. Pacing: slow.", target("calm"), ("relaxed",)),
        ("amazement and joy", target({"surprise": 0.5, "happiness": 0.5}), ("amazement", "joy")),
    ],
)
def test_what_is_read(text, wanted, words):
    found = read(text)
    assert found.target.weights == pytest.approx(wanted.weights)
    assert found.target.intensity == pytest.approx(wanted.intensity)
    assert found.words == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Speak slowly and clearly.",
        "Don't sound sad.",
        "never angry or afraid",
        "without any anger in it",
        "Talk like a pirate, 120 words a minute.",
    ],
)
def test_nothing_is_guessed(text):
    assert read(text).target is None
    assert read(text).words == ()
