"""What the property tests draw from: texts, values and records of any shape."""

import numpy as np
from hypothesis import strategies as st

from emotts.emotions import EMOTIONS
from emotts.labelling.items import Item
from emotts.records import Conditioning, Prediction, Profile, Take
from emotts.styles import STYLES

# Letters of several scripts, marks that stick to others, and what ends sentences and opens tags.
_PARTS = (
    "Hello there. ", "Dr. ", "e.g. ", "How? ", "“Stop!” ", "3.50 ", "12,000 ", "one, two; three — ",
    "你好。", "שלום ", "नमस्ते ", "e\u0301", "\u200d", "\u202e", "😀", "👩\u200d👧", "\ufeff",
    "\x00", "\x1b[31m", "\ud800", "\ue05b", "\n\n", "\t", "\u2028", "/", "://", "%s", "{}",
    "!" * 40, "7" * 40, "aB" * 30, "[", "]", "<", ">", "&", "\\", "[joy]", "[/]", "[sad:0.5,]",
    "<p>", "</s>", "<speak>", "<prosody rate='fast'>", "<break time='1s'/>", "<!-- x -->", "&lt;",
    "<![CDATA[y]]>",
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=200),
    st.text(st.characters(exclude_categories=()), max_size=100),  # surrogates, too
    st.lists(st.one_of(st.sampled_from(_PARTS), st.text(max_size=5)), max_size=40).map("".join),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)

names = st.text("abcXYZ019._-", min_size=1, max_size=12)
numbers = st.floats(-1e6, 1e6, allow_nan=False)
floats32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
vectors = st.lists(floats32, min_size=1, max_size=8).map(lambda v: np.asarray(v, np.float32))
emotions = st.sampled_from(EMOTIONS)
labels = st.sampled_from((*EMOTIONS, *STYLES))
by_emotion = st.dictionaries(emotions, numbers, max_size=4)
by_name = st.dictionaries(names, numbers, max_size=4)

takes = st.builds(
    Take,
    st.integers(0, 255),
    st.integers(0, 2**63 - 1),
    by_name,
    st.builds(Conditioning, st.none() | st.text(), st.none() | vectors, st.none() | emotions),
)
profiles = st.builds(Profile, vectors, by_emotion, st.integers(1, 100), by_name)
predictions = st.builds(
    Prediction, by_emotion, vectors, st.none() | st.dictionaries(names, numbers), st.booleans()
)
# UTF-8 files can't hold surrogates.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
items = st.builds(
    Item,
    words,
    words,
    st.none() | st.integers(0, 2**40),
    st.none() | st.integers(0, 2**40),
    st.none() | st.floats(0, 1e5),
    st.none() | st.floats(0, 1e5),
    st.none() | words,
    st.none() | words,
    st.dictionaries(words, words, max_size=3),
)
