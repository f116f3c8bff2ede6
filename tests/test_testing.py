"""The test kit finds what is broken, and every installed plugin passes it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from emotts import plugins
from emotts.audio import Audio
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.controls import STANDARD, Control
from emotts.engine import Engine
from emotts.errors import ClassifierError, ConfigError, EngineError
from emotts.options import Options
from emotts.records import Measurement, Prediction, Profile, Rendering, Take, Voice
from emotts.testing import (
    GatedEngine,
    PitchClassifier,
    ToneEngine,
    check_check,
    check_classifier,
    check_engine,
    check_promises,
    classifier_promises,
    engine_promises,
    spoken,
)
from emotts.testing.contract import Contract

INSTALLED = plugins.load()
TEXT = "On Monday, the train leaves from platform four."


def make(kind):
    needed = [name for name, field in kind.Options.model_fields.items() if field.is_required()]
    if needed:
        pytest.skip(f"{kind.name} has no default for {', '.join(needed)}: its own tests check it")
    return kind(kind.Options())


def hum(**controls: float) -> Audio:
    takes = [Take(1, 0, controls)]
    return next(make(ToneEngine).renderings("One, two, three.", voice="alto", takes=takes)).audio


ENGINES = [*INSTALLED.engines.values(), ToneEngine, GatedEngine]


@pytest.mark.parametrize("kind", ENGINES, ids=lambda k: k.name)
def test_every_installed_engine_keeps_its_promises(kind: type[Engine]) -> None:
    engine = make(kind)
    try:
        engine.voices()
    except ConfigError as error:
        pytest.skip(f"{kind.name} wants to be told more, and its own tests check it: {error}")
    check_engine(engine)


@pytest.mark.parametrize(
    "kind", [*INSTALLED.classifiers.values(), PitchClassifier], ids=lambda k: k.name
)
def test_every_installed_classifier_keeps_its_promises(kind: type[Classifier]) -> None:
    check_classifier(make(kind))


@pytest.fixture(scope="module")
def sentence() -> list[Audio]:
    """A sentence that a person could have spoken: neutral, a little higher, a little slower."""
    return spoken(TEXT, {"pitch": 1.0}, {"rate": 0.9})


@pytest.mark.parametrize("kind", INSTALLED.checks.values(), ids=lambda k: k.name)
def test_every_installed_check_keeps_its_promises(kind: type[Check], sentence: list[Audio]) -> None:
    check_check(
        make(kind),
        text=TEXT,
        voice=Voice("heart", "en-US"),
        baseline=sentence[0],
        takes=sentence[1:],
    )


def test_a_plugin_that_exits_breaks_the_promise_it_is_held_to() -> None:
    contract: Contract[str] = Contract()

    @contract.promise
    def stays(subject: str) -> None:
        """It stays."""
        sys.exit(f"{subject} has left")

    (outcome,) = contract.outcomes("the engine")
    assert (outcome.promise, outcome.problem) == ("It stays", "SystemExit: the engine has left")


def test_a_plugin_has_at_least_25_promises_in_words() -> None:
    for outcomes in (engine_promises(make(ToneEngine)), classifier_promises(make(PitchClassifier))):
        found = list(outcomes)
        assert len({outcome.promise for outcome in found}) == len(found) >= 25
        assert all(" " in outcome.promise for outcome in found)


class Hushed(ToneEngine):
    """Can only get softer."""

    controls: Mapping[str, Control] = {
        name: STANDARD[name].within(low, high)
        for name, low, high in (("rate", 0.5, 2), ("pitch", -8, 8), ("energy", -12, 0))
    }


class Still(ToneEngine):
    """Has no control, and nothing to say about no take."""

    controls: Mapping[str, Control] = {}

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        assert takes
        for made in ToneEngine(Options()).synthesize(
            text, voice=voice, takes=[Take(take.index, take.seed) for take in takes]
        ):
            yield Rendering(made.audio, {})


@pytest.mark.parametrize("kind", [Hushed, Still])
def test_an_engine_keeps_its_promises_whatever_its_controls(kind: type[Engine]) -> None:
    check_engine(make(kind))


def hummed(engine: GatedEngine, text: str) -> Audio:
    return next(engine.renderings(text, voice="alto", takes=[Take(0, 0)])).audio


def test_a_take_of_a_text_that_is_held_waits_until_its_gate_is_opened() -> None:
    engine = make(GatedEngine)
    with ThreadPoolExecutor(2) as pool, engine.holding("One.") as gate:
        held = [pool.submit(hummed, engine, "One.") for _ in range(2)]
        gate.wait_until_reached()
        assert hummed(engine, "Two.").duration_s
        assert not any(take.done() for take in held)
        gate.open()
        assert all(take.result().duration_s for take in held)
        assert hummed(engine, "One.").duration_s
    assert sorted(engine.begun) == ["One.", "One.", "One.", "Two."]


def test_nothing_is_held_for_longer_than_the_test() -> None:
    engine = make(GatedEngine)
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError), engine.holding("One.") as gate:
            held = pool.submit(hummed, engine, "One.")
            gate.wait_until_reached()
            raise ZeroDivisionError
        assert held.result().duration_s


def test_a_gate_in_vain_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotts.testing.gated.PATIENCE_S", 0)
    engine = make(GatedEngine)
    with engine.holding("One.") as gate:
        with pytest.raises(TimeoutError, match="no take comes to the gate"):
            gate.wait_until_reached()
        with pytest.raises(EngineError, match="nobody opens the gate"):
            hummed(engine, "One.")


class Loose(Options, extra="ignore"):
    pass


class BadEngine(ToneEngine):
    """Breaks one promise, which its subclasses choose."""


class LooseOptions(BadEngine):
    Options = Loose


class Nameless(BadEngine):
    name = "../tone"


class Unlicensed(BadEngine):
    license = ""


class Wild(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for rendering in super().synthesize(text, voice=voice, takes=takes):
            noise = np.random.default_rng().normal(0, 1e-3, rendering.audio.samples.size)
            samples = (rendering.audio.samples + noise).astype(np.float32)
            yield Rendering(Audio(samples, rendering.audio.rate), rendering.effective)


class Short(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        yield from super().synthesize(text, voice=voice, takes=takes[:1])


class Inert(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        plain = [Take(take.index, take.seed) for take in takes]
        yield from super().synthesize(text, voice=voice, takes=plain)


class Mute(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for rendering in super().synthesize(text, voice=voice, takes=takes):
            samples = np.zeros_like(rendering.audio.samples)
            yield Rendering(Audio(samples, rendering.audio.rate), rendering.effective)


class AnyVoice(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        yield from super().synthesize(text, voice="alto", takes=takes)


class Crashing(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        if not text.isascii():
            raise UnicodeEncodeError("ascii", text, 0, 1, "no")
        yield from super().synthesize(text, voice=voice, takes=takes)


class Chatty(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        print("speaking")
        yield from super().synthesize(text, voice=voice, takes=takes)


class Gambling(BadEngine):
    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        np.random.rand()
        yield from super().synthesize(text, voice=voice, takes=takes)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (Nameless, "a name that the host can look up: '../tone'"),
        (Unlicensed, "names the licence of its weights or voices: license is ''"),
        (LooseOptions, "'no_such' was accepted"),
        (Wild, "The same take sounds the same, to the bit"),
        (Short, "tone made 1 renderings of 3 takes|1 renderings of 3 takes"),
        (Inert, "clamped to it: rate: 1, not 0.5"),
        (Inert, "Every control changes the audio: rate at 0.5 changes nothing"),
        (Mute, "It speaks audibly: level -180 dB"),
        (AnyVoice, "An unknown voice is an error that lists the valid ones: it spoke"),
        (Crashing, "refuses them with an error of emotts: '…': UnicodeEncodeError"),
        (Chatty, "It prints nothing: standard output belongs to the host: it printed 'speaking"),
        (Gambling, "It leaves the global random state alone"),
    ],
)
def test_an_engine_that_breaks_a_promise_is_found(kind: type[Engine], problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        check_engine(make(kind))


class Swapped(PitchClassifier):
    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        return super().classify(batch, profile=profile)[::-1]


class Unlabelled(PitchClassifier):
    labels = ("anger", "fear", "joy", "neutral", "sadness")


class Credulous(PitchClassifier):
    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        try:
            return super().classify(batch, profile=profile)
        except ClassifierError:
            even = dict.fromkeys(self.labels, 1 / len(self.labels))
            return [Prediction(even, np.zeros(2, np.float32)) for _ in batch]


class Uncentred(PitchClassifier):
    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        return super().classify(batch)


class Wide(PitchClassifier):
    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        return [
            Prediction({name: 0.5 for name in self.labels}, heard.embedding.astype(np.float64))
            for heard in super().classify(batch)
        ]


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (Swapped, "alone and beside others of other lengths, in any order: fear of clip"),
        (Unlabelled, r"canonical emotions, each once: \['joy'\]; valid: anger"),
        (Credulous, "A silent clip is refused with a ClassifierError: it heard"),
        (Credulous, "A clip of one sample is refused"),
        (Uncentred, "It centres on a profile where it says so"),
        (Wide, "exclude each other: they sum to 2.5"),
        (Wide, "float32 vectors of one length: dtype float64"),
    ],
)
def test_a_classifier_that_breaks_a_promise_is_found(kind: type[Classifier], problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        check_classifier(make(kind))


class Grumpy(Check):
    """Rejects everything, without a reason."""

    name = "grumpy"

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        return [[Measurement("mood", float("nan"), 1.0, False, " ")] for _ in batch]


def test_a_check_that_breaks_promises_is_found() -> None:
    clips = {"baseline": hum(), "takes": [hum(pitch=1), hum(pitch=2)]}
    outcomes = check_promises(make(Grumpy), text="One.", voice=Voice("alto", "und"), **clips)
    broken = {outcome.promise for outcome in outcomes if outcome.problem}
    assert {
        "Every measurement gives its reason in words",
        "Values and floors are finite numbers",
        "A sound baseline passes against itself",
    } <= broken
