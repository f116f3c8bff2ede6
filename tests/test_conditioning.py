import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from emotts.builtin.compact import CompactClassifier, CompactOptions
from emotts.builtin.projection import project
from emotts.conditioning import centroid, read_centroids, wanted
from emotts.controls import Control
from emotts.emotions import target
from emotts.errors import ConfigError
from emotts.jsonform import choice_form
from emotts.listener import Listener
from emotts.options import Options
from emotts.pipeline import speak
from emotts.records import Embedding, Prediction, Rendering, Take, Voice
from emotts.speech import Choice, Reference, Request, Tone
from emotts.testing import PitchClassifier, ToneEngine

TEXT = "The cat sat. The dog ran."
HEARD = Prediction({}, np.array([1, 2], np.float32))
TONE = Tone(target("fear"), {}, np.array([3, 4], np.float32))


class Moved(ToneEngine):
    """Has no controls: only a tag moves its voice; it claims to accept all there is."""

    controls: Mapping[str, Control] = {}
    accepts = frozenset({"emotion", "embedding", "reference"})
    heeds = frozenset({"emotion"})

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take in takes:
            tag = take.conditioning.emotion
            pitch = {"pitch": 6.0 if tag in ("anger", "fear") else 0.0}
            (rendering,) = ToneEngine(Options()).synthesize(
                text, voice=voice, takes=[Take(take.index, 0, pitch)]
            )
            heeded = self.heeds & take.conditioning.kinds
            yield Rendering(rendering.audio, {}, heeded)


class Plain(Moved):
    """Accepts tags alone."""

    accepts = frozenset({"emotion"})


def choices(
    engine: ToneEngine,
    *,
    like: Reference | None = None,
    tone: Tone | None = None,
    centroids: dict[str, Embedding] | None = None,
) -> list[Choice]:
    classifier = PitchClassifier(Options())
    neutral = next(engine.renderings(TEXT, voice="alto", takes=[Take(0, 0)])).audio
    request = Request(TEXT, target("fear"), engine.voice(), 8, 0, like, tone)
    listener = Listener(classifier, classifier.profile([neutral]))
    return list(speak(request, engine=engine, listeners=[listener], checks=[], centroids=centroids))


def test_an_engine_without_controls_speaks_once_more_with_a_tag() -> None:
    for choice in choices(Plain(Options())):
        plain, tagged = choice.candidates
        assert plain.take.conditioning.kinds == frozenset()
        assert tagged.take.conditioning.emotion == "fear"
        assert tagged.conditioned == {"emotion"} and tagged.ignored == frozenset()
        assert choice.chosen == 1


def test_an_engine_is_given_only_what_it_accepts() -> None:
    engine = ToneEngine(Options())
    given = choices(engine, like=Reference({"pitch": HEARD}, "a.wav", named=True), tone=TONE)
    assert all(not c.take.conditioning.kinds for choice in given for c in choice.candidates)


def test_a_recording_is_handed_on_with_its_embedding() -> None:
    (choice, _) = choices(Moved(Options()), like=Reference({"pitch": HEARD}, "a.wav", named=True))
    conditioning = choice.candidates[1].take.conditioning
    assert conditioning.reference == "a.wav"
    assert conditioning.embedding is HEARD.embedding


def test_what_is_ignored_is_said(caplog: pytest.LogCaptureFixture) -> None:
    (choice, _) = choices(Moved(Options()), like=Reference({"pitch": HEARD}, "a.wav", named=True))
    assert choice.candidate.ignored == {"embedding", "reference"}
    assert "tone ignored its conditioning: embedding, reference" in caplog.text
    plain, tagged = choice_form(choice)["candidates"]
    assert plain["conditioning"] == {}
    assert tagged["conditioning"] == {"embedding": False, "emotion": True, "reference": False}


def test_an_embedding_goes_on_from_sentence_to_sentence() -> None:
    first, second = choices(Moved(Options()), tone=TONE)
    assert first.candidates[1].take.conditioning.embedding is TONE.embedding
    spoken = first.candidate.predictions["pitch"].embedding
    assert second.candidates[1].take.conditioning.embedding is spoken


def test_centroids_go_before_the_tone() -> None:
    fear = np.array([0, 9], np.float32)
    first, _ = choices(Moved(Options()), tone=TONE, centroids={"fear": fear})
    assert first.candidates[1].take.conditioning.embedding == pytest.approx(fear)
    with pytest.raises(ConfigError, match="no fear; they have: anger"):
        choices(Moved(Options()), centroids={"anger": fear})


def test_a_recording_is_condensed_to_the_space_of_the_centroids() -> None:
    compact = CompactClassifier(CompactOptions())
    heard = Prediction({"fear": 1.0}, np.ones(1536, np.float32), centred=True)
    request = Request(
        "Hi.", target("fear"), Voice("a", "en"), takes=1, seed=0, like=Reference({"compact": heard})
    )

    def embedding(size: int) -> Embedding | None:
        centroids = {"fear": np.zeros(size, np.float32)}
        asked = wanted(request, {"embedding"}, centroids=centroids, classifier=compact)
        return asked.embedding

    condensed = embedding(7)
    assert condensed is not None
    assert np.array_equal(condensed, project(heard.embedding, centred=True))
    assert embedding(1536) is heard.embedding


def test_centroids_are_read_from_coquis_files(tmp_path: Path) -> None:
    file = tmp_path / "embeddings.json"
    entries = [("angry", [1, 2]), ("anger", [3, 4]), ("hap", [5, 6]), ("other", [0])]
    file.write_text(
        json.dumps({f"set#{i}": {"name": n, "embedding": e} for i, (n, e) in enumerate(entries)})
    )
    found = read_centroids(file)
    assert {name: list(mean) for name, mean in found.items()} == {
        "anger": [2, 3],
        "happiness": [5, 6],
    }
    assert all(mean.dtype == np.float32 for mean in found.values())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "can't be read as embeddings"),
        ("[1]", "can't be read as embeddings"),
        ('{"a": {"name": "fear"}}', "can't be read as embeddings"),
        ('{"a": {"name": "fear", "embedding": ["x"]}}', "can't be read as embeddings"),
        ('{"a": {"name": "other", "embedding": [1]}}', "names no emotion"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "embeddings.json"
    file.write_text(content)
    with pytest.raises(ConfigError, match=message):
        read_centroids(file)


def test_a_centroid_follows_weights_and_intensity() -> None:
    parts = {
        name: np.array(at, np.float32)
        for name, at in (("neutral", [0, 0]), ("fear", [4, 0]), ("anger", [0, 4]))
    }
    assert centroid(target("fear:.5,anger:.5"), parts) == pytest.approx([2, 2])
    assert centroid(target("fear", 0.5), parts) == pytest.approx([2, 0])
    del parts["neutral"]
    assert centroid(target("fear", 0.5), parts) == pytest.approx([4, 0])
