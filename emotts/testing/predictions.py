"""What a classifier promises about what it hears."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from emotts.audio import Audio
from emotts.classifier import Classifier
from emotts.errors import ClassifierError
from emotts.records import Prediction
from emotts.testing.contract import Contract, expect

# Sums in another order, as in a batch of another size, differ by float32 rounding.
TOLERANCE = 1e-4


@dataclass
class Listener:
    """A classifier, clips at its rate, and what it heard in them one by one."""

    classifier: Classifier
    clips: Sequence[Audio]

    @cached_property
    def heard(self) -> list[Prediction]:
        """What it hears in each clip alone."""
        return [self.classifier.classify([clip])[0] for clip in self.clips]


PREDICTIONS: Contract[Listener] = Contract()


@PREDICTIONS.promise
def one_prediction_a_clip(listener: Listener) -> None:
    """It makes one prediction a clip, and none of no clip."""
    count = len(listener.classifier.classify(listener.clips))
    expect(count == len(listener.clips), f"{count} predictions of {len(listener.clips)} clips")
    expect(listener.classifier.classify([]) == [], "an empty batch has predictions")


@PREDICTIONS.promise
def scores_by_label(listener: Listener) -> None:
    """It scores each of its labels, in their order."""
    for heard in listener.heard:
        found = tuple(heard.scores)
        expect(found == listener.classifier.labels, f"{found}, not {listener.classifier.labels}")


@PREDICTIONS.promise
def probabilities(listener: Listener) -> None:
    """Its scores are probabilities, which sum to 1 where emotions exclude each other."""
    for heard in listener.heard:
        values = list(heard.scores.values())
        expect(all(0 <= value <= 1 for value in values), f"{values}")
        if values and listener.classifier.exclusive:
            expect(abs(sum(values) - 1) < 1e-3, f"they sum to {sum(values):.4f}")


@PREDICTIONS.promise
def dimensions_measured(listener: Listener) -> None:
    """It measures the dimensions that it declares, as finite numbers."""
    for heard in listener.heard:
        found = tuple(sorted(heard.dimensions or {}))
        expect(found == tuple(sorted(listener.classifier.dimensions)), f"it measured {found}")
        expect(bool(np.isfinite(list((heard.dimensions or {}).values())).all()), "not finite")


@PREDICTIONS.promise
def embedding(listener: Listener) -> None:
    """Its embeddings are finite float32 vectors of one length."""
    for heard in listener.heard:
        found = heard.embedding
        expect(found.dtype == np.float32, f"dtype {found.dtype}")
        expect(found.ndim == 1 and found.size > 0, f"shape {found.shape}")
        expect(bool(np.isfinite(found).all()), "not finite")
    sizes = {heard.embedding.size for heard in listener.heard}
    expect(len(sizes) == 1, f"lengths {sorted(sizes)}")


@PREDICTIONS.promise
def discriminates(listener: Listener) -> None:
    """Different clips have different embeddings."""
    first, second = listener.heard[:2]
    expect(not np.array_equal(first.embedding, second.embedding), "the first two are equal")


@PREDICTIONS.promise
def repeatable(listener: Listener) -> None:
    """The same clip is heard the same, to the bit."""
    again = listener.classifier.classify(listener.clips[:1])[0]
    expect(again.scores == listener.heard[0].scores, f"{again.scores}, {listener.heard[0].scores}")


@PREDICTIONS.promise
def independent_of_the_batch(listener: Listener) -> None:
    """A clip is heard the same alone and beside others of other lengths, in any order."""
    order = [*range(len(listener.clips))][::-1]
    together = listener.classifier.classify([listener.clips[index] for index in order])
    for index, heard in zip(order, together, strict=True):
        alone = listener.heard[index]
        for label, score in alone.scores.items():
            change = abs(heard.scores[label] - score)
            expect(change <= TOLERANCE, f"{label} of clip {index} moves by {change:.2g}")
        scale = float(np.abs(alone.embedding).max()) or 1.0
        moved = float(np.abs(heard.embedding - alone.embedding).max())
        expect(moved <= 10 * TOLERANCE * scale, f"the embedding of clip {index} moves by {moved}")


@PREDICTIONS.promise
def read_only(listener: Listener) -> None:
    """It leaves the clips as they are."""
    clip = listener.clips[0]
    copy = Audio(clip.samples.copy(), clip.rate)
    listener.classifier.classify([copy])
    expect(np.array_equal(copy.samples, clip.samples), "the samples changed")


@PREDICTIONS.promise
def other_rates(listener: Listener) -> None:
    """Through the host it hears clips at any rate."""
    for rate in (8_000, 44_100):
        listener.classifier.hear([listener.clips[0].resample(rate)])


@PREDICTIONS.promise
def uncentred(listener: Listener) -> None:
    """Without a profile it says that it heard the clip as it is."""
    expect(not any(heard.centred for heard in listener.heard), "centred is True")


@PREDICTIONS.promise
def centred(listener: Listener) -> None:
    """It centres on a profile where it says so, and ignores it otherwise."""
    profile = listener.classifier.profile(listener.clips)
    heard = listener.classifier.classify(listener.clips[:1], profile=profile)[0]
    expect(heard.centred == listener.classifier.centres, f"centred is {heard.centred}")
    unmoved = heard.scores == listener.heard[0].scores
    expect(unmoved != listener.classifier.centres, "the profile has the wrong effect")


@PREDICTIONS.promise
def profiled(listener: Listener) -> None:
    """Its profile of a speaker covers every label and counts its clips."""
    profile = listener.classifier.profile(listener.clips)
    expect(profile.clips == len(listener.clips), f"it counts {profile.clips}")
    expect(set(profile.log_odds) == set(listener.classifier.labels), f"{set(profile.log_odds)}")


@PREDICTIONS.promise
def too_short(listener: Listener) -> None:
    """A clip of one sample is refused with a ClassifierError."""
    _expect_refusal(listener.classifier, np.full(1, 0.5, np.float32))


@PREDICTIONS.promise
def silent(listener: Listener) -> None:
    """A silent clip is refused with a ClassifierError."""
    _expect_refusal(listener.classifier, np.zeros(listener.classifier.rate, np.float32))


def _expect_refusal(classifier: Classifier, samples: np.ndarray) -> None:
    try:
        heard = classifier.classify([Audio(samples, classifier.rate)])
    except ClassifierError:
        return
    raise AssertionError(f"it heard {heard[0].scores}")
