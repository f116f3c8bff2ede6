"""What an engine promises the host."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from emotts.controls import Control
from emotts.engine import Engine
from emotts.errors import EmottsError, UnknownNameError
from emotts.records import Rendering, Take
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

TEXT = "The train leaves from platform four."
# What the host may hand on after it has cleaned and bounded a text, and engines stumble over.
ODD_TEXTS = ("…", "?!", "1/1/1/1", "0 1 2 3", "🙂", "好吗", "a", "[x] <y> $1 1:2", "é" * 40)
ACCEPTS = frozenset({"reference", "embedding", "emotion"})
SILENCE = 10 ** (-60 / 20)
DURATION_S = (0.2, 60.0)


@dataclass
class Subject:
    """An engine with the renderings that several promises look at."""

    engine: Engine
    text: str
    voice: str

    def render(self, *takes: Take) -> list[Rendering]:
        """Render the text once a take."""
        return list(self.engine.renderings(self.text, voice=self.voice, takes=takes))

    @cached_property
    def neutral(self) -> Rendering:
        """Take 0."""
        return self.render(Take(0, 0))[0]

    @cached_property
    def extremes(self) -> list[tuple[Control, float, Rendering]]:
        """Each control at both ends of its range, beyond by 10."""
        settings = [
            (control, end, beyond)
            for control in self.engine.controls.values()
            for end, beyond in ((control.low, control.low - 10), (control.high, control.high + 10))
            if end != control.neutral
        ]
        takes = [
            Take(index, 0, {control.name: beyond})
            for index, (control, _, beyond) in enumerate(settings, start=1)
        ]
        made = self.render(*takes)
        return [(control, end, r) for (control, end, _), r in zip(settings, made, strict=True)]


ENGINE: Contract[Subject] = Contract()


def check_engine(engine: Engine, *, text: str = TEXT, voice: str | None = None) -> None:
    """Raise an `AssertionError` that lists every promise that an engine breaks.

    Args:
        engine: an instance; anything it needs is installed.
        text: a short sentence that it can speak.
        voice: the default one for None.
    """
    ENGINE.enforce(_subject(engine, text, voice), f"engine {engine.name}")


def engine_promises(
    engine: Engine, *, text: str = TEXT, voice: str | None = None
) -> Iterator[Outcome]:
    """What `check_engine` looks at, one promise after the other."""
    return ENGINE.outcomes(_subject(engine, text, voice))


def _subject(engine: Engine, text: str, voice: str | None) -> Subject:
    return Subject(engine, text, engine.voice(voice).name)


@ENGINE.promise
def name(subject: Subject) -> None:
    """It has a name that the host can look up."""
    expect_name(subject.engine.name)


@ENGINE.promise
def licensed(subject: Subject) -> None:
    """It names the licence of what it speaks with."""
    found = getattr(subject.engine, "license", None)
    expect(isinstance(found, str) and found != "", f"license is {found!r}")


@ENGINE.promise
def strict_options(subject: Subject) -> None:
    """Its options refuse an unknown key by name."""
    expect_strict_options(subject.engine)


@ENGINE.promise
def cheap(subject: Subject) -> None:
    """Constructing it is cheap."""
    expect_cheap_construction(subject.engine)


@ENGINE.promise
def fingerprint(subject: Subject) -> None:
    """Its fingerprint depends on nothing but its options and files."""
    expect_stable_fingerprint(subject.engine)


@ENGINE.promise
def accepts(subject: Subject) -> None:
    """It accepts only conditioning that the host knows."""
    unknown = set(subject.engine.accepts) - ACCEPTS
    expect(not unknown, f"unknown: {sorted(unknown)}; valid: {sorted(ACCEPTS)}")


@ENGINE.promise
def controls_by_name(subject: Subject) -> None:
    """Its controls are listed under their own names."""
    for key, control in subject.engine.controls.items():
        expect(key == control.name, f"{control.name!r} is listed as {key!r}")


@ENGINE.promise
def controls_described(subject: Subject) -> None:
    """Its controls have a unit and a meaning."""
    for control in subject.engine.controls.values():
        expect(bool(control.unit and control.meaning), f"{control.name} lacks one")


@ENGINE.promise
def has_voices(subject: Subject) -> None:
    """It has at least one voice, each under a name of its own."""
    names = [voice.name for voice in subject.engine.voices()]
    expect(bool(names), "voices() is empty")
    expect(len(set(names)) == len(names), f"a name comes twice: {names}")
    for found in names:
        expect_name(found)


@ENGINE.promise
def voices_have_languages(subject: Subject) -> None:
    """Its voices name their language as a BCP 47 tag."""
    for voice in subject.engine.voices():
        tag = re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", voice.language)
        expect(tag is not None, f"{voice.name}: {voice.language!r}")


@ENGINE.promise
def unknown_voice(subject: Subject) -> None:
    """An unknown voice is an error that lists the valid ones."""
    try:
        list(subject.engine.synthesize(subject.text, voice="no-such-voice", takes=[Take(0, 0)]))
    except UnknownNameError as error:
        names = {voice.name for voice in subject.engine.voices()}
        expect(names <= set(error.valid), f"it lists {error.valid}")
    else:
        raise AssertionError("it spoke; look the voice up with self.voice(name)")


@ENGINE.promise
def speaks(subject: Subject) -> None:
    """It speaks audibly."""
    level = float(np.sqrt(np.mean(np.square(subject.neutral.audio.samples, dtype=np.float64))))
    expect(level > SILENCE, f"level {20 * math.log10(max(level, 1e-9)):.0f} dB re full scale")


@ENGINE.promise
def plausible_duration(subject: Subject) -> None:
    """A sentence lasts about as long as a sentence does."""
    seconds = subject.neutral.audio.duration_s
    expect(DURATION_S[0] <= seconds <= DURATION_S[1], f"{seconds:.2f} s")


@ENGINE.promise
def longer_text(subject: Subject) -> None:
    """Twice the text lasts longer."""
    twice = f"{subject.text} {subject.text}"
    made = next(subject.engine.renderings(twice, voice=subject.voice, takes=[Take(0, 0)]), None)
    expect(
        made is not None and made.audio.duration_s > 1.3 * subject.neutral.audio.duration_s,
        f"{made and made.audio.duration_s} s after {subject.neutral.audio.duration_s} s",
    )


@ENGINE.promise
def one_rendering_a_take(subject: Subject) -> None:
    """It makes exactly one rendering a take."""
    takes = [Take(0, 0), Take(1, 0), Take(2, 0)]
    made = list(subject.engine.synthesize(subject.text, voice=subject.voice, takes=takes))
    expect(len(made) == len(takes), f"{len(made)} renderings of {len(takes)} takes")


@ENGINE.promise
def repeatable(subject: Subject) -> None:
    """The same take sounds the same, to the bit."""
    expect(_same(subject.neutral, subject.render(Take(0, 0))[0]), "two renderings differ")


@ENGINE.promise
def independent_takes(subject: Subject) -> None:
    """A take does not depend on the takes beside it."""
    for control, _, rendering in subject.extremes[-1:]:
        alone = subject.render(Take(1, 0, {control.name: control.high + 10}))[0]
        expect(_same(alone, rendering), f"{control.name} at its end differs when alone")


@ENGINE.promise
def seeds(subject: Subject) -> None:
    """Another seed is another take exactly where it says so."""
    same = _same(subject.neutral, subject.render(Take(0, 12345))[0])
    expect(same != subject.engine.uses_seed, f"uses_seed is {subject.engine.uses_seed}")


@ENGINE.promise
def neutral_controls(subject: Subject) -> None:
    """Controls at their neutral values change nothing."""
    values = {control.name: control.neutral for control in subject.engine.controls.values()}
    expect(_same(subject.neutral, subject.render(Take(0, 0, values))[0]), "the audio differs")


@ENGINE.promise
def unknown_controls(subject: Subject) -> None:
    """A control that it does not have is ignored, and not among the effective ones."""
    made = subject.render(Take(0, 0, {"no_such_control": 1.0}))[0]
    expect("no_such_control" not in made.effective, "it is listed as effective")
    expect(_same(made, subject.neutral), "the audio differs")


@ENGINE.promise
def effective_controls(subject: Subject) -> None:
    """Every rendering names the value of every control."""
    for rendering in (subject.neutral, *(made for _, _, made in subject.extremes)):
        missing = set(subject.engine.controls) - set(rendering.effective)
        expect(not missing, f"missing: {sorted(missing)}; use emotts.controls.resolve")


@ENGINE.promise
def clamped_controls(subject: Subject) -> None:
    """A control beyond its range is clamped to it."""
    for control, end, rendering in subject.extremes:
        value = rendering.effective[control.name]
        expect(math.isclose(value, end, abs_tol=1e-9), f"{control.name}: {value:g}, not {end:g}")


@ENGINE.promise
def audible_controls(subject: Subject) -> None:
    """Every control changes the audio."""
    for control, end, rendering in subject.extremes:
        expect(not _same(rendering, subject.neutral), f"{control.name} at {end:g} changes nothing")


@ENGINE.promise
def one_rate(subject: Subject) -> None:
    """All takes have one sampling rate."""
    rates = {r.audio.rate for r in (subject.neutral, *(made for _, _, made in subject.extremes))}
    expect(len(rates) == 1, f"rates {sorted(rates)} Hz")


@ENGINE.promise
def full_scale(subject: Subject) -> None:
    """No take exceeds full scale after the host turned it down."""
    peak = max(r.audio.peak for r in (subject.neutral, *(made for _, _, made in subject.extremes)))
    expect(peak <= 1, f"peak {peak:.3f}")


@ENGINE.promise
def abandoned(subject: Subject) -> None:
    """A request that is abandoned after one take leaves it usable."""
    takes = [Take(0, 0), Take(1, 0)]
    next(iter(subject.engine.renderings(subject.text, voice=subject.voice, takes=takes)))
    expect(_same(subject.neutral, subject.render(Take(0, 0))[0]), "the next rendering differs")


@ENGINE.promise
def odd_texts(subject: Subject) -> None:
    """It speaks odd texts, or refuses them with an error of emotts."""
    for text in ODD_TEXTS:
        try:
            list(subject.engine.renderings(text, voice=subject.voice, takes=[Take(0, 0)]))
        except EmottsError:
            continue
        except Exception as error:
            raise AssertionError(f"{text!r}: {type(error).__name__}: {error}") from error


@ENGINE.promise
def quiet(subject: Subject) -> None:
    """It prints nothing."""
    with silent_stdout():
        subject.render(Take(0, 0))


@ENGINE.promise
def no_global_randomness(subject: Subject) -> None:
    """It leaves the global random state alone."""
    with untouched_random_state():
        subject.render(Take(0, 0), Take(1, 1))


def _same(one: Rendering, other: Rendering) -> bool:
    return np.array_equal(one.audio.samples, other.audio.samples)
