import logging
from pathlib import Path

import numpy as np
import pytest

from emotts import tuned
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.config import Config
from emotts.host import Host
from emotts.options import Options
from emotts.plugins import load
from emotts.profiles import renderings
from emotts.tendencies import TENDENCIES, Tendencies, Tendency
from emotts.testing import ToneEngine

# Of which there were enough speakers to tune them; and the classifiers hear no level.
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
TONE = ToneEngine(Options())
FOUND: Tendencies = {"anger": {"pitch": Tendency(1.25, 0.5), "rate": Tendency(-0.125, 0.05)}}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path))
    return tmp_path


def keep(cache: Path, engine: ToneEngine = TONE) -> Path:
    file = cache / "tuned" / tuned.file_name(engine, engine.voice())
    tuned.save(FOUND, file, engine=engine, voice=engine.voice(), made="by a test")
    return file


def test_the_default_voice_is_tuned_within_reach_of_its_controls() -> None:
    engine = HibariEngine(HibariOptions())
    found = tuned.tendencies(engine, engine.voice())
    for emotion in EMOTIONS:
        assert found[emotion] != TENDENCIES[emotion]
        assert set(TENDENCIES[emotion]) <= set(found[emotion])
        for name, tendency in found[emotion].items():
            control = engine.controls[name]
            low, high = control.position(control.low), control.position(control.high)
            assert low - 1e-4 < tendency.mean < high + 1e-4  # four decimals are kept
            assert tendency.spread > 0


def test_emotions_and_controls_that_were_not_tuned_keep_the_literature() -> None:
    engine = HibariEngine(HibariOptions())
    found = tuned.tendencies(engine, engine.voice())
    assert set(found) == set(TENDENCIES)
    for emotion in set(TENDENCIES) - set(EMOTIONS):
        assert found[emotion] == TENDENCIES[emotion]
    assert found["sadness"]["energy"] == TENDENCIES["sadness"]["energy"]


def test_a_voice_that_was_not_tuned_has_the_literature() -> None:
    assert tuned.tendencies(TONE, TONE.voice()) is TENDENCIES


def test_the_cache_tunes_its_engine_and_voice_alone(cache: Path) -> None:
    keep(cache)
    found = tuned.tendencies(TONE, TONE.voice())
    assert found["anger"] == {**TENDENCIES["anger"], **FOUND["anger"]}
    assert tuned.tendencies(TONE, TONE.voice("bass")) is TENDENCIES


def test_another_version_of_the_engine_is_not_tuned(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Newer(ToneEngine):
        fingerprint = "tone 2"

    keep(cache)
    with caplog.at_level(logging.INFO):
        assert tuned.tendencies(Newer(Options()), TONE.voice()) is TENDENCIES
    assert "another version of tone" in caplog.text


def test_the_takes_of_a_host_follow_the_tuning(tones: Path) -> None:
    def centre() -> float:
        host = Host(Config.load(tones), plugins=load())
        (choice,) = host.stream("The cat sat on the mat.", "anger", takes=2)
        return choice.candidates[1].take.controls["pitch"]

    before = centre()
    keep(tones.parent / "cache")
    assert before == pytest.approx(TENDENCIES["anger"]["pitch"].mean)
    assert centre() == pytest.approx(1.25)


def test_how_often_a_voice_reaches_an_emotion_is_kept_with_its_tuning(cache: Path) -> None:
    assert tuned.reached(TONE, TONE.voice()) == {}
    file = keep(cache)
    before = tuned.tendencies(TONE, TONE.voice())
    tuned.record_reached(file, {"anger": 0.349, "fear": 1.0})
    assert tuned.reached(TONE, TONE.voice()) == {"anger": 0.35, "fear": 1.0}
    assert tuned.tendencies(TONE, TONE.voice()) == before
    keep(cache)
    assert tuned.reached(TONE, TONE.voice()) == {}  # new priors: nothing was measured of them


def test_the_advice_of_a_host_tells_what_its_voice_hardly_reaches(tones: Path) -> None:
    tuned.record_reached(keep(tones.parent / "cache"), {"sadness": 0.2})
    host = Host(Config.load(tones), plugins=load())
    (choice,) = host.stream("The cat sat on the mat.", "sadness", takes=1)
    assert "tone's voice alto reaches sadness in 20% of sentences" in choice.advice


def test_the_tendencies_do_not_move_the_calibration(cache: Path) -> None:
    before = renderings(TONE, TONE.voice())
    keep(cache)
    after = renderings(TONE, TONE.voice())
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(before, after, strict=True))
