from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from emotts import profiles
from emotts.builtin import emotts_classifiers
from emotts.controls import Control
from emotts.errors import ConfigError
from emotts.host import Host
from emotts.options import Options
from emotts.profiles import load, profile_for, renderings, save
from emotts.records import Profile, Rendering, Take
from emotts.testing import PitchClassifier, ToneEngine

ENGINE = ToneEngine(Options())


def test_the_renderings_vary_in_prosody() -> None:
    clips = renderings(ENGINE, ENGINE.voice())
    assert len(clips) >= 16
    heard = PitchClassifier(Options()).hear(clips)
    pitches = np.array([prediction.embedding[0] for prediction in heard])
    assert np.ptp(pitches) > 4  # semitones


def test_an_engine_that_cannot_vary_is_heard_once_a_sentence() -> None:
    class Fixed(ToneEngine):
        controls: Mapping[str, Control] = {}

        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            return ENGINE.synthesize(text, voice=voice, takes=takes)

    clips = renderings(Fixed(Options()), ENGINE.voice())
    assert len(clips) == 12


def test_a_profile_reads_back_exactly(tmp_path: Path) -> None:
    embedding = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    profile = Profile(embedding, {"anger": 0.1 + 0.2}, 48, {"arousal": 0.7})
    save(profile, tmp_path / "deep" / "p.json")
    back = load(tmp_path / "deep" / "p.json")
    assert (back.embedding == profile.embedding).all()
    assert (back.log_odds, back.clips, back.dimensions) == (profile.log_odds, 48, {"arousal": 0.7})


def test_a_profile_belongs_to_engine_voice_and_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path))

    class Retrained(PitchClassifier):
        fingerprint = "other weights"

    for voice in ENGINE.voices():
        for classifier in (PitchClassifier(Options()), Retrained(Options())):
            for _ in range(2):
                profile_for(ENGINE, voice, classifier)
    names = [path.name for path in (tmp_path / "profiles").iterdir()]
    assert len(names) == 4
    assert {name.rsplit("-", 1)[0] for name in names} == {"tone-alto-pitch", "tone-bass-pitch"}


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Voices are heard in one sentence."""
    monkeypatch.setattr(profiles, "SENTENCES", profiles.SENTENCES[:1])


@pytest.mark.usefixtures("brief")
def test_a_damaged_profile_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path))
    asked = ENGINE, ENGINE.voice(), PitchClassifier(Options())
    made = profile_for(*asked)
    (file,) = (tmp_path / "profiles").iterdir()
    intact = file.read_bytes()
    for content in (b"", b"{}", b"[]", b'{"embedding": [NaN]}', b"\xff", intact[:-9]):
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=f"{file.name}: can't be read as a profile"):
            load(file)
    assert (profile_for(*asked).embedding == made.embedding).all()
    assert file.read_bytes() == intact
    (warning,) = caplog.messages
    assert file.name in warning and "made anew" in warning


@pytest.mark.usefixtures("brief")
def test_a_profile_that_cannot_be_kept_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "file"))
    assert profile_for(ENGINE, ENGINE.voice(), PitchClassifier(Options())).clips == 4
    assert "can't be kept" in caplog.text


def test_the_default_voice_is_calibrated_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path))
    host = Host()
    for kind in emotts_classifiers():
        profile = profile_for(host.engine, host.engine.voice(), kind(kind.Options()))
        assert profile.clips >= 16
    assert not list(tmp_path.iterdir())
