"""Any ledger, and any output of `emotts say --json`: read as it was written, or refused."""

import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import by_name, json_values, profiles, texts, words

from emotts import profiles as kept
from emotts import replay, tonefile
from emotts.emotions import EMOTIONS, MOST, target
from emotts.errors import ConfigError, EmottsError
from emotts.ledger import append
from emotts.options import Options
from emotts.records import Profile
from emotts.testing import ToneEngine

lines = st.fixed_dictionaries(
    {
        "engine": st.fixed_dictionaries({"name": words, "fingerprint": words}),
        "voice": words,
        "emotts": words,
        "text_sha256": words,
        "audio_sha256": words,
        "candidates": st.just([{"seed": 0, "index": 0, "requested": {}}]),
        "chosen": st.just(0),
        "text": words | st.none(),
    }
)
keys = st.sampled_from(
    "engine voice candidates chosen audio_sha256 sentences target seed intensity embedding "
    "effective fingerprint requested conditioning".split()
)
forms = st.recursive(
    json_values,
    lambda inner: st.dictionaries(keys, inner, max_size=6) | st.lists(inner, max_size=2),
)


@given(st.lists(lines, min_size=1, max_size=5))
def test_a_ledger_has_a_line_for_each_entry(entries: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.jsonl")
        for entry in entries:
            append(path, entry)
        assert [replay.read(path, n) for n in range(1, len(entries) + 1)] == entries


@given(st.one_of(texts, forms.map(json.dumps)))
def test_any_file_is_what_was_spoken_or_refused(content: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.json")
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        for read in (lambda: replay.read(path, 1), lambda: tonefile.read(path)):
            try:
                read()
            except ConfigError as error:
                assert "form.json" in str(error)


asked = st.dictionaries(st.sampled_from(("reference", "emotion", "embedding", "x")), json_values)


@given(asked | json_values, by_name | json_values, words)
def test_any_line_is_spoken_again_or_refused(
    conditioning: object, requested: object, text: str
) -> None:
    engine = ToneEngine(Options())
    candidate = {"seed": 0, "index": 0, "requested": requested, "conditioning": conditioning}
    line = {
        "engine": {"name": engine.name, "fingerprint": engine.fingerprint},
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "voice": "alto",
        "audio_sha256": "0",
        "emotts": "0",
        "chosen": 0,
        "candidates": [candidate],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.jsonl")
        append(path, line)
        try:
            line = replay.read(path, 1)
        except ConfigError as error:
            assert "is no line of a ledger" in str(error)
            return
        with pytest.raises(EmottsError):  # at the latest the hash is another one
            replay.replay(line, engine, text)


@given(st.sampled_from(EMOTIONS), st.floats(0, 1), by_name, st.lists(st.floats(-1, 1), min_size=1))
def test_a_tone_is_that_of_the_last_sentence(
    emotion: str, intensity: float, controls: dict[str, float], embedding: list[float]
) -> None:
    last = {
        "candidates": [{"effective": {}}, {"effective": controls}],
        "chosen": 1,
        "target": {emotion: 1.0},
        "intensity": intensity,
    }
    form = {
        "sentences": [{"candidates": [], "chosen": 9}, last],
        "target": {"neutral": 1.0},
        "intensity": 1.0,
        "embedding": embedding,
        "fingerprint": "ear-1",
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.json")
        path.write_text(json.dumps(form))
        found = tonefile.read(path)
    assert (found.target, found.controls) == (target(emotion, intensity), controls)
    np.testing.assert_array_equal(found.embedding, np.float32(embedding))
    assert found.fingerprint == "ear-1"


@given(st.dictionaries(st.sampled_from(EMOTIONS), st.floats(1e-9, MOST), min_size=1))
def test_the_target_of_a_form_reads_back(weights: dict[str, float]) -> None:
    asked = target(weights)
    form = json.loads(json.dumps({"target": dict(asked.weights), "intensity": asked.intensity}))
    again = target(form["target"], form["intensity"])
    assert again.weights.keys() == asked.weights.keys()
    np.testing.assert_allclose([*again.weights.values()], [*asked.weights.values()], rtol=1e-12)


@given(profiles)
def test_a_profile_reads_back_to_the_bit(profile: Profile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept.save(profile, Path(folder, "p.json"))
        found = kept.load(Path(folder, "p.json"))
    assert found.embedding.tobytes() == profile.embedding.tobytes()
    assert (found.log_odds, found.clips, found.dimensions) == (
        profile.log_odds,
        profile.clips,
        profile.dimensions,
    )
