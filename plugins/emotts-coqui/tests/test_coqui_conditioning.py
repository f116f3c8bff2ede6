"""Recordings, embeddings and tags reach the model, and it is said which did."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from emotts.builtin.compact import CompactClassifier
from emotts.config import ClassifierConfig, Config, EngineConfig
from emotts.errors import EmottsError
from emotts.host import Host
from emotts.records import Conditioning, Rendering, Take
from emotts.registry import PluginInfo, Plugins
from tiny_coqui import Make, xtts

from emotts_coqui import CoquiEngine

TEXT = "The train leaves."


def speak(engine: CoquiEngine, *asked: Conditioning, seed: int = 0) -> list[Rendering]:
    takes = [Take(index, seed, {}, conditioning) for index, conditioning in enumerate(asked)]
    return list(engine.renderings(TEXT, voice=engine.voice().name, takes=takes))


def same(one: Rendering, other: Rendering) -> bool:
    return np.array_equal(one.audio.samples, other.audio.samples)


@pytest.mark.parametrize("kind", ["vits_of_emotions", "speedy"])
def test_an_embedding_is_spoken_with(make: Make, kind: str) -> None:
    embedding = np.linspace(-2, 2, 16, dtype=np.float32)
    plain, moved = speak(make(kind), Conditioning(), Conditioning(embedding=embedding))
    assert plain.conditioned == frozenset()
    assert moved.conditioned == {"embedding"}
    assert not same(plain, moved)


def test_without_an_embedding_the_neutral_one_is_spoken_with(
    make: Make, checkpoint: Callable[[str], Path]
) -> None:
    content = json.loads((checkpoint("speedy").parent / "embeddings.json").read_text()).values()
    rows = [entry["embedding"] for entry in content if entry["name"] == "neutral"]
    neutral = np.mean(rows, axis=0).astype(np.float32)
    plain, given = speak(make("speedy"), Conditioning(), Conditioning(embedding=neutral))
    assert same(plain, given)


def test_an_embedding_of_another_length_is_reported(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    asked = Conditioning(embedding=np.ones(3, np.float32))
    with caplog.at_level(logging.WARNING):
        plain, ignored = speak(make("speedy"), Conditioning(), asked)
    assert ignored.conditioned == frozenset()
    assert same(plain, ignored)
    assert "3 numbers is ignored: the model was trained on 16" in caplog.text


@pytest.mark.parametrize("kind", ["your_tts", "xtts"])
def test_a_recording_is_spoken_with(make: Make, recordings: list[Path], kind: str) -> None:
    asked = [Conditioning(reference=str(path)) for path in recordings]
    plain, calm, excited = speak(make(kind), Conditioning(), *asked)
    assert [r.conditioned for r in (plain, calm, excited)] == [
        frozenset(),
        {"reference"},
        {"reference"},
    ]
    assert not same(plain, calm)
    assert not same(calm, excited)


def test_a_recording_is_heard_once(
    make: Make, recordings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make("your_tts")
    engine.voices()
    encoder = engine._model.network.speaker_manager.encoder
    heard = []
    hear = encoder.compute_embedding
    monkeypatch.setattr(encoder, "compute_embedding", lambda x: heard.append(x) or hear(x))
    asked = Conditioning(reference=str(recordings[0]))
    speak(engine, asked, asked)
    speak(engine, asked)
    assert len(heard) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the loader of Coqui's that we avoid
def test_a_recording_is_heard_as_coqui_hears_it(make: Make, recordings: list[Path]) -> None:
    engine = make("your_tts")
    asked = Conditioning(reference=str(recordings[0]))
    speaker = engine._speakers[engine.voice().name]
    sound, _ = engine._sounds.of(speaker, Take(0, 0, {}, asked))
    manager = engine._model.network.speaker_manager
    expected = manager.compute_embedding_from_clip(str(recordings[0]))
    assert sound.d_vector is not None
    np.testing.assert_allclose(sound.d_vector[0].numpy(), expected, atol=1e-4)


def test_a_tag_draws_from_the_recordings_of_its_emotion(make: Make, recordings: list[Path]) -> None:
    engine = make("your_tts", references={"joy": recordings})
    assert engine.accepts == {"reference", "emotion"}
    # Griffin-Lim has no part in VITS, so that what a seed draws is seen by fixing its noise.
    quiet = {"temperature": 0.0, "duration_noise": 0.0}
    tag = Conditioning(emotion="happiness")
    takes = [Take(index, seed, quiet, tag) for index, seed in enumerate((0, 1, 2))]
    first, second, third = engine.renderings(TEXT, voice=engine.voice().name, takes=takes)
    assert first.conditioned == {"emotion"}
    assert same(first, third)
    assert not same(first, second)


def test_a_tag_without_recordings_is_reported(make: Make, recordings: list[Path]) -> None:
    engine = make("your_tts", references={"anger": recordings})
    plain, ignored = speak(engine, Conditioning(), Conditioning(emotion="fear"))
    assert ignored.conditioned == frozenset()
    assert same(plain, ignored)


def test_recordings_make_a_voice(make: Make, recordings: list[Path]) -> None:
    engine = make("your_tts", voices={"anna": recordings})
    assert engine.voice().name == "anna.en"
    own = engine.voice("female-en-5.en").name
    cloned, known = (
        next(engine.renderings(TEXT, voice=name, takes=[Take(0, 0)])) for name in ("anna.en", own)
    )
    assert not same(cloned, known)


def test_xtts_without_speakers_asks_for_recordings(tmp_path: Path, recordings: list[Path]) -> None:
    path = xtts(tmp_path, speakers=False)
    with pytest.raises(EmottsError, match=r"voices: \{anna: \[anna.wav\]\}"):
        CoquiEngine(CoquiEngine.Options(model_path=path)).voices()
    options = CoquiEngine.Options(model_path=path, voices={"anna": recordings[:1]})
    (spoken,) = speak(CoquiEngine(options), Conditioning())
    assert spoken.audio.rate == 24_000


@pytest.mark.parametrize("content", [b"", b"no audio"])
def test_a_recording_that_is_none_is_an_error(make: Make, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(EmottsError, match=r"a\.wav"):
        speak(make("your_tts"), Conditioning(reference=str(path)))


def test_a_missing_recording_is_an_error(make: Make, tmp_path: Path) -> None:
    with pytest.raises(EmottsError, match=r"none\.wav"):
        speak(make("your_tts"), Conditioning(reference=str(tmp_path / "none.wav")))


@pytest.mark.slow
def test_a_host_speaks_with_the_embedding_of_the_emotion(
    checkpoint: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path))
    path = checkpoint("speedy")
    provides = {"engine": (CoquiEngine,), "classifier": (CompactClassifier,)}
    config = Config(
        engine=EngineConfig(name="coqui", options={"model_path": path, "device": "cpu"}),
        classifiers=(ClassifierConfig(name=CompactClassifier.name),),
        checks=(),
        embeddings=str(path.with_name("embeddings.json")),
    )
    host = Host(config, plugins=Plugins([PluginInfo("coqui", "coqui", "0", provides=provides)]))
    (choice,) = host.say("The train leaves.", "happiness", takes=2).choices
    assert [candidate.conditioned for candidate in choice.candidates] == [
        frozenset(),
        {"embedding"},
    ]
