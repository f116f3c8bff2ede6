"""The check of likeness, on speech of the built-in engine and on what may be done to it."""

import tracemalloc

import numpy as np
import pytest

from emotts.audio import Audio
from emotts.builtin.alignment import distance
from emotts.builtin.hibari import CONTROLS, HibariEngine, HibariOptions
from emotts.builtin.likeness import LikenessCheck, LikenessOptions
from emotts.records import Take, Voice
from emotts.testing import check_check

TEXT = "The shop on the corner opens at eight."
OTHER = "Her office is on the third floor."
VOICE = Voice("heart", "en-US")
CHECK = LikenessCheck(LikenessOptions())
ENGINE = HibariEngine(HibariOptions())
RANDOM = np.random.default_rng(7)


def spoken(text: str, controls: list[dict[str, float]]) -> list[Audio]:
    planned = [Take(index, 0, values) for index, values in enumerate(controls)]
    return [made.audio for made in ENGINE.renderings(text, voice="heart", takes=planned)]


@pytest.fixture(scope="module")
def takes() -> list[Audio]:
    """Take 0, and takes with every control anywhere in its range but for the level."""
    drawn = [
        {
            name: control.at(
                RANDOM.uniform(control.position(control.low), control.position(control.high))
            )
            for name, control in CONTROLS.items()
            if name != "energy"
        }
        for _ in range(6)
    ]
    return spoken(TEXT, [{}, *drawn])


def failed(clip: Audio, baseline: Audio) -> set[str]:
    (found,) = CHECK.measure([clip], baseline=baseline, text=TEXT, voice=VOICE)
    return {measurement.check for measurement in found if not measurement.passed}


def altered(clip: Audio, samples: np.ndarray) -> Audio:
    return Audio(samples.astype(np.float32), clip.rate)


def test_it_keeps_the_promises_of_a_check(takes: list[Audio]) -> None:
    check_check(CHECK, text=TEXT, voice=VOICE, baseline=takes[0], takes=takes[1:])


def test_takes_from_all_over_the_ranges_pass(takes: list[Audio]) -> None:
    for clip in takes:
        assert failed(clip, takes[0]) == set()


def test_another_sentence_is_rejected(takes: list[Audio]) -> None:
    for clip in spoken(OTHER, [{}, {"pitch": 3.0, "rate": 0.9}]):
        assert "sounds" in failed(clip, takes[0])


@pytest.mark.parametrize(
    ("gain_db", "expected"), [(12, {"level"}), (-12, {"level"}), (4, set()), (-6, set())]
)
def test_a_level_far_from_take_0_is_rejected(
    takes: list[Audio], gain_db: float, expected: set[str]
) -> None:
    assert failed(takes[0].amplified(gain_db), takes[0]) == expected


@pytest.mark.parametrize("ends", [(0.8, 0.0), (0.0, 0.8)])
@pytest.mark.parametrize("level", [0.0, 0.003])
def test_padding_is_rejected_silent_or_not(
    takes: list[Audio], ends: tuple[float, float], level: float
) -> None:
    around = [level * RANDOM.standard_normal(round(s * takes[1].rate)) for s in ends]
    padded = np.concatenate([around[0], takes[1].samples, around[1]])
    assert "margin" in failed(altered(takes[1], padded), takes[0])
    assert (
        failed(altered(takes[1], np.pad(takes[1].samples, takes[1].rate // 10)), takes[0]) == set()
    )


def test_a_part_said_again_is_rejected(takes: list[Audio]) -> None:
    for clip in takes[1:4]:
        middle, part = clip.samples.size // 2, round(0.25 * clip.rate)
        again = [clip.samples[: middle + part], clip.samples[middle - part :]]
        assert "repetition" in failed(altered(clip, np.concatenate(again)), takes[0])


def test_clicks_are_rejected_and_hiss_is_not(takes: list[Audio]) -> None:
    clip = takes[1]
    clicked = clip.samples.copy()
    clicked[clip.samples.size // 3] += 0.2
    assert failed(altered(clip, clicked), takes[0]) == {"click"}
    hiss = 1e-3 * RANDOM.standard_normal(clip.samples.size)
    assert failed(altered(clip, clip.samples + hiss), takes[0]) == set()


def test_what_take_0_has_itself_is_no_fault_of_a_take(takes: list[Audio]) -> None:
    clicked = takes[0].samples.copy()
    clicked[takes[0].samples.size // 3] += 0.5
    clip = altered(takes[0], clicked)
    assert failed(clip, clip) == set()


def test_the_distance_does_not_depend_on_pace_or_order_of_the_two() -> None:
    frames = RANDOM.standard_normal((40, 5)).astype(np.float32)
    slower = np.repeat(frames, 2, axis=0)
    other = RANDOM.standard_normal((60, 5)).astype(np.float32)
    assert distance(frames, slower) == pytest.approx(0.0, abs=1e-5)
    assert distance(frames, other) == pytest.approx(distance(other, frames))
    assert distance(frames, other) > 1.0


def test_what_is_nearly_nothing_is_as_silent_as_nothing() -> None:
    silence = Audio.silence(1, 4_000)
    assert failed(altered(silence, np.full(4_000, 1e-45)), silence) == set()


def test_takes_that_ran_away_fill_no_gigabytes() -> None:
    runaway = Audio(0.1 * RANDOM.standard_normal(24 * 4_000, np.float32), 4_000)
    tracemalloc.start()
    try:
        failed(runaway, runaway)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 50e6  # all of it at once would be 80 MB, and six times that in a minute
