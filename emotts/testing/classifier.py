"""What a classifier promises the host."""

from collections.abc import Iterator, Sequence

from emotts.audio import RATES, Audio
from emotts.classifier import Classifier
from emotts.emotions import EMOTIONS
from emotts.records import Take
from emotts.testing.component import COMPONENT, MODEL, Component
from emotts.testing.contract import Contract, Outcome, enforce, expect
from emotts.testing.predictions import PREDICTIONS, Listener
from emotts.testing.tone import ToneEngine

DIMENSIONS = ("arousal", "dominance", "valence")

DECLARED: Contract[Classifier] = Contract()


def check_classifier(classifier: Classifier, *, clips: Sequence[Audio] = ()) -> None:
    """Raise an `AssertionError` that lists every promise that a classifier breaks.

    Args:
        classifier: an instance; anything it needs is installed.
        clips: at least two of unequal lengths that it can hear; tones unless given.
    """
    enforce(f"classifier {classifier.name}", classifier_promises(classifier, clips=clips))


def classifier_promises(
    classifier: Classifier, *, clips: Sequence[Audio] = ()
) -> Iterator[Outcome]:
    """What `check_classifier` looks at, one promise after the other."""
    heard = [clip.resample(classifier.rate) for clip in clips or _tones()]
    component = Component(classifier, lambda: classifier.classify(heard[:1]))
    yield from COMPONENT.outcomes(component)
    yield from MODEL.outcomes(component)
    yield from DECLARED.outcomes(classifier)
    yield from PREDICTIONS.outcomes(Listener(classifier, heard))


@DECLARED.promise
def rate(classifier: Classifier) -> None:
    """It declares the sampling rate that it hears."""
    expect(classifier.rate in RATES, f"rate {classifier.rate!r} Hz")


@DECLARED.promise
def batch_size(classifier: Classifier) -> None:
    """It likes to hear at least one clip at once."""
    expect(classifier.batch >= 1, f"batch is {classifier.batch}")


@DECLARED.promise
def labels(classifier: Classifier) -> None:
    """Its labels are canonical emotions, each once."""
    found = classifier.labels
    unknown = [label for label in found if label not in EMOTIONS]
    expect(not unknown, f"{unknown}; valid: {', '.join(EMOTIONS)}")
    expect(len(set(found)) == len(found), f"one comes twice: {found}")


@DECLARED.promise
def dimensions(classifier: Classifier) -> None:
    """Its dimensions are known ones, and it has labels or dimensions."""
    found = classifier.dimensions
    expect(set(found) <= set(DIMENSIONS), f"{found}; valid: {DIMENSIONS}")
    expect(bool(found or classifier.labels), "it has neither")


def _tones() -> list[Audio]:
    """Clips of three lengths and pitches."""
    engine = ToneEngine(ToneEngine.Options())
    takes = [Take(0, 0), Take(1, 0, {"pitch": 4.0, "rate": 1.5}), Take(2, 0, {"rate": 0.7})]
    return [made.audio for made in engine.synthesize("One, two, three.", voice="alto", takes=takes)]
