"""What a check promises the host."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from emotts.audio import Audio
from emotts.check import Check
from emotts.records import Measurement, Voice
from emotts.testing.component import COMPONENT, Component
from emotts.testing.contract import Contract, Outcome, enforce, expect


@dataclass
class Subject:
    """A check, and a sentence with its baseline and other takes of it."""

    check: Check
    text: str
    voice: Voice
    baseline: Audio
    takes: Sequence[Audio]

    def measure(self, *clips: Audio) -> list[list[Measurement]]:
        """Measure clips as takes of the sentence."""
        return self.check.measure(clips, baseline=self.baseline, text=self.text, voice=self.voice)


CHECK: Contract[Subject] = Contract()


def check_check(
    check: Check, *, text: str, voice: Voice, baseline: Audio, takes: Sequence[Audio]
) -> None:
    """Raise an `AssertionError` that lists every promise that a check breaks.

    Args:
        check: an instance; anything it needs is installed.
        text: the sentence that is spoken in the clips.
        voice: who speaks it.
        baseline: a sound rendering of the sentence.
        takes: other renderings of it, at least two.
    """
    outcomes = check_promises(check, text=text, voice=voice, baseline=baseline, takes=takes)
    enforce(f"check {check.name}", outcomes)


def check_promises(
    check: Check, *, text: str, voice: Voice, baseline: Audio, takes: Sequence[Audio]
) -> Iterator[Outcome]:
    """What `check_check` looks at, one promise after the other."""
    subject = Subject(check, text, voice, baseline, takes)
    yield from COMPONENT.outcomes(Component(check, lambda: subject.measure(*takes)))
    yield from CHECK.outcomes(subject)


@CHECK.promise
def one_list_a_clip(subject: Subject) -> None:
    """It measures each clip, and nothing without clips."""
    count = len(subject.measure(*subject.takes))
    expect(count == len(subject.takes), f"{count} results of {len(subject.takes)} clips")
    expect(subject.measure() == [], "an empty batch has results")


@CHECK.promise
def measures_something(subject: Subject) -> None:
    """Every clip has at least one measurement."""
    expect(all(subject.measure(*subject.takes)), "a clip has none")


@CHECK.promise
def named_measurements(subject: Subject) -> None:
    """Every measurement says what was measured."""
    for found in _flat(subject.measure(*subject.takes)):
        expect(bool(found.check), f"no name: {found}")


@CHECK.promise
def reasons(subject: Subject) -> None:
    """Every measurement gives its reason in words."""
    for found in _flat(subject.measure(*subject.takes)):
        expect(bool(found.reason.strip()), f"{found.check} gives no reason")


@CHECK.promise
def finite(subject: Subject) -> None:
    """Values and floors are finite numbers."""
    for found in _flat(subject.measure(*subject.takes)):
        expect(math.isfinite(found.value) and math.isfinite(found.floor), f"{found}")


@CHECK.promise
def baseline_passes(subject: Subject) -> None:
    """A sound baseline passes against itself."""
    for found in _flat(subject.measure(subject.baseline)):
        expect(found.passed, f"{found.check}: {found.reason}")


@CHECK.promise
def repeatable(subject: Subject) -> None:
    """The same clips are measured the same."""
    expect(subject.measure(*subject.takes) == subject.measure(*subject.takes), "they differ")


@CHECK.promise
def independent_of_the_batch(subject: Subject) -> None:
    """A clip is measured the same alone and beside others."""
    for take, found in zip(subject.takes, subject.measure(*subject.takes), strict=True):
        alone = subject.measure(take)[0]
        expect([m.passed for m in alone] == [m.passed for m in found], f"{alone}, {found}")


@CHECK.promise
def read_only(subject: Subject) -> None:
    """It leaves the clips as they are."""
    copies = [Audio(take.samples.copy(), take.rate) for take in subject.takes]
    subject.measure(*copies)
    for copy, take in zip(copies, subject.takes, strict=True):
        expect(np.array_equal(copy.samples, take.samples), "the samples changed")


@CHECK.promise
def silence(subject: Subject) -> None:
    """It measures a silent clip without an exception."""
    clip = subject.baseline
    subject.measure(Audio(np.zeros_like(clip.samples), clip.rate))


def _flat(measured: Sequence[Sequence[Measurement]]) -> list[Measurement]:
    return [measurement for found in measured for measurement in found]
