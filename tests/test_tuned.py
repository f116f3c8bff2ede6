import logging
from pathlib import Path

import numpy as np
import pytest

from emotts import tuned
from emotts.builtin import emotts_classifiers
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.config import Config, EngineConfig
from emotts.errors import ConfigError
from emotts.host import Host
from emotts.options import Options
from emotts.plugins import load
from emotts.profiles import renderings
from emotts.tendencies import TENDENCIES, Tendencies, Tendency
from emotts.testing import PitchClassifier, ToneEngine, check_engine
from emotts.tunedfile import Tuned

# Of which there were enough speakers to tune them; and the classifiers hear no level.
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
TONE, PITCH = ToneEngine(Options()), PitchClassifier(Options())
FOUND: Tendencies = {"anger": {"pitch": Tendency(1.25, 0.5), "rate": Tendency(-0.125, 0.05)}}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMOTTS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def keep(folder: Path | None = None, **more: object) -> Path:
    file = (folder or tuned.user_folder()) / tuned.file_name(TONE, TONE.voice())
    Tuned.of(FOUND, TONE, TONE.voice(), made="by a test", **more).save(file)
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


def test_a_users_tuning_is_of_its_engine_and_voice_alone(data: Path) -> None:
    assert keep() == data / "tuned" / "tone-alto.json"
    found = tuned.tendencies(TONE, TONE.voice())
    assert found["anger"] == {**TENDENCIES["anger"], **FOUND["anger"]}
    assert tuned.tendencies(TONE, TONE.voice("bass")) is TENDENCIES


def test_a_users_tuning_goes_before_that_of_the_engine(tmp_path: Path) -> None:
    class Brought(ToneEngine):
        tuned = tmp_path / "plugin"

    engine = Brought(Options())
    came = keep(engine.tuned)
    assert tuned.known(engine, engine.voice()).file == came
    assert tuned.known(TONE, TONE.voice()).file is None
    own = keep()
    assert tuned.known(engine, engine.voice()).file == own
    assert tuned.known(engine, engine.voice(), tmp_path / "elsewhere").file == came


def test_emotions_that_a_user_has_not_tuned_are_as_they_came(tmp_path: Path) -> None:
    class Brought(ToneEngine):
        tuned = tmp_path / "plugin"

    engine = Brought(Options())
    fear: Tendencies = {"fear": {"pitch": Tendency(3.0, 0.5)}, "anger": {"pitch": Tendency(9, 1)}}
    file = tmp_path / "plugin" / "tone-alto.json"
    Tuned.of(fear, TONE, TONE.voice(), made="by a test", reached={"fear": 0.25}).save(file)
    keep(reached={"anger": 0.5})
    known = tuned.known(engine, engine.voice())
    assert known.tendencies["fear"]["pitch"] == Tendency(3.0, 0.5)
    assert known.tendencies["anger"] == {**TENDENCIES["anger"], **FOUND["anger"]}
    assert known.tendencies["sadness"] == TENDENCIES["sadness"]
    assert known.reached == {"fear": 0.25, "anger": 0.5}


def test_another_version_of_the_engine_is_not_tuned(caplog: pytest.LogCaptureFixture) -> None:
    class Newer(ToneEngine):
        fingerprint = "tone 2"

    file, newer = keep(), Newer(Options())
    with caplog.at_level(logging.INFO):
        assert tuned.tendencies(newer, TONE.voice()) is TENDENCIES
    assert "another version of tone" in caplog.text
    stale = tuned.known(newer, TONE.voice()).stale([PITCH])
    assert stale == f"{file} was tuned on another version of the engine, and is not used"


def test_a_tuning_for_other_ears_is_stale() -> None:
    class Later(PitchClassifier):
        fingerprint = "pitch 2"

    class Other(PitchClassifier):
        name = "other"

    assert tuned.known(TONE, TONE.voice()).stale([PITCH]) is None
    keep(classifiers={"pitch": "pitch"})
    known = tuned.known(TONE, TONE.voice())
    assert known.stale([PITCH]) is None
    assert known.stale([Later(Options()), PITCH]) is None
    assert known.stale([Later(Options())]) == "tuned with other weights of pitch"
    assert known.stale([Other(Options())]) == "tuned with pitch, not with other"


def test_what_comes_with_the_package_is_tuned_to_the_ears_that_come_with_it() -> None:
    engine = HibariEngine(HibariOptions())
    ears = [kind(kind.Options()) for kind in emotts_classifiers()]
    known = tuned.known(engine, engine.voice())
    assert known.shipped is not None
    assert set(known.shipped.classifiers) == {ear.name for ear in ears}
    assert known.stale(ears) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "Invalid JSON"),
        ("[]", "should be an object"),
        ("{}", "engine Field required"),
        ('{"emotions": {"joy": {}}}', "'joy' is none of anger"),
        ('{"emotions": {"anger": {"pitch": [1, -1]}}}', "greater than or equal to 0"),
        ('{"emotions": {"anger": {"pitch": [NaN, 1]}}}', "finite"),
        ('{"colour": 1}', "colour"),
    ],
)
def test_a_file_that_holds_no_priors_is_named(content: str, message: str) -> None:
    file = keep()
    file.write_text(content)
    with pytest.raises(ConfigError, match="holds no tuned priors") as raised:
        tuned.tendencies(TONE, TONE.voice())
    assert str(file) in str(raised.value) and message in str(raised.value)


def test_the_takes_of_a_host_follow_the_tuning(tones: Path, tmp_path: Path) -> None:
    def centre() -> float:
        host = Host(Config.load(tones), plugins=load())
        (choice,) = host.stream("The cat sat on the mat.", "anger", takes=2)
        return choice.candidates[1].take.controls["pitch"]

    assert centre() == pytest.approx(TENDENCIES["anger"]["pitch"].mean)
    file = keep()
    assert centre() == pytest.approx(1.25)
    file.unlink()
    keep(tmp_path / "mine")
    assert centre() == pytest.approx(TENDENCIES["anger"]["pitch"].mean)
    tones.write_text(f"{tones.read_text()}tuned: {tmp_path / 'mine'}\n")
    assert centre() == pytest.approx(1.25)


def test_the_advice_of_a_host_tells_what_its_voice_hardly_reaches(tones: Path) -> None:
    keep(reached={"sadness": 0.2})
    host = Host(Config.load(tones), plugins=load())
    (choice,) = host.stream("The cat sat on the mat.", "sadness", takes=1)
    assert "tone's voice alto reaches sadness in 20% of sentences" in choice.advice


def test_the_kit_reads_what_comes_with_an_engine(tmp_path: Path) -> None:
    class Brought(ToneEngine):
        tuned = tmp_path

    file = keep(tmp_path)
    check_engine(Brought(Options()))
    content = Tuned.load(file)
    unknown = content.model_copy(update={"emotions": {"anger": {"wings": (1.0, 1.0)}}})
    unknown.save(file)
    with pytest.raises(AssertionError, match=r"tone-alto\.json moves wings"):
        check_engine(Brought(Options()))
    file.write_text("{}")
    with pytest.raises(AssertionError, match="holds no tuned priors"):
        check_engine(Brought(Options()))


def test_a_process_of_its_own_has_the_tuning_of_its_engine() -> None:
    with Host(Config(engine=EngineConfig(name="hibari", isolate=True))) as host:
        alone = HibariEngine(HibariOptions())
        found = tuned.known(host.engine, host.engine.voice())
        assert found == tuned.known(alone, alone.voice())
        assert found.file is not None


def test_the_tendencies_do_not_move_the_calibration() -> None:
    before = renderings(TONE, TONE.voice())
    keep()
    after = renderings(TONE, TONE.voice())
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(before, after, strict=True))
