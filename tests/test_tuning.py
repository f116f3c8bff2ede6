import numpy as np
import pytest

from emotts.builtin.hibari import HibariEngine
from emotts.listener import Listener
from emotts.options import Options
from emotts.profiles import renderings
from emotts.testing import PitchClassifier, ToneEngine

cem = pytest.importorskip("training.cem", reason="training is not part of a source distribution")
surface = pytest.importorskip("training.surface")

TONE = ToneEngine(Options())


def test_tuning_makes_takes_that_are_liked_more_common() -> None:
    classifier = PitchClassifier(Options())
    profile = classifier.profile(renderings(TONE, TONE.voice()))
    listener = Listener(classifier, profile)
    texts = ["The cat sat on the mat.", "She left at nine."]
    tuner = cem.Tuner(TONE, TONE.voice(), [listener], texts, takes=6)
    start, end = tuner.tune(0), tuner.tune(4)
    for emotion, direction in (("fear", 1), ("sadness", -1)):
        assert direction * (end[emotion]["pitch"].mean - start[emotion]["pitch"].mean) > 0.5
    assert end == tuner.tune(4)


def test_strain_is_the_squared_share_of_the_range() -> None:
    space = surface.Space(
        {name: HibariEngine.controls[name] for name in ("rate", "emphasis", "jitter")}
    )
    positions = np.array([space.low, 0 * space.low, space.high, space.high / 2])
    # jitter has no low end, and a faster rate costs more than a slower one.
    above = 2 + surface.COSTLY["rate"]
    assert space.strain(positions) == pytest.approx([2, 0, above, above / 4])


def test_a_surface_finds_what_is_liked_and_leaves_the_rest_where_it_was() -> None:
    rng = np.random.default_rng(0)
    space = surface.Space({name: HibariEngine.controls[name] for name in ("pitch", "dynamics")})
    diary = surface.Diary()
    for sentence in range(12):
        positions = surface.Cloud(0 * space.span, 0.2 * space.span).draw(8, space, rng)
        liked = -np.abs(positions[:, :1] / space.span[0] - 0.25) + rng.normal(0, 0.05, (8, 2))
        diary.write(sentence, positions, liked + sentence)
    prior = surface.Cloud(np.array([0.0, 0.1]), 0.12 * space.span)
    found = diary.surface(space).updated(prior, space)
    assert found.mean[0] / space.span[0] == pytest.approx(0.25, abs=0.1)
    assert found.mean[1] == pytest.approx(0.1, abs=0.1)
    assert (found.spread < prior.spread).all()
    assert space.strain(found.mean[None])[0] <= surface.BUDGET
