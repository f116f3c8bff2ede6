"""Temperatures and calibration errors of heads whose true confidence is known."""

import numpy as np
import pytest

pytest.importorskip("training", reason="training is not part of a source distribution")

from training import calibration
from training.calibration import Unseen
from training.corpora import LABELS, Clips
from training.heads import Array, Indices

SPEAKERS = 24


def clips_of(labels: Indices, corpus: Indices) -> Clips:
    """Clips of these labels and corpora, shared out among speakers."""
    names = np.array([f"{c}-{i % SPEAKERS}" for i, c in enumerate(corpus)])
    nothing = np.full(len(labels), "")
    return Clips(nothing, labels, corpus, names, nothing, nothing)


@pytest.fixture(scope="module")
def honest() -> tuple[Clips, Array]:
    """Clips whose labels are as likely as their logits say."""
    random = np.random.default_rng(5)
    logits = 2 * random.standard_normal((6_000, len(LABELS)))
    likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([random.choice(len(LABELS), p=row) for row in likely])
    return clips_of(labels, np.arange(len(labels)) % 2), logits


def test_the_temperature_makes_up_for_too_much_confidence(honest: tuple[Clips, Array]) -> None:
    clips, logits = honest
    for excess in (0.5, 3.0):
        said = [Unseen(clips.corpus, excess * logits)]
        assert calibration.temperature(clips, said) == pytest.approx(excess, rel=0.1)


def test_shares_draw_the_temperature_to_their_side(honest: tuple[Clips, Array]) -> None:
    clips, logits = honest

    def found(share: float) -> float:
        said = [Unseen(clips.corpus, 3 * logits), Unseen(clips.corpus, logits, share)]
        return calibration.temperature(clips, said)

    assert 3 > found(0.3) > found(1) > found(3) > 1


def test_an_emotion_that_no_other_group_shows_takes_no_part(honest: tuple[Clips, Array]) -> None:
    clips, logits = honest
    calm = LABELS.index("calm")
    rare = clips.at((clips.label != calm) | (clips.corpus == 0))
    kept = logits[(clips.label != calm) | (clips.corpus == 0)]
    wrong = np.where((rare.label == calm)[:, None], -50 * np.eye(len(LABELS))[calm], kept)
    before, after = (
        calibration.temperature(rare, [Unseen(rare.corpus, said)]) for said in (kept, wrong)
    )
    assert after == before


def test_the_error_tells_honest_from_boastful(honest: tuple[Clips, Array]) -> None:
    clips, logits = honest
    right, sure = calibration.error(logits, clips), calibration.error(3 * logits, clips)
    assert right["value"] < 0.03
    assert sure["value"] > 0.15
    assert sure["low"] < sure["value"] < sure["high"]
