"""What an engine promises about what it renders."""

import math

import numpy as np

from emotts.errors import EmottsError, UnknownNameError
from emotts.records import Conditioning, Rendering, Take
from emotts.testing.contract import Contract, expect
from emotts.testing.speaker import Speaker

# What the host may hand on after it has cleaned and bounded a text, and engines stumble over.
ODD_TEXTS = ("…", "?!", "1/1/1/1", "0 1 2 3", "🙂", "好吗", "a", "[x] <y> $1 1:2", "é" * 40)
SILENCE = 10 ** (-60 / 20)
# What a seed may change in an engine that says it uses none, such as the noise of breath: this
# much of the level, 20 dB below the voice.
NOISE = 0.1


RENDERINGS: Contract[Speaker] = Contract()


@RENDERINGS.promise
def unknown_voice(speaker: Speaker) -> None:
    """An unknown voice is an error that lists the valid ones."""
    try:
        list(speaker.engine.synthesize(speaker.text, voice="no-such-voice", takes=[Take(0, 0)]))
    except UnknownNameError as error:
        names = {voice.name for voice in speaker.engine.voices()}
        expect(names <= set(error.valid), f"it lists {error.valid}")
    else:
        raise AssertionError("it spoke; look the voice up with self.voice(name)")


@RENDERINGS.promise
def speaks(speaker: Speaker) -> None:
    """It speaks audibly."""
    level = float(np.sqrt(np.mean(np.square(speaker.neutral.audio.samples, dtype=np.float64))))
    expect(level > SILENCE, f"level {20 * math.log10(max(level, 1e-9)):.0f} dB re full scale")


@RENDERINGS.promise
def longer_text(speaker: Speaker) -> None:
    """Twice the text lasts longer."""
    twice = f"{speaker.text} {speaker.text}"
    made = next(speaker.engine.renderings(twice, voice=speaker.voice, takes=[Take(0, 0)]), None)
    expect(
        made is not None and made.audio.duration_s > 1.3 * speaker.neutral.audio.duration_s,
        f"{made and made.audio.duration_s} s after {speaker.neutral.audio.duration_s} s",
    )


@RENDERINGS.promise
def one_rendering_a_take(speaker: Speaker) -> None:
    """It makes exactly one rendering a take."""
    takes = [Take(0, 0), Take(1, 0), Take(2, 0)]
    made = list(speaker.engine.synthesize(speaker.text, voice=speaker.voice, takes=takes))
    expect(len(made) == len(takes), f"{len(made)} renderings of {len(takes)} takes")


@RENDERINGS.promise
def repeatable(speaker: Speaker) -> None:
    """The same take sounds the same, to the bit."""
    expect(_same(speaker.neutral, speaker.render(Take(0, 0))[0]), "two renderings differ")


@RENDERINGS.promise
def independent_takes(speaker: Speaker) -> None:
    """A take does not depend on the takes beside it."""
    for control, end, rendering in speaker.extremes[-1:]:
        alone = speaker.render(Take(1, 0, {control.name: end}))[0]
        expect(_same(alone, rendering), f"{control.name} at its end differs when alone")


@RENDERINGS.promise
def seeds(speaker: Speaker) -> None:
    """Another seed is another take exactly where it says so."""
    one, other = speaker.neutral.audio.samples, speaker.render(Take(0, 12345))[0].audio.samples
    change = float("inf")
    if one.size == other.size:
        change = float(np.linalg.norm(one - other) / np.linalg.norm(one))
    expect(
        (change > NOISE) == speaker.engine.uses_seed,
        f"uses_seed is {speaker.engine.uses_seed}, another seed changes {change:.1%} of the level",
    )


@RENDERINGS.promise
def neutral_controls(speaker: Speaker) -> None:
    """Controls at their neutral values change nothing."""
    values = {control.name: control.neutral for control in speaker.engine.controls.values()}
    expect(_same(speaker.neutral, speaker.render(Take(0, 0, values))[0]), "the audio differs")


@RENDERINGS.promise
def unknown_controls(speaker: Speaker) -> None:
    """A control that it does not have is ignored, and not among the effective ones."""
    made = speaker.render(Take(0, 0, {"no_such_control": 1.0}))[0]
    expect("no_such_control" not in made.effective, "it is listed as effective")
    expect(_same(made, speaker.neutral), "the audio differs")


@RENDERINGS.promise
def effective_controls(speaker: Speaker) -> None:
    """Every rendering names the value of every control."""
    for rendering in (speaker.neutral, *(made for _, _, made in speaker.extremes)):
        missing = set(speaker.engine.controls) - set(rendering.effective)
        expect(not missing, f"missing: {sorted(missing)}; use emotts.controls.resolve")


@RENDERINGS.promise
def clamped_controls(speaker: Speaker) -> None:
    """A control beyond its range is clamped to it."""
    for control, end, rendering in speaker.extremes:
        value = rendering.effective[control.name]
        expect(math.isclose(value, end, abs_tol=1e-9), f"{control.name}: {value:g}, not {end:g}")


@RENDERINGS.promise
def audible_controls(speaker: Speaker) -> None:
    """Every control changes the audio."""
    for control, end, rendering in speaker.extremes:
        expect(not _same(rendering, speaker.neutral), f"{control.name} at {end:g} changes nothing")


@RENDERINGS.promise
def one_rate(speaker: Speaker) -> None:
    """All takes have one sampling rate."""
    rates = {r.audio.rate for r in (speaker.neutral, *(made for _, _, made in speaker.extremes))}
    expect(len(rates) == 1, f"rates {sorted(rates)} Hz")


@RENDERINGS.promise
def conditioned(speaker: Speaker) -> None:
    """It claims to have heeded no conditioning that it was not given, or does not accept."""
    expect(not speaker.neutral.conditioned, f"given none: {sorted(speaker.neutral.conditioned)}")
    tagged = speaker.render(Take(1, 1, conditioning=Conditioning(emotion="anger")))[0]
    heedable = speaker.engine.accepts & {"emotion"}
    expect(tagged.conditioned <= heedable, f"given a tag: {sorted(tagged.conditioned)}")


@RENDERINGS.promise
def full_scale(speaker: Speaker) -> None:
    """No take exceeds full scale after the host turned it down."""
    peak = max(r.audio.peak for r in (speaker.neutral, *(made for _, _, made in speaker.extremes)))
    expect(peak <= 1, f"peak {peak:.3f}")


@RENDERINGS.promise
def abandoned(speaker: Speaker) -> None:
    """A request that is abandoned after one take leaves it usable."""
    takes = [Take(0, 0), Take(1, 0)]
    next(iter(speaker.engine.renderings(speaker.text, voice=speaker.voice, takes=takes)))
    expect(_same(speaker.neutral, speaker.render(Take(0, 0))[0]), "the next rendering differs")


@RENDERINGS.promise
def odd_texts(speaker: Speaker) -> None:
    """It speaks odd texts, or refuses them with an error of emotts."""
    for text in ODD_TEXTS:
        try:
            list(speaker.engine.synthesize(text, voice=speaker.voice, takes=[Take(0, 0)]))
        except EmottsError:
            continue
        except Exception as error:
            raise AssertionError(f"{text!r}: {type(error).__name__}: {error}") from error


def _same(one: Rendering, other: Rendering) -> bool:
    return np.array_equal(one.audio.samples, other.audio.samples)
