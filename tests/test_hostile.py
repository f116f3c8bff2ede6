"""Hostile texts: spoken soundly and in bounded pieces, or refused in words."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hostile import HOSTILE

from emotts import Choice, Host
from emotts.errors import EmottsError

# Of one engine call: benchmarks/hostile.py has how long that takes.
LONGEST_S = 40
# What hibari's rules of reading find hardest, and the built-in classifier after them.
WORST = (
    "digits, one too many",
    "hashes",
    "tags in tags",
    "homoglyphs",
    "letters one by one",
    "vulgar fractions",
    "circled numbers",
    "capitals",
    "one of every block",
    "every control character",
    "surrogates the wrong way round",
    "a letter under a thousand marks",
    "entities that expand",
)


@pytest.fixture(scope="module")
def host() -> Host:
    return Host()


def first(host: Host, name: str) -> Choice | None:
    """The first sentence; None for a text that was refused in words."""
    try:
        return next(host.stream(HOSTILE[name], "happiness", takes=2))
    except EmottsError as error:
        assert len(str(error)) > 20
        return None


def test_there_are_more_than_two_hundred_kinds() -> None:
    assert len(set(HOSTILE.values())) == len(HOSTILE) > 200


@pytest.mark.parametrize(
    "name", [n if n in WORST else pytest.param(n, marks=pytest.mark.slow) for n in HOSTILE]
)
def test_hibari_speaks_it_or_says_why_not(host: Host, name: str) -> None:
    if choice := first(host, name):
        assert 0.1 < choice.audio.duration_s < LONGEST_S
        assert choice.audio.peak <= 1
        assert np.abs(choice.audio.samples).mean() > 1e-4


@pytest.mark.slow
def test_the_host_gives_every_text_to_an_engine_or_says_why_not(tones: Path) -> None:
    with Host.from_config(tones) as host:
        spoken = {name: first(host, name) for name in HOSTILE}
    assert sum(choice is not None for choice in spoken.values()) > 200
    for name, choice in spoken.items():
        if choice is not None:
            assert not any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in choice.text)
            assert 0.1 < choice.audio.duration_s < LONGEST_S and choice.audio.peak <= 1, name
