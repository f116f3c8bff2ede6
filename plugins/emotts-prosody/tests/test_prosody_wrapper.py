"""The wrapper of prosody around engines with all, some and none of its controls."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest
from emotts_prosody import CONTROLS, ProsodyWrapper
from emotts_prosody.shape import shaped
from emotts_prosody.world import Analysis, analyse

from emotts import plugins, tuned
from emotts.audio import Audio
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.config import Config, EngineConfig
from emotts.controls import Control
from emotts.engine import Engine
from emotts.errors import EngineError
from emotts.host import Host
from emotts.records import Conditioning, Rendering, Take, Voice
from emotts.tendencies import TENDENCIES
from emotts.testing import ToneEngine, check_engine
from emotts.tunedfile import Tuned

TEXT = "On Monday, the train leaves from platform four, and the red bus waits."
NEUTRAL = {name: control.neutral for name, control in CONTROLS.items()}


class Plain(Engine):
    """hibari without its controls; counts what it is asked for."""

    name = "plain"
    license = "Apache-2.0"

    def __init__(self) -> None:
        super().__init__(self.Options())
        self.hibari = HibariEngine(HibariOptions())
        self.asked: list[Take] = []

    def voices(self) -> Sequence[Voice]:
        return self.hibari.voices()

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take in takes:
            self.asked.append(take)
            bare = [Take(take.index, take.seed)]
            (made,) = self.hibari.renderings(text, voice=voice, takes=bare)
            yield Rendering(made.audio, {})


class Seeded(Plain):
    """Louder for odd seeds, and sounding like a recording where it is given one."""

    controls: Mapping[str, Control] = {"energy": CONTROLS["energy"]}
    uses_seed = True
    accepts = frozenset({"reference"})

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take, made in zip(
            takes, super().synthesize(text, voice=voice, takes=takes), strict=True
        ):
            yield Rendering(
                made.audio.amplified(-3 * (take.seed % 2)), {"energy": 0.0}, take.conditioning.kinds
            )


@pytest.fixture(scope="module")
def clip() -> Audio:
    return rendered(Plain(), Take(0, 0))[0].audio


@pytest.fixture(scope="module")
def parts(clip: Audio) -> Analysis:
    return analyse(clip)


def rendered(engine: Engine, *takes: Take) -> list[Rendering]:
    return list(engine.renderings(TEXT, voice=engine.voice().name, takes=takes))


def wrapped(inner: Engine) -> ProsodyWrapper:
    return ProsodyWrapper(ProsodyWrapper.Options(), inner)


def changed(clip: Audio, parts: Analysis, **values: float) -> Analysis:
    """The analysis of the clip under some controls."""
    return analyse(shaped(clip, {**NEUTRAL, **values}, lambda _: parts))


def semitones(parts: Analysis) -> np.ndarray:
    return np.asarray(parts.contour[parts.voiced])


def tilt(parts: Analysis) -> float:
    """Power above 2 kHz relative to all of it in voiced frames, dB."""
    power = parts.envelope[parts.voiced].mean(axis=0)
    return float(10 * np.log10(power[parts.frequencies > 2000].sum() / power.sum()))


def test_it_keeps_the_promises_of_an_engine_around_one_without_controls() -> None:
    check_engine(wrapped(Plain()), text="On Monday, it leaves.")


def test_it_keeps_the_promises_of_an_engine_around_one_with_some() -> None:
    engine = wrapped(ToneEngine(ToneEngine.Options()))
    assert set(engine.added) == {"pitch_range", "pitch_slope", "brightness", "breathiness"}
    check_engine(engine)


def test_it_is_found_without_loading_world() -> None:
    code = "import sys, emotts.plugins as p; p.load().wrapper('prosody'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    )
    assert "emotts_prosody" in done.stdout.split()
    assert not {"pyworld", "pkg_resources"} & set(done.stdout.split())


def test_the_host_finds_it() -> None:
    assert plugins.load().wrapper("prosody") is ProsodyWrapper


def test_a_neutral_take_is_the_engine_s_own(clip: Audio) -> None:
    (made,) = rendered(wrapped(Plain()), Take(0, 0, NEUTRAL))
    assert np.array_equal(made.audio.samples, clip.samples)
    assert made.effective == NEUTRAL


def test_the_engine_inside_speaks_once_for_takes_that_are_one_to_it() -> None:
    inner = Plain()
    takes = [Take(index, index, {"pitch": 0.5 * index}) for index in range(4)]
    assert len(rendered(wrapped(inner), *takes)) == 4
    assert len(inner.asked) == 1


def test_seeds_and_conditioning_reach_the_engine_inside() -> None:
    inner = Seeded()
    reference = Conditioning(reference="a.wav")
    takes = [Take(0, 7), Take(1, 8), Take(2, 8, {"energy": 3.0}), Take(3, 8, {}, reference)]
    made = rendered(wrapped(inner), *takes)
    assert [take.seed for take in inner.asked] == [7, 8, 8, 8]
    assert inner.asked[2].controls == {"energy": 3.0}
    assert [one.conditioned for one in made] == [set(), set(), set(), {"reference"}]
    assert not np.array_equal(made[0].audio.samples, made[1].audio.samples)


def test_an_engine_that_falls_short_is_an_error() -> None:
    class Short(Plain):
        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            return super().synthesize(text, voice=voice, takes=takes[:0])

    with pytest.raises(EngineError, match="plain made only 0 renderings for 1 takes"):
        rendered(wrapped(Short()), Take(0, 0, {"pitch": 1.0}))


@pytest.mark.parametrize("height", [-3.0, 4.0])
def test_pitch_moves_the_contour_and_leaves_formants(
    clip: Audio, parts: Analysis, height: float
) -> None:
    found = changed(clip, parts, pitch=height)
    assert np.median(semitones(found)) - np.median(semitones(parts)) == pytest.approx(
        height, abs=0.3
    )
    assert tilt(found) == pytest.approx(tilt(parts), abs=1.5)


@pytest.mark.parametrize("width", [0.5, 1.6])
def test_range_is_a_factor_of_the_contour(clip: Audio, parts: Analysis, width: float) -> None:
    found = changed(clip, parts, pitch_range=width)
    assert semitones(found).std() / semitones(parts).std() == pytest.approx(width, rel=0.15)
    assert np.median(semitones(found)) == pytest.approx(np.median(semitones(parts)), abs=0.4)


@pytest.mark.parametrize("slope", [-4.0, 4.0])
def test_slope_is_from_the_first_to_the_last_sound(
    clip: Audio, parts: Analysis, slope: float
) -> None:
    def drift(found: Analysis) -> float:
        (times,) = np.nonzero(found.voiced)
        return float(np.polyfit((times - times[0]) / np.ptp(times), semitones(found), 1)[0])

    moved = drift(changed(clip, parts, pitch_slope=slope)) - drift(parts)
    assert moved == pytest.approx(slope, abs=0.6)


@pytest.mark.parametrize("rate", [0.8, 1.25])
def test_rate_is_a_factor_of_time(clip: Audio, parts: Analysis, rate: float) -> None:
    made = shaped(clip, {"rate": rate}, lambda _: parts)
    assert made.duration_s == pytest.approx(clip.duration_s / rate, abs=0.02)
    found = np.median(semitones(analyse(made)))
    assert found == pytest.approx(np.median(semitones(parts)), abs=0.3)


@pytest.mark.parametrize("gain_db", [-6.0, 3.0])
def test_energy_is_level_and_nothing_else(clip: Audio, parts: Analysis, gain_db: float) -> None:
    made = shaped(clip, {"energy": gain_db}, lambda _: parts)
    assert np.allclose(made.samples, clip.samples * 10 ** (gain_db / 20), atol=1e-6)


@pytest.mark.parametrize("brightness", [-2.0, 2.0])
def test_brightness_tilts_at_the_same_level(
    clip: Audio, parts: Analysis, brightness: float
) -> None:
    made = shaped(clip, {"brightness": brightness}, lambda _: parts)
    assert np.linalg.norm(made.samples) == pytest.approx(np.linalg.norm(clip.samples), rel=1e-3)
    assert np.sign(tilt(analyse(made)) - tilt(parts)) == np.sign(brightness)
    assert abs(tilt(analyse(made)) - tilt(parts)) > 2


def test_breathiness_is_noise_above(clip: Audio, parts: Analysis) -> None:
    def noise(found: Analysis) -> float:
        band = (found.frequencies > 2000) & (found.frequencies < 5000)
        return float(np.mean(found.aperiodicity[found.voiced][:, band] ** 2))

    assert noise(changed(clip, parts, breathiness=1.0)) > 2 * noise(
        changed(clip, parts, pitch=0.01)
    )


def test_a_clip_without_voice_is_shaped_too() -> None:
    noise = np.random.default_rng(0).standard_normal(8_000).astype(np.float32) * np.float32(0.1)
    for samples in (noise, np.zeros(400, np.float32), np.ones(1, np.float32)):
        hiss = Audio(samples, 16_000)
        for name, control in CONTROLS.items():
            made = shaped(hiss, {name: control.high}, analyse)
            assert made.samples.size > 0, name


def test_the_tuned_priors_that_it_brings_are_of_its_voices() -> None:
    pytest.importorskip("emotts_espeak")
    with Host(Config(engine=EngineConfig(name="prosody(espeak)"))) as host:
        engine, voice = host.engine, host.engine.voice()
        brought = Tuned.load(ProsodyWrapper.tuned / tuned.file_name(engine, voice))
        moved = {name for controls in brought.emotions.values() for name in controls}
        assert moved and moved <= set(engine.controls)
        known = tuned.known(engine, voice)
    if brought.fingerprint == engine.fingerprint:  # else of another version of eSpeak
        assert known.shipped == brought
        assert known.tendencies["disgust"]["pitch"] != TENDENCIES["disgust"]["pitch"]
        assert known.tendencies["fear"] == TENDENCIES["fear"]  # it gained nothing
    else:
        assert known.shipped is None
