"""References: the emotion of a recording as what is wanted."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from emotts.audio import Audio, read
from emotts.classifier import Classifier
from emotts.emotions import EMOTIONS, Target, target
from emotts.errors import ConfigError, MissingTargetError
from emotts.listener import Listener
from emotts.speech import Reference

Emotion = str | Mapping[str, float] | Target
"""What users write: see `emotts.emotions.target`."""

Recording = Audio | str | os.PathLike[str]
"""Audio, or the path of a file."""

Like = Recording | Reference
"""A recording, or what was heard in it for an earlier request: `speech.request.like`."""


def wanted(
    emotion: Emotion | None,
    intensity: float,
    like: Like | None,
    calibrate: Sequence[Recording],
    classifiers: Sequence[Classifier],
) -> tuple[Target, Reference | None]:
    """The target of a request, and what is heard in the recording that it is to sound like.

    An emotion that is named is the target, and the recording adds how it sounds; without one the
    target is what is heard in the recording.

    Args:
        emotion: as users write it.
        intensity: 0…1.
        like: the recording to sound like, if any.
        calibrate: others of its speaker; of no use where it was heard already.
        classifiers: those who choose.

    Raises:
        ConfigError: neither is given, the emotion is malformed, or one of the classifiers has not
            heard what others have.
        UnknownNameError: no such emotion.
        AudioError: a file can't be read.
        ClassifierError: a recording can't be heard.
    """
    named = None if emotion is None else target(emotion, intensity)
    if like is None:
        if named is None:
            raise MissingTargetError(
                "no target: name an emotion, or a recording to sound like; "
                f"emotions: {', '.join(EMOTIONS)}"
            )
        return named, None
    if isinstance(like, Reference):
        reference = _heard_by(like, [classifier.name for classifier in classifiers])
    else:
        reference = listen(like, classifiers, calibrate)
    if named is None:
        return mean_target(reference, intensity), replace(reference, named=False)
    return named, replace(reference, named=True)


def listen(
    recording: Recording,
    classifiers: Sequence[Classifier],
    calibrate: Sequence[Recording] = (),
) -> Reference:
    """What each classifier hears in a recording.

    Args:
        recording: what is to be sounded like.
        classifiers: those who choose; the first hears every take.
        calibrate: recordings of the same speaker in other moods, best 16 or more, to hear the
            recording relative to; without them it is heard as it is.

    Raises:
        AudioError: a file can't be read.
        ClassifierError: a recording can't be heard.
    """
    clip = _audio(recording)
    others = [_audio(other) for other in calibrate]
    heard = {}
    for classifier in classifiers:
        listener = Listener(classifier, classifier.profile(others) if others else None)
        (heard[classifier.name],) = listener.heard([clip])
    return Reference(heard, None if isinstance(recording, Audio) else os.fspath(recording))


def mean_target(reference: Reference, intensity: float) -> Target:
    """What all classifiers together hear in a recording: where the search for takes starts.

    The mean over those who know an emotion of the first classifier.
    """
    first, *others = reference.heard.values()
    scores = {
        emotion: fmean([p, *(o.scores[emotion] for o in others if emotion in o.scores)])
        for emotion, p in first.scores.items()
    }
    return replace(first, scores=scores).as_target(intensity)


def _heard_by(reference: Reference, names: Sequence[str]) -> Reference:
    """The reference as these classifiers heard it, in their order."""
    if missing := [name for name in names if name not in reference.heard]:
        raise ConfigError(
            f"the recording was not heard by {', '.join(missing)}, but by "
            f"{', '.join(reference.heard)}; give the recording itself"
        )
    return replace(reference, heard={name: reference.heard[name] for name in names})


def _audio(recording: Recording) -> Audio:
    return recording if isinstance(recording, Audio) else read(recording)
