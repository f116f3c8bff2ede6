"""What an engine promises the host."""

import re
from collections.abc import Iterator

from emotts.engine import Engine
from emotts.errors import ConfigError
from emotts.records import Take
from emotts.testing.component import COMPONENT, MODEL, Component, expect_name
from emotts.testing.contract import Contract, Outcome, enforce, expect
from emotts.testing.renderings import RENDERINGS
from emotts.testing.speaker import Speaker
from emotts.tunedfile import Tuned

TEXT = "On Monday, the train leaves from platform four."
ACCEPTS = frozenset({"reference", "embedding", "emotion"})

DECLARED: Contract[Engine] = Contract()


def check_engine(engine: Engine, *, text: str = TEXT, voice: str | None = None) -> None:
    """Raise an `AssertionError` that lists every promise that an engine breaks.

    Args:
        engine: an instance; anything it needs is installed.
        text: a short sentence that it can speak, best with a pause inside.
        voice: the default one for None.
    """
    enforce(f"engine {engine.name}", engine_promises(engine, text=text, voice=voice))


def engine_promises(
    engine: Engine, *, text: str = TEXT, voice: str | None = None
) -> Iterator[Outcome]:
    """What `check_engine` looks at, one promise after the other."""
    speaker = Speaker(engine, text, engine.voice(voice).name)
    component = Component(engine, lambda: speaker.render(Take(0, 0), Take(1, 1)))
    yield from COMPONENT.outcomes(component)
    yield from MODEL.outcomes(component)
    yield from DECLARED.outcomes(engine)
    yield from RENDERINGS.outcomes(speaker)


@DECLARED.promise
def accepts(engine: Engine) -> None:
    """It accepts only conditioning that the host knows."""
    unknown = set(engine.accepts) - ACCEPTS
    expect(not unknown, f"unknown: {sorted(unknown)}; valid: {sorted(ACCEPTS)}")


@DECLARED.promise
def controls_by_name(engine: Engine) -> None:
    """Its controls are listed under their own names."""
    for key, control in engine.controls.items():
        expect(key == control.name, f"{control.name!r} is listed as {key!r}")


@DECLARED.promise
def controls_described(engine: Engine) -> None:
    """Its controls have a unit and a meaning."""
    for control in engine.controls.values():
        expect(bool(control.unit and control.meaning), f"{control.name} lacks one")


@DECLARED.promise
def tuned_within_reach(engine: Engine) -> None:
    """Tuned priors that come with it can be read, and move controls that it has."""
    for file in sorted(engine.tuned.glob("*.json")) if engine.tuned else ():
        try:
            content = Tuned.load(file)
        except ConfigError as error:
            expect(False, str(error))
            continue
        if content.engine == engine.name:
            moved = {name for controls in content.emotions.values() for name in controls}
            unknown = sorted(moved - set(engine.controls))
            expect(not unknown, f"{file.name} moves {', '.join(unknown)}")


@DECLARED.promise
def has_voices(engine: Engine) -> None:
    """It has at least one voice, each under a name of its own."""
    names = [voice.name for voice in engine.voices()]
    expect(bool(names), "voices() is empty")
    expect(len(set(names)) == len(names), f"a name comes twice: {names}")
    for found in names:
        expect_name(found)


@DECLARED.promise
def voices_have_languages(engine: Engine) -> None:
    """Its voices name their language as a BCP 47 tag."""
    for voice in engine.voices():
        tag = re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", voice.language)
        expect(tag is not None, f"{voice.name}: {voice.language!r}")
