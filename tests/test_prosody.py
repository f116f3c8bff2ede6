import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotts.builtin import envelope, landmarks, prosody, source
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.builtin.landmarks import Landmarks
from emotts.builtin.spectra import Spectra

NEUTRAL = {name: control.neutral for name, control in HibariEngine.controls.items()}


@pytest.fixture(scope="module")
def chunks() -> list[Spectra]:
    engine = HibariEngine(HibariOptions())
    return engine.network("heart").spoken("The garden, I think, is beautiful today.").chunks


@pytest.fixture(scope="module")
def marks(chunks: list[Spectra]) -> Landmarks:
    return landmarks.find(chunks)


def test_phonemes_cover_the_frames(chunks):
    for chunk in chunks:
        assert len(chunk.starts) == len(chunk.phonemes) + 1
        assert (np.diff(chunk.starts) > 0).all()
        assert chunk.starts[0] >= 0
        assert chunk.starts[-1] <= chunk.frames


def test_landmarks_find_stress_and_pauses(chunks, marks):
    spoken = "".join(chunk.phonemes for chunk in chunks)
    assert len(marks.stressed) == spoken.count("ˈ")
    assert marks.ending.start <= marks.stressed[-1].start
    # Vowels sound, pauses don't.
    assert marks.level[marks.vowel].mean() > marks.level[marks.pause].mean() + 6
    assert not (marks.vowel & marks.pause).any()
    assert (
        0
        < marks.speech.start
        < marks.ending.start
        < marks.ending.stop
        <= marks.speech.stop
        < marks.frames
    )


def test_neutral_values_change_nothing(marks):
    for part, length in zip(prosody.shape(marks, NEUTRAL), marks.lengths, strict=True):
        np.testing.assert_array_equal(part.positions, np.arange(length))
        assert not part.semitones.any()
        assert not part.gain_db.any()


@given(st.data())
def test_contours_stay_smooth_and_human(marks, data):
    values = dict(NEUTRAL)
    for name in ("pitch", "pitch_range", "pitch_slope", "final_rise", "emphasis"):
        control = HibariEngine.controls[name]
        values[name] = data.draw(st.floats(control.low, control.high), label=name)
    contour = marks.contour + prosody.pitch(marks, values)
    assert 12 * np.log2(50) < contour.min()
    assert contour.max() < 12 * np.log2(700)
    # At most as steep as voices go: 100 semitones a second (Xu & Sun 2002 measured about 60).
    assert np.abs(np.diff(prosody.pitch(marks, values))).max() < 100 / 80


@given(rate=st.floats(0.5, 2), pauses=st.floats(0.5, 2), end=st.floats(0.6, 2))
def test_time_never_runs_backwards(marks, rate, pauses, end):
    values = {**NEUTRAL, "rate": rate, "pauses": pauses, "final_length": end}
    for part, length in zip(prosody.shape(marks, values), marks.lengths, strict=True):
        assert (np.diff(part.positions) >= 0).all()
        assert part.positions[0] >= 0
        assert part.positions[-1] <= length - 1


def test_vowels_take_more_of_a_slower_rate_than_consonants(marks):
    durations = prosody.stretch(marks, {**NEUTRAL, "rate": 0.7})
    consonant = ~marks.vowel & ~marks.pause
    consonant[: marks.speech.start] = consonant[marks.speech.stop :] = False
    assert durations[marks.vowel].mean() > durations[consonant].mean() > 1
    assert durations.sum() == pytest.approx(marks.frames / 0.7, rel=0.01)


def test_emphasis_moves_no_average(marks):
    moved = prosody.pitch(marks, {**NEUTRAL, "emphasis": 3})
    assert moved[marks.voiced].mean() == pytest.approx(0, abs=0.1)
    assert all(moved[span].mean() > 0.3 for span in marks.stressed)


def test_pulses_have_every_harmonic_at_unit_amplitude():
    f0 = np.full(80, 200, np.float32)
    voicing = source.voicing(f0)
    train = voicing.signal(source.pulses(voicing, voicing.angle))
    spectrum = np.abs(np.fft.rfft(train)) / (80 * 300 / 2)
    harmonics = spectrum[200:10_900:200]
    np.testing.assert_allclose(harmonics, 1, atol=0.03)
    between = spectrum[300:10_900:200]
    assert between.max() < 0.01


def test_the_whole_envelope_agrees_with_the_network_where_it_was_trained(chunks):
    for chunk in chunks:
        peaks = np.abs(chunk.excitation) > 0.9
        before = np.abs(chunk.harmonic[peaks])
        after = np.abs(chunk.envelope[peaks])
        ratio = 20 * np.log10(after.sum() / before.sum())
        assert abs(ratio) < 1


def test_the_whole_envelope_is_smoother_between_harmonics(chunks):
    def roughness(values):
        magnitudes = 20 * np.log10(np.abs(values[chunk.f0 > 120, 10:200]) + 1e-6)
        return np.abs(np.diff(magnitudes, axis=1)).mean()

    for chunk in chunks:
        assert roughness(chunk.envelope) < 0.5 * roughness(chunk.harmonic)


def test_an_unvoiced_sentence_keeps_its_envelope(chunks):
    quiet = np.zeros(chunks[0].frames, np.float32)
    assert envelope.whole(quiet, chunks[0].excitation, chunks[0].harmonic) is chunks[0].harmonic
