"""The engine of Piper's voices: the American one of a package, and a choir that hums."""

import subprocess
import sys
from pathlib import Path

import choir
import numpy as np
import onnx
import onnxruntime
import pytest
from emotts_piper import PiperEngine, PiperOptions, graph

from emotts import plugins
from emotts.audio import Audio
from emotts.errors import ConfigError, EmottsError, EngineError, UnknownNameError
from emotts.records import Take
from emotts.testing import check_engine

TEXT = "On Monday, the train leaves from platform four."
JOE = "en_US-joe-medium"


@pytest.fixture(scope="module")
def engine() -> PiperEngine:
    return PiperEngine(PiperOptions())


@pytest.fixture
def singers(tmp_path: Path) -> Path:
    return choir.save(tmp_path / "choir.onnx", {"bass": 0, "alto one": 1, "treble": 2})


def spoken(engine: PiperEngine, voice: str = JOE, seed: int = 0, **controls: float) -> Audio:
    return next(engine.renderings(TEXT, voice=voice, takes=[Take(1, seed, controls)])).audio


def pitch(clip: Audio) -> float:
    """Where the strongest harmonic is, Hz."""
    return float(np.abs(np.fft.rfft(clip.samples)).argmax() / clip.duration_s)


@pytest.mark.slow
def test_it_keeps_the_promises_of_an_engine(engine: PiperEngine) -> None:
    check_engine(engine)


def test_it_is_found_without_loading_a_network() -> None:
    code = (
        "import sys, emotts.plugins as p; k = p.load().engine('piper');"
        "k(k.Options()).voices(); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    )
    assert not {"piper", "onnx", "onnxruntime"} & set(done.stdout.split())


def test_the_host_finds_it() -> None:
    assert plugins.load().engine("piper") is PiperEngine


def test_the_voice_of_a_package_is_found(engine: PiperEngine) -> None:
    (voice,) = engine.voices()
    assert (voice.name, voice.language) == (JOE, "en-US")


def test_a_seed_decides_the_take(engine: PiperEngine) -> None:
    another = PiperEngine(PiperOptions())
    assert np.array_equal(spoken(engine, seed=3).samples, spoken(another, seed=3).samples)
    assert not np.array_equal(spoken(engine, seed=3).samples, spoken(engine, seed=4).samples)


def test_without_noise_seeds_make_no_difference(engine: PiperEngine) -> None:
    one, other = (spoken(engine, seed=s, temperature=0, duration_noise=0) for s in (1, 2))
    assert np.array_equal(one.samples, other.samples)


def test_rate_is_a_factor_of_time(engine: PiperEngine) -> None:
    plain = spoken(engine, duration_noise=0).duration_s
    fast = spoken(engine, duration_noise=0, rate=1.5).duration_s
    # Each sound lasts whole frames, rounded up.
    assert plain / 1.6 < fast < plain / 1.3


def test_each_speaker_is_a_voice(singers: Path) -> None:
    engine = PiperEngine(PiperOptions(voices=(singers,)))
    names = [voice.name for voice in engine.voices()]
    # A name that is none for a voice gives way to the index.
    assert names == ["choir.bass", "choir.1", "choir.treble", JOE]
    heights = [pitch(spoken(engine, voice)) for voice in names[:3]]
    assert heights == pytest.approx([100, 200, 300], abs=2)


def test_a_choir_keeps_the_promises_of_an_engine(singers: Path) -> None:
    check_engine(PiperEngine(PiperOptions(voices=(singers.parent,))))


def test_noise_is_cut_and_repeated_to_the_shape_that_is_asked_for(tmp_path: Path) -> None:
    values = onnx.helper.make_tensor_value_info("like", onnx.TensorProto.FLOAT, [None, None])
    result = onnx.helper.make_tensor_value_info("noise", onnx.TensorProto.FLOAT, [None, None])
    node = onnx.helper.make_node("RandomNormalLike", ["like"], ["noise"])
    drawn = onnx.helper.make_graph([node], "noise", [values], [result])
    file = tmp_path / "noise.onnx"
    version = onnx.helper.make_opsetid("", 15)
    onnx.save(onnx.helper.make_model(drawn, opset_imports=[version], ir_version=8), str(file))
    session, names = graph.session(file, 1)
    noise = graph.draw(names, np.random.default_rng(0))
    (given,) = noise.values()
    for shape in ((3, 5), (2, graph.NOISE), (1, graph.NOISE)):
        (made,) = session.run(None, {"like": np.zeros(shape, np.float32), **noise})
        assert made.shape == shape
        assert np.array_equal(made.ravel(), np.resize(given, shape).ravel())


def test_the_network_is_else_the_same(engine: PiperEngine) -> None:
    """Without noise it says what Piper's own session says."""
    model = engine._models[0]
    speaker = engine._speaker(model)
    (ids,) = speaker.phonemes("Hello there.")
    theirs = onnxruntime.InferenceSession(str(model.path)).run(
        None,
        {
            "input": np.array([ids]),
            "input_lengths": np.array([len(ids)]),
            "scales": np.array([0, 1, 0], np.float32),
        },
    )[0]
    quiet = {"rate": 1.0, "temperature": 0.0, "duration_noise": 0.0}
    ours = speaker.speak([ids], None, quiet, 0).samples
    assert np.allclose(ours, theirs.ravel(), atol=1e-4)


@pytest.mark.parametrize(
    "text",
    ["", "…", "[[h@l'oU]]", "<speak>", "7" * 36, "1/1/" * 100, "🙂" * 50, "a\0b", "a\ud800b"],
    ids=lambda text: ascii(text[:12]),
)
def test_a_hostile_text_is_spoken_or_refused_in_words(engine: PiperEngine, text: str) -> None:
    try:
        clip = next(engine.renderings(text, voice=JOE, takes=[Take(0, 0)])).audio
    except EmottsError as error:
        assert len(str(error)) > 20
    else:
        assert clip.duration_s > 0.1


def test_an_unknown_speaker_is_named(singers: Path) -> None:
    engine = PiperEngine(PiperOptions(voices=(singers,)))
    with pytest.raises(UnknownNameError, match=r"choir\.tenor.*valid: choir\.bass"):
        spoken(engine, "choir.tenor")


def test_a_place_without_a_voice_is_an_error(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.onnx"):
        with pytest.raises(ConfigError, match=r"no voice of Piper is there"):
            PiperEngine(PiperOptions(voices=(place,))).voices()


def test_two_voices_of_one_name_are_an_error(singers: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    other = choir.save(tmp_path / "more" / "choir.onnx", {"bass": 0, "alto": 1})
    with pytest.raises(ConfigError, match="voices of one name"):
        PiperEngine(PiperOptions(voices=(singers, other))).voices()


def test_a_model_without_its_description_is_an_error(singers: Path) -> None:
    Path(f"{singers}.json").write_text('{"audio": {}}')
    with pytest.raises(ConfigError, match=r"choir.onnx.json does not describe a voice of Piper"):
        PiperEngine(PiperOptions(voices=(singers,))).voices()


def test_a_file_that_is_no_network_is_an_error(singers: Path) -> None:
    singers.write_bytes(b"hello")
    with pytest.raises(EngineError, match=r"choir.onnx is no ONNX file"):
        spoken(PiperEngine(PiperOptions(voices=(singers,))), "choir.bass")


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    weights = onnx.numpy_helper.from_array(np.zeros(1000, np.float32), "weights")
    result = onnx.helper.make_tensor_value_info("weights", onnx.TensorProto.FLOAT, [1000])
    model = onnx.helper.make_model(onnx.helper.make_graph([], "w", [], [result], [weights]))
    file = tmp_path / "apart.onnx"
    onnx.save(model, str(file), save_as_external_data=True, location="secrets", size_threshold=0)
    with pytest.raises(EngineError, match="weights in other files"):
        graph.session(file, 1)
