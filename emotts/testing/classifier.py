"""What a classifier promises the host."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from emotts.audio import RATES, Audio
from emotts.classifier import Classifier
from emotts.emotions import EMOTIONS
from emotts.errors import ClassifierError
from emotts.records import Prediction, Take
from emotts.testing.contract import (
    Contract,
    Outcome,
    expect,
    expect_cheap_construction,
    expect_name,
    expect_stable_fingerprint,
    expect_strict_options,
    silent_stdout,
    untouched_random_state,
)
from emotts.testing.tone import ToneEngine

DIMENSIONS = ("arousal", "dominance", "valence")
# Sums in another order, as in a batch of another size, differ by float32 rounding.
TOLERANCE = 1e-4


@dataclass
class Subject:
    """A classifier, clips at its rate, and what it heard in them one by one."""

    classifier: Classifier
    clips: Sequence[Audio]

    @cached_property
    def heard(self) -> list[Prediction]:
        """What it hears in each clip alone."""
        return [self.classifier.classify([clip])[0] for clip in self.clips]


CLASSIFIER: Contract[Subject] = Contract()


def check_classifier(classifier: Classifier, *, clips: Sequence[Audio] = ()) -> None:
    """Raise an `AssertionError` that lists every promise that a classifier breaks.

    Args:
        classifier: an instance; anything it needs is installed.
        clips: at least two of unequal lengths that it can hear; tones unless given.
    """
    CLASSIFIER.enforce(_subject(classifier, clips), f"classifier {classifier.name}")


def classifier_promises(
    classifier: Classifier, *, clips: Sequence[Audio] = ()
) -> Iterator[Outcome]:
    """What `check_classifier` looks at, one promise after the other."""
    return CLASSIFIER.outcomes(_subject(classifier, clips))


def _subject(classifier: Classifier, clips: Sequence[Audio]) -> Subject:
    clips = clips or _tones()
    return Subject(classifier, [clip.resample(classifier.rate) for clip in clips])


def _tones() -> list[Audio]:
    """Clips of three lengths and pitches."""
    engine = ToneEngine(ToneEngine.Options())
    takes = [Take(0, 0), Take(1, 0, {"pitch": 4.0, "rate": 1.5}), Take(2, 0, {"rate": 0.7})]
    return [made.audio for made in engine.synthesize("One, two, three.", voice="alto", takes=takes)]


@CLASSIFIER.promise
def name(subject: Subject) -> None:
    """It has a name that the host can look up."""
    expect_name(subject.classifier.name)


@CLASSIFIER.promise
def licensed(subject: Subject) -> None:
    """It names the licence of its weights."""
    found = getattr(subject.classifier, "license", None)
    expect(isinstance(found, str) and found != "", f"license is {found!r}")


@CLASSIFIER.promise
def strict_options(subject: Subject) -> None:
    """Its options refuse an unknown key by name."""
    expect_strict_options(subject.classifier)


@CLASSIFIER.promise
def cheap(subject: Subject) -> None:
    """Constructing it is cheap."""
    expect_cheap_construction(subject.classifier)


@CLASSIFIER.promise
def fingerprint(subject: Subject) -> None:
    """Its fingerprint depends on nothing but its options and files."""
    expect_stable_fingerprint(subject.classifier)


@CLASSIFIER.promise
def rate(subject: Subject) -> None:
    """It declares the sampling rate that it hears."""
    expect(subject.classifier.rate in RATES, f"rate {subject.classifier.rate!r} Hz")


@CLASSIFIER.promise
def batch_size(subject: Subject) -> None:
    """It likes to hear at least one clip at once."""
    expect(subject.classifier.batch >= 1, f"batch is {subject.classifier.batch}")


@CLASSIFIER.promise
def labels(subject: Subject) -> None:
    """Its labels are canonical emotions, each once."""
    found = subject.classifier.labels
    unknown = [label for label in found if label not in EMOTIONS]
    expect(not unknown, f"{unknown}; valid: {', '.join(EMOTIONS)}")
    expect(len(set(found)) == len(found), f"one comes twice: {found}")


@CLASSIFIER.promise
def dimensions(subject: Subject) -> None:
    """Its dimensions are known ones, and it has labels or dimensions."""
    found = subject.classifier.dimensions
    expect(set(found) <= set(DIMENSIONS), f"{found}; valid: {DIMENSIONS}")
    expect(bool(found or subject.classifier.labels), "it has neither")


@CLASSIFIER.promise
def one_prediction_a_clip(subject: Subject) -> None:
    """It makes one prediction a clip, and none of no clip."""
    count = len(subject.classifier.classify(subject.clips))
    expect(count == len(subject.clips), f"{count} predictions of {len(subject.clips)} clips")
    expect(subject.classifier.classify([]) == [], "an empty batch has predictions")


@CLASSIFIER.promise
def scores_by_label(subject: Subject) -> None:
    """It scores each of its labels, in their order."""
    for heard in subject.heard:
        found = tuple(heard.scores)
        expect(found == subject.classifier.labels, f"{found}, not {subject.classifier.labels}")


@CLASSIFIER.promise
def probabilities(subject: Subject) -> None:
    """Its scores are probabilities that sum to 1."""
    for heard in subject.heard:
        values = list(heard.scores.values())
        expect(all(0 <= value <= 1 for value in values), f"{values}")
        expect(not values or abs(sum(values) - 1) < 1e-3, f"they sum to {sum(values):.4f}")


@CLASSIFIER.promise
def dimensions_measured(subject: Subject) -> None:
    """It measures the dimensions that it declares, as finite numbers."""
    for heard in subject.heard:
        found = tuple(sorted(heard.dimensions or {}))
        expect(found == tuple(sorted(subject.classifier.dimensions)), f"it measured {found}")
        expect(bool(np.isfinite(list((heard.dimensions or {}).values())).all()), "not finite")


@CLASSIFIER.promise
def embedding(subject: Subject) -> None:
    """Its embeddings are finite float32 vectors of one length."""
    for heard in subject.heard:
        found = heard.embedding
        expect(found.dtype == np.float32, f"dtype {found.dtype}")
        expect(found.ndim == 1 and found.size > 0, f"shape {found.shape}")
        expect(bool(np.isfinite(found).all()), "not finite")
    sizes = {heard.embedding.size for heard in subject.heard}
    expect(len(sizes) == 1, f"lengths {sorted(sizes)}")


@CLASSIFIER.promise
def discriminates(subject: Subject) -> None:
    """Different clips have different embeddings."""
    first, second = subject.heard[:2]
    expect(not np.array_equal(first.embedding, second.embedding), "the first two are equal")


@CLASSIFIER.promise
def repeatable(subject: Subject) -> None:
    """The same clip is heard the same, to the bit."""
    again = subject.classifier.classify(subject.clips[:1])[0]
    expect(again.scores == subject.heard[0].scores, f"{again.scores}, {subject.heard[0].scores}")


@CLASSIFIER.promise
def independent_of_the_batch(subject: Subject) -> None:
    """A clip is heard the same alone and beside others of other lengths, in any order."""
    order = [*range(len(subject.clips))][::-1]
    together = subject.classifier.classify([subject.clips[index] for index in order])
    for index, heard in zip(order, together, strict=True):
        alone = subject.heard[index]
        for label, score in alone.scores.items():
            change = abs(heard.scores[label] - score)
            expect(change <= TOLERANCE, f"{label} of clip {index} moves by {change:.2g}")
        scale = float(np.abs(alone.embedding).max()) or 1.0
        moved = float(np.abs(heard.embedding - alone.embedding).max())
        expect(moved <= 10 * TOLERANCE * scale, f"the embedding of clip {index} moves by {moved}")


@CLASSIFIER.promise
def read_only(subject: Subject) -> None:
    """It leaves the clips as they are."""
    clip = subject.clips[0]
    copy = Audio(clip.samples.copy(), clip.rate)
    subject.classifier.classify([copy])
    expect(np.array_equal(copy.samples, clip.samples), "the samples changed")


@CLASSIFIER.promise
def other_rates(subject: Subject) -> None:
    """Through the host it hears clips at any rate."""
    for rate in (8_000, 44_100):
        subject.classifier.hear([subject.clips[0].resample(rate)])


@CLASSIFIER.promise
def uncentred(subject: Subject) -> None:
    """Without a profile it says that it heard the clip as it is."""
    expect(not any(heard.centred for heard in subject.heard), "centred is True")


@CLASSIFIER.promise
def centred(subject: Subject) -> None:
    """It centres on a profile where it says so, and ignores it otherwise."""
    profile = subject.classifier.profile(subject.clips)
    heard = subject.classifier.classify(subject.clips[:1], profile=profile)[0]
    expect(heard.centred == subject.classifier.centres, f"centred is {heard.centred}")
    unmoved = heard.scores == subject.heard[0].scores
    expect(unmoved != subject.classifier.centres, "the profile has the wrong effect")


@CLASSIFIER.promise
def profiled(subject: Subject) -> None:
    """Its profile of a speaker covers every label and counts its clips."""
    profile = subject.classifier.profile(subject.clips)
    expect(profile.clips == len(subject.clips), f"it counts {profile.clips}")
    expect(set(profile.log_odds) == set(subject.classifier.labels), f"{set(profile.log_odds)}")


@CLASSIFIER.promise
def too_short(subject: Subject) -> None:
    """A clip of one sample is refused with a ClassifierError."""
    _expect_refusal(subject.classifier, np.full(1, 0.5, np.float32))


@CLASSIFIER.promise
def silent(subject: Subject) -> None:
    """A silent clip is refused with a ClassifierError."""
    _expect_refusal(subject.classifier, np.zeros(subject.classifier.rate, np.float32))


@CLASSIFIER.promise
def quiet(subject: Subject) -> None:
    """It prints nothing."""
    with silent_stdout():
        subject.classifier.classify(subject.clips[:1])


@CLASSIFIER.promise
def no_global_randomness(subject: Subject) -> None:
    """It leaves the global random state alone."""
    with untouched_random_state():
        subject.classifier.classify(subject.clips[:1])


def _expect_refusal(classifier: Classifier, samples: np.ndarray) -> None:
    try:
        heard = classifier.classify([Audio(samples, classifier.rate)])
    except ClassifierError:
        return
    raise AssertionError(f"it heard {heard[0].scores}")
