import numpy as np
import pytest
from hibari import Hibari
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emotts.audio import Audio
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.builtin.noise import Noise
from emotts.errors import EngineError, TextError, UnknownNameError
from emotts.records import Rendering, Take
from tests import voicing

SENTENCE = "I told you that the train would leave before the end of the day."
PAUSED = "Wait here, please; the others, I hope, will come soon."
CONTROLS = HibariEngine.controls


@pytest.fixture(scope="module")
def engine() -> HibariEngine:
    return HibariEngine(HibariOptions())


def say(engine: HibariEngine, text: str = SENTENCE, seed: int = 0, **controls: float) -> Rendering:
    return next(iter(engine.renderings(text, voice="heart", takes=[Take(0, seed, controls)])))


def over_range(
    engine: HibariEngine, name: str, text: str = SENTENCE, count: int = 4
) -> list[Audio]:
    control = CONTROLS[name]
    places = np.linspace(control.position(control.low), control.position(control.high), count)
    return [say(engine, text, **{name: control.at(place)}).audio for place in places]


def assert_rises(values: list[float], by: float) -> None:
    """Each value is above the one before, and the last at least `by` above the first."""
    assert all(np.diff(values) > 0), values
    assert values[-1] - values[0] >= by, values


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
@pytest.mark.parametrize("text", [SENTENCE, PAUSED, "No.", "One. Two, three! And four?"])
def test_neutral_controls_are_hibari_itself(engine, text, seed):
    expected = Hibari()(text, seed=seed)
    heard = say(engine, text, seed).audio
    assert heard.rate == Hibari.sample_rate
    np.testing.assert_allclose(heard.samples, expected, atol=1e-5)


@pytest.mark.slow
def test_a_long_sentence_is_spoken_to_its_end(engine):
    text = "The river ran along the quiet road, and the road ran along the hill; " * 6
    expected = Hibari()(text, seed=3)
    assert len(Hibari().phonemize(text)) > 1
    np.testing.assert_allclose(say(engine, text, 3).audio.samples, expected, atol=1e-5)


def test_the_same_take_has_the_same_bytes(engine):
    controls = {name: control.at(0.3) for name, control in CONTROLS.items()}
    first = say(engine, seed=5, **controls)
    say(engine, "Something else.", seed=6, pitch=2)
    assert say(engine, seed=5, **controls).audio.samples.tobytes() == first.audio.samples.tobytes()
    other = HibariEngine(HibariOptions())
    assert say(other, seed=5, **controls).audio.samples.tobytes() == first.audio.samples.tobytes()


def test_a_take_does_not_depend_on_those_beside_it(engine):
    takes = [Take(index, index, {"pitch": index, "breathiness": 0.1}) for index in range(3)]
    together = [r.audio.samples for r in engine.renderings(SENTENCE, voice="heart", takes=takes)]
    alone = say(engine, seed=2, pitch=2, breathiness=0.1).audio.samples
    np.testing.assert_array_equal(together[2], alone)


def test_neutral_takes_of_one_seed_are_the_same_beside_each_other(engine):
    takes = [Take(index, 4, {}) for index in range(2)]
    made = [r.audio.samples for r in engine.renderings(PAUSED, voice="heart", takes=takes)]
    np.testing.assert_array_equal(*made)
    np.testing.assert_array_equal(made[0], say(engine, PAUSED, 4).audio.samples)


@pytest.mark.parametrize("ahead", [None, 1, 1_000, 5_000])
def test_noise_is_the_same_however_much_of_it_was_drawn_ahead(ahead):
    noise = Noise(3)
    if ahead is not None:
        noise.begin(ahead)
    taken = np.concatenate([noise.take(count) for count in (7, 1_202, 2_404)])
    expected = np.random.default_rng(3).standard_normal(taken.size, dtype=np.float32)
    np.testing.assert_array_equal(taken, expected)


def test_the_network_runs_once_a_sentence_whatever_the_rates():
    engine = HibariEngine(HibariOptions())
    takes = [Take(index, 0, {"rate": 0.8 + 0.1 * index}) for index in range(5)]
    list(engine.renderings(SENTENCE, voice="heart", takes=takes))
    list(engine.renderings(SENTENCE, voice="heart", takes=takes))
    assert engine.network("heart").runs == 1


def test_effective_controls_are_within_range_and_complete(engine):
    effective = say(engine, rate=99, pitch=-99, warp=1).effective
    assert effective["rate"] == CONTROLS["rate"].high
    assert effective["pitch"] == CONTROLS["pitch"].low
    assert set(CONTROLS) <= set(effective)
    assert "warp" not in effective


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    places=st.fixed_dictionaries({name: st.floats(0, 1) for name in CONTROLS}),
    seed=st.integers(0, 2**63 - 1),
)
def test_no_mix_of_controls_clips_or_falls_silent(engine, places, seed):
    controls = {
        name: CONTROLS[name].low + place * (CONTROLS[name].high - CONTROLS[name].low)
        for name, place in places.items()
    }
    rendering = say(engine, PAUSED, seed, **controls)
    assert rendering.audio.peak <= 1
    assert voicing.rms_db(rendering.audio) > -60
    assert all(
        CONTROLS[name].low <= value <= CONTROLS[name].high
        for name, value in rendering.effective.items()
        if name != "gain"
    )


def test_full_scale_is_kept_by_a_gain_that_is_recorded(engine):
    loud = [
        r
        for text in (SENTENCE, PAUSED, "Stop! No! Why?")
        for r in [say(engine, text, energy=CONTROLS["energy"].high, tension=1, dynamics=9)]
        if "gain" in r.effective
    ]
    assert loud, "no take was loud enough to need the gain"
    assert all(r.effective["gain"] < 0 and r.audio.peak <= 1 for r in loud)


# Each control does what it says, by a measure of its own.


def test_rate_shortens_by_its_factor(engine):
    plain = say(engine).audio.duration_s
    for rate in (CONTROLS["rate"].low, 0.9, 1.1, CONTROLS["rate"].high):
        assert say(engine, rate=rate).audio.duration_s == pytest.approx(plain / rate, rel=0.01)


def test_rate_keeps_the_pitch_and_the_level(engine):
    for clip in over_range(engine, "rate"):
        assert np.median(voicing.semitones(clip)) == pytest.approx(
            np.median(voicing.semitones(say(engine).audio)), abs=0.6
        )
        assert voicing.rms_db(clip) == pytest.approx(voicing.rms_db(say(engine).audio), abs=1.5)


def test_pitch_moves_the_median_by_its_semitones(engine):
    plain = np.median(voicing.semitones(say(engine).audio))
    for pitch in (CONTROLS["pitch"].low, -1, 2, CONTROLS["pitch"].high):
        moved = np.median(voicing.semitones(say(engine, pitch=pitch).audio)) - plain
        assert moved == pytest.approx(pitch, abs=0.4)


def test_pitch_keeps_formants_and_level(engine):
    plain = voicing.envelope_db(say(engine).audio)
    for clip in over_range(engine, "pitch", count=3):
        envelope = voicing.envelope_db(clip)
        assert np.corrcoef(plain, envelope)[0, 1] > 0.9
        assert voicing.rms_db(clip) == pytest.approx(voicing.rms_db(say(engine).audio), abs=2)


def test_pitch_range_widens_around_the_median(engine):
    clips = over_range(engine, "pitch_range")
    assert_rises([np.std(voicing.semitones(clip)) for clip in clips], by=1.5)
    medians = [np.median(voicing.semitones(clip)) for clip in clips]
    assert np.ptp(medians) < 1


def test_pitch_slope_tilts_the_contour(engine):
    def slope(clip):
        contour = 12 * np.log2(voicing.f0(clip))
        voiced = np.flatnonzero(np.isfinite(contour))
        return np.polyfit(voiced / len(contour), contour[voiced], 1)[0]

    assert_rises([slope(clip) for clip in over_range(engine, "pitch_slope")], by=3)


def test_final_rise_lifts_the_end(engine):
    def end(clip):
        contour = voicing.semitones(clip)
        return np.median(contour[-10:]) - np.median(contour[:60])

    clips = over_range(engine, "final_rise", "She put the keys on the kitchen table.")
    assert_rises([end(clip) for clip in clips], by=3)


def test_emphasis_sets_stressed_vowels_apart(engine):
    clips = over_range(engine, "emphasis")
    assert_rises([np.std(voicing.semitones(clip)) for clip in clips], by=0.3)
    assert np.ptp([np.median(voicing.semitones(clip)) for clip in clips]) < 1.2


def test_energy_is_level_in_decibels(engine):
    plain = voicing.rms_db(say(engine).audio)
    for energy in (CONTROLS["energy"].low, -2, 1):
        rendering = say(engine, energy=energy)
        gain = energy + rendering.effective.get("gain", 0)
        assert voicing.rms_db(rendering.audio) == pytest.approx(plain + gain, abs=0.05)


def test_dynamics_spreads_the_levels_of_syllables_not_of_pauses(engine):
    plain = voicing.levels_db(say(engine, PAUSED).audio)
    spoken = plain > plain.max() - 20

    def spread(clip):
        return np.std(voicing.levels_db(clip)[spoken])

    clips = over_range(engine, "dynamics", PAUSED)
    assert_rises([spread(clip) for clip in clips], by=0.5)
    assert np.ptp([voicing.rms_db(clip) for clip in clips]) < 1.5
    quiet = [np.percentile(voicing.levels_db(clip), 5) for clip in clips]
    assert max(quiet) < -45, "pauses were raised"


def test_brightness_tilts_the_spectrum_at_the_same_level(engine):
    clips = over_range(engine, "brightness")
    assert_rises(
        [voicing.band_db(c, 2000, 6000) - voicing.band_db(c, 200, 1000) for c in clips], by=6
    )
    assert np.ptp([voicing.rms_db(clip) for clip in clips]) < 2


def test_breathiness_turns_harmonics_into_noise(engine):
    clips = over_range(engine, "breathiness")
    assert_rises([-voicing.harmonicity_db(clip) for clip in clips], by=1.5)
    assert np.ptp([voicing.rms_db(clip) for clip in clips]) < 2


def test_tension_takes_from_the_first_harmonic_and_gives_to_the_treble(engine):
    clips = over_range(engine, "tension")
    assert_rises(
        [voicing.band_db(c, 2000, 4000) - voicing.band_db(c, 120, 320) for c in clips], by=3
    )


def test_articulation_sets_sounds_apart_at_the_same_level(engine):
    clips = over_range(engine, "articulation", count=3)
    assert_rises([voicing.contrast_db(clip) for clip in clips], by=1)
    assert np.ptp([voicing.rms_db(clip) for clip in clips]) < 1
    assert np.ptp([np.median(voicing.semitones(clip)) for clip in clips]) < 0.4


def test_jitter_makes_periods_irregular(engine):
    clips = over_range(engine, "jitter")
    assert_rises([-voicing.harmonicity_db(clip, 60, 3000) for clip in clips], by=1)


def test_tremor_wavers_at_five_and_a_half_hertz(engine):
    def waver(clip):
        contour = 12 * np.log2(voicing.f0(clip))
        voiced = np.flatnonzero(np.isfinite(contour))
        drawn = np.interp(np.arange(len(contour)), voiced, contour[voiced])
        drawn -= np.interp(np.arange(len(plain)), np.arange(len(plain)), plain)[: len(drawn)]
        time = np.arange(len(drawn)) * voicing.STEP_S
        return abs(np.mean(drawn * np.exp(-2j * np.pi * 5.5 * time))) * 2

    contour = 12 * np.log2(voicing.f0(say(engine).audio))
    voiced = np.flatnonzero(np.isfinite(contour))
    plain = np.interp(np.arange(len(contour)), voiced, contour[voiced])
    depths = [waver(clip) for clip in over_range(engine, "tremor")]
    assert_rises(depths, by=0.3 * CONTROLS["tremor"].high)


@pytest.mark.slow
def test_formants_move_the_envelope_not_the_pitch(engine):
    plain = say(engine).audio
    clips = over_range(engine, "formants")
    assert_rises([voicing.shift_of_formants(clip, plain) for clip in clips], by=0.06)
    assert np.ptp([np.median(voicing.semitones(clip)) for clip in clips]) < 0.4


def test_pauses_lengthen_silences_inside_the_sentence_alone(engine):
    clips = over_range(engine, "pauses", PAUSED)
    assert_rises([clip.duration_s for clip in clips], by=0.2)
    voiced = [np.isfinite(voicing.f0(clip)).sum() for clip in clips]
    assert np.ptp(voiced) < 0.08 * max(voiced)


def test_vowel_length_gives_the_voice_a_larger_share_of_the_same_time(engine):
    clips = over_range(engine, "vowel_length", count=3)
    assert_rises([np.isfinite(voicing.f0(clip)).mean() for clip in clips], by=0.015)
    assert np.ptp([clip.duration_s for clip in clips]) < 0.02 * clips[0].duration_s


def test_final_length_stretches_the_end(engine):
    clips = over_range(engine, "final_length")
    assert_rises([clip.duration_s for clip in clips], by=0.08)
    size = int(0.8 * clips[0].rate)
    start = voicing.rms_db(Audio(clips[0].samples[:size], clips[0].rate))
    assert voicing.rms_db(Audio(clips[-1].samples[:size], clips[-1].rate)) == pytest.approx(
        start, abs=0.5
    )


# What can't be spoken.


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "🙂", "你好", "\u200d", "1" * 37])
def test_what_can_not_be_spoken_is_an_error_that_quotes_it(engine, text):
    with pytest.raises(EngineError) as caught:
        say(engine, text)
    assert repr(text) in str(caught.value)
    assert isinstance(caught.value, TextError), "whoever asked is told; no use to ask again"


def test_the_bundled_voice_is_there_and_an_unknown_one_is_an_error(engine):
    assert engine.voice().name == "heart"
    with pytest.raises(UnknownNameError, match="heart"):
        engine.voice("nobody")


def test_a_voice_that_must_be_downloaded_says_from_where(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    assert "emma" not in {voice.name for voice in engine.voices()}
    with pytest.raises(EngineError, match=r"bf_emma.*\.onnx"):
        engine.voice("emma")


def test_a_file_that_is_no_voice_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    (tmp_path / "bf_emma.int8.onnx").write_bytes(b"no model")
    engine = HibariEngine(HibariOptions())
    assert "emma" in {voice.name for voice in engine.voices()}
    with pytest.raises(EngineError, match="bf_emma"):
        list(engine.renderings("Hello.", voice="emma", takes=[Take(0, 0)]))


def test_the_fingerprint_names_the_version(engine):
    assert engine.fingerprint.startswith("hibari-0.2")
