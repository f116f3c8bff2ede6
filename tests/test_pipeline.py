import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from emotts.assembly import assembled
from emotts.audio import Audio
from emotts.builtin.signal import SignalCheck
from emotts.check import Check
from emotts.classifier import Classifier
from emotts.emotions import target
from emotts.engine import Engine
from emotts.errors import (
    CheckError,
    ClassifierError,
    ClassifierGoneError,
    ConfigError,
    EngineError,
    TextError,
)
from emotts.listener import Listener
from emotts.options import Options
from emotts.pipeline import speak
from emotts.records import Candidate, Measurement, Prediction, Profile, Rendering, Take, Voice
from emotts.speaker import Speaker
from emotts.speech import Choice, Request
from emotts.tendencies import TENDENCIES
from emotts.testing import PitchClassifier, ToneEngine

ENGINE = ToneEngine(Options())
VOICE = ENGINE.voice()
TEXT = "The cat sat on the mat."


def listener(classifier: Classifier | None = None, finalists: int | None = None) -> Listener:
    classifier = classifier or PitchClassifier(Options())
    neutral = next(ENGINE.renderings(TEXT, voice=VOICE.name, takes=[Take(0, 0)])).audio
    return Listener(classifier, classifier.profile([neutral]), finalists)


def choices(
    text: str = TEXT,
    emotion: str = "anger",
    takes: int = 8,
    engine: Engine = ENGINE,
    listeners: Sequence[Listener] = (),
    checks: Sequence[Check] = (SignalCheck(SignalCheck.Options()),),
    seen: list[Candidate] | None = None,
) -> list[Choice]:
    request = Request(text, target(emotion), VOICE, takes, seed=3)
    return list(
        speak(
            request,
            engine=engine,
            listeners=listeners or [listener()],
            checks=checks,
            observe=None if seen is None else seen.append,
        )
    )


class Failing(ToneEngine):
    """Fails on the takes it is told to fail on."""

    failing: frozenset[int] = frozenset()

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        for take in takes:
            if take.index in self.failing:
                raise ValueError(f"no take {take.index}")
            yield from super().synthesize(text, voice=voice, takes=[take])


def failing(*takes: int) -> Engine:
    engine = Failing(Options())
    engine.failing = frozenset(takes)
    return engine


class Deaf(PitchClassifier):
    """Can't hear clips whose pitch is above the neutral one."""

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        heard = super().classify(batch, profile=profile)
        if profile and any(prediction.embedding[0] > 1 for prediction in heard):
            raise ClassifierError("too high for me")
        return heard


class Reject(Check):
    """Rejects every clip but, where told so, take 0."""

    name = "reject"
    all = True

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        return [
            [Measurement("reject", 1.0, 0.0, clip is baseline and not self.all, "not wanted")]
            for clip in batch
        ]


def test_the_chosen_take_is_heard_as_the_target_and_take_0_is_not() -> None:
    (choice,) = choices()
    assert choice.candidates[0].predictions["pitch"].top == "neutral"
    assert choice.candidate.predictions["pitch"].top == "anger"
    assert choice.matched and choice.chosen > 0 and choice.margin >= 0
    assert choice.candidate.score == max(c.score for c in choice.candidates if c.score is not None)


def test_a_choice_prints_without_samples() -> None:
    (choice,) = choices()
    printed = f"{choice} {choice.audio} {choice.candidate}"
    assert "array(" not in printed
    assert f"Audio({choice.audio.duration_s:.2f} s at {choice.audio.rate} Hz)" in printed


def test_one_choice_a_sentence_each_as_soon_as_it_is_made() -> None:
    request = Request("One cat. Two dogs.", target("anger"), VOICE, 4, seed=0)
    made = speak(request, engine=ENGINE, listeners=[listener()], checks=[])
    assert next(made).text == "One cat."
    assert next(made).text == "Two dogs."
    assert next(made, None) is None


def test_the_same_request_gives_the_same_bytes() -> None:
    first, second = choices(), choices()
    assert first[0].audio.samples.tobytes() == second[0].audio.samples.tobytes()
    assert [c.score for c in first[0].candidates] == [c.score for c in second[0].candidates]


def test_candidates_are_observed_in_order() -> None:
    seen: list[Candidate] = []
    (choice,) = choices(seen=seen)
    assert [c.take.index for c in seen] == list(range(8))
    assert [c.audio for c in seen] == [c.audio for c in choice.candidates]


def test_a_take_that_fails_is_rejected_with_its_reason_and_the_others_go_on() -> None:
    (choice,) = choices(engine=failing(2, 5))
    rejected = {c.take.index: c.rejected for c in choice.candidates if c.rejected}
    assert rejected == {
        2: "tone failed: ValueError: no take 2",
        5: "tone failed: ValueError: no take 5",
    }
    assert len(choice.candidates) == 8 and choice.chosen not in rejected
    assert choice.candidates[2].score is None


def test_without_a_neutral_rendering_there_is_an_error() -> None:
    with pytest.raises(EngineError, match="no take 0"):
        choices(engine=failing(0))


def test_an_engine_that_makes_more_than_it_was_asked_for_is_spoken_for() -> None:
    class Chunked(ToneEngine):
        """Yields a rendering a clause."""

        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            yield from super().synthesize(text, voice=voice, takes=[t for t in takes for _ in "ab"])

    with pytest.raises(EngineError, match="tone made more renderings for 4 takes"):
        choices(engine=Chunked(Options()))
    spare = failing()
    spare.name = "spare"
    (choice,) = speak(
        Request(TEXT, target("anger"), VOICE, 8, seed=3),
        engine=Chunked(Options()),
        listeners=[listener()],
        checks=[],
        fallback=[Speaker(spare, VOICE, [listener()], TENDENCIES, {})],
    )
    assert choice.engine == "spare" and choice.matched


def test_what_a_classifier_cannot_hear_is_rejected_alone() -> None:
    (choice,) = choices(emotion="fear", listeners=[listener(Deaf(Options()))])
    rejected = [c for c in choice.candidates if c.rejected]
    assert rejected and all(c.rejected == "pitch: too high for me" for c in rejected)
    assert choice.candidate.rejected is None


def test_all_rejected_means_take_0_speaks_unmatched() -> None:
    (choice,) = choices(checks=[Reject(Options())])
    assert (choice.chosen, choice.matched, choice.margin) == (0, False, 0.0)
    assert all(c.rejected == "reject: not wanted" for c in choice.candidates)
    assert choice.candidates[0].predictions and not choice.candidates[1].predictions


def test_a_costly_check_measures_the_best_until_one_passes() -> None:
    class Costly(Reject):
        """Rejects what it hears first and second."""

        name = "costly"
        costly = True
        measured = 0

        def measure(
            self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
        ) -> list[list[Measurement]]:
            self.measured += len(batch)
            return [[Measurement("costly", 1.0, 0.0, self.measured > 2, "no") for _ in batch]]

    check = Costly(Options())
    (plain,) = choices()
    (choice,) = choices(checks=[check])
    best = sorted((c for c in plain.candidates), key=lambda c: -(c.score or 0))
    assert check.measured == 3
    assert [c.take.index for c in best[:2]] == sorted(
        (c.take.index for c in choice.candidates if c.rejected == "costly: no"),
        key=lambda index: -(plain.candidates[index].score or 0),
    )
    assert choice.chosen == best[2].take.index
    assert choice.matched == plain.matched


def test_ties_go_to_the_lowest_index() -> None:
    class Same(ToneEngine):
        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            plain = [replace(take, controls={}) for take in takes]
            return super().synthesize(text, voice=voice, takes=plain)

    (choice,) = choices(engine=Same(Options()))
    assert (choice.chosen, choice.margin) == (0, 0.0)
    assert not choice.matched


def test_a_later_classifier_hears_finalists_only_and_says_so() -> None:
    class Second(PitchClassifier):
        name = "second"
        heard = 0

        def classify(
            self, batch: Sequence[Audio], *, profile: Profile | None = None
        ) -> list[Prediction]:
            if profile:
                self.heard += len(batch)
            return super().classify(batch, profile=profile)

    second = Second(Options())
    third = listener(second, finalists=3)
    second.heard = 0
    (choice,) = choices(listeners=[listener(), third])
    heard = [c.take.index for c in choice.candidates if "second" in c.predictions]
    assert len(heard) == second.heard == 3
    assert choice.chosen in heard
    assert choice.classifiers == ("pitch", "second")
    best_of_first = sorted(choice.candidates, key=lambda c: -c.predictions["pitch"].scores["anger"])
    assert {c.take.index for c in best_of_first[:3]} == set(heard)


class Large(PitchClassifier):
    """Its process dies once it is calibrated."""

    name = "large"

    def profile(self, clips: Sequence[Audio]) -> Profile:
        found = super().profile(clips)
        self.classify = self.die  # type: ignore[method-assign]
        return found

    def die(self, batch: Sequence[Audio], *, profile: Profile | None = None) -> list[Prediction]:
        raise ClassifierGoneError("it was ended by SIGKILL")


@pytest.mark.parametrize("finalists", [3, 8])
def test_finalists_that_a_failed_classifier_cannot_hear_stay_ahead_unmatched(
    finalists: int,
) -> None:
    (plain,) = choices()
    (choice,) = choices(listeners=[listener(), listener(Large(Options()), finalists)])
    assert plain.matched and not choice.matched
    assert (choice.chosen, choice.candidate.rejected) == (plain.chosen, None)
    assert "large" not in choice.candidate.predictions
    assert choice.advice == ("large failed on every take to be heard: the log says why",)


def test_a_speech_has_no_embedding_of_a_classifier_that_heard_no_winner() -> None:
    listeners = [listener(), listener(Large(Options()), finalists=3)]
    made = choices(listeners=listeners)
    request = Request(TEXT, target("anger"), VOICE, 8, seed=3)
    speech = assembled(request, "tone", made, [listener.name for listener in listeners])
    assert set(speech.embeddings) == {"pitch"}
    heard = made[0].candidate.predictions["pitch"].embedding
    assert speech.embedding.tolist() == pytest.approx(heard.tolist())


def test_a_target_that_a_classifier_lacks_is_refused_before_anything_is_spoken() -> None:
    with pytest.raises(ConfigError, match="pitch does not hear surprise; it hears: anger, fear"):
        choices(emotion="surprise")


class Clipped(ToneEngine):
    """Makes a single sample of the takes it is told to make that of."""

    short: frozenset[int] = frozenset()

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        made = super().synthesize(text, voice=voice, takes=takes)
        for take, rendering in zip(takes, made, strict=True):
            if take.index in self.short:
                yield replace(rendering, audio=Audio(np.full(1, 0.1, np.float32), 192_000))
            else:
                yield rendering


@pytest.mark.parametrize("checks", [(), (SignalCheck(SignalCheck.Options()),)])
def test_a_take_too_short_to_be_heard_is_rejected_alone(checks: Sequence[Check]) -> None:
    engine = Clipped(Options())
    engine.short = frozenset({2})
    (choice,) = choices(engine=engine, checks=checks)
    assert [c.take.index for c in choice.candidates if c.rejected] == [2]
    engine.short = frozenset({0})
    with pytest.raises(ClassifierError, match=r"take 0 can't be heard: (silence: .*; )?pitch: "):
        choices(engine=engine, checks=checks)


def test_a_model_that_cannot_be_loaded_is_an_error_in_words() -> None:
    class Absent(PitchClassifier):
        def load(self) -> None:
            raise ImportError("no such module")

    with pytest.raises(ClassifierError, match="pitch failed: ImportError: no such module"):
        choices(listeners=[listener(Absent(Options()))])


class Broken(Check):
    """Fails where it is told to."""

    name = "broken"

    def __init__(self, at: str) -> None:
        super().__init__(Options())
        self.at, self.costly = at, at == "prepare"

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        if self.at == "measure":
            raise RuntimeError("out of luck")
        return []

    def prepare(self, clip: Audio) -> None:
        raise RuntimeError("out of luck")


class Leaver(Failing):
    """Exits in place of the takes it is told to fail on."""

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        try:
            yield from super().synthesize(text, voice=voice, takes=takes)
        except ValueError:
            sys.exit("enough")


class Impatient(PitchClassifier):
    """Has something happen to it once it is calibrated."""

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        if profile:
            self.happen()
        return super().classify(batch, profile=profile)

    def happen(self) -> None:
        sys.exit("enough")


class Bouncer(Reject):
    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        sys.exit("enough")


def test_a_part_that_exits_has_failed_and_its_host_goes_on() -> None:
    engine = Leaver(Options())
    engine.failing = frozenset({3})
    (choice,) = choices(engine=engine)
    assert choice.matched
    assert choice.candidates[3].rejected == "tone failed: SystemExit: enough"
    engine.failing = frozenset({0})
    with pytest.raises(EngineError, match="tone failed: SystemExit: enough"):
        choices(engine=engine)
    with pytest.raises(ClassifierError, match="pitch failed: SystemExit: enough"):
        choices(listeners=[listener(Impatient(Options()))])
    with pytest.raises(CheckError, match="reject failed: SystemExit: enough"):
        choices(checks=[Bouncer(Options())])


def test_a_host_is_ended_by_a_signal_whoever_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(number: int, frame: object) -> None:
        sys.exit(number)

    ear, number = Impatient(Options()), signal.SIGTERM
    before = signal.signal(number, stop)
    try:
        monkeypatch.setattr(ear, "happen", lambda: signal.raise_signal(number))
        with pytest.raises(SystemExit, match=str(int(number))):
            choices(listeners=[listener(ear)])
    finally:
        signal.signal(number, before)

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ear, "happen", interrupt)
    with pytest.raises(KeyboardInterrupt):
        choices(listeners=[listener(ear)])


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        ("measure", "broken failed: RuntimeError: out of luck"),
        ("prepare", "broken failed: RuntimeError: out of luck"),
        ("nothing", "broken gave 0 results for 1 clips"),
    ],
)
def test_a_check_that_fails_is_an_error_in_words(at: str, problem: str) -> None:
    with pytest.raises(CheckError, match=problem):
        choices(checks=[Broken(at)])


def test_text_with_nothing_to_speak_is_an_error() -> None:
    with pytest.raises(TextError):
        choices("…")


def test_audio_beyond_full_scale_is_turned_down_and_the_gain_recorded() -> None:
    class Loud(ToneEngine):
        def synthesize(
            self, text: str, *, voice: str, takes: Sequence[Take]
        ) -> Iterator[Rendering]:
            for rendering in super().synthesize(text, voice=voice, takes=takes):
                louder = Audio(rendering.audio.samples * np.float32(20), rendering.audio.rate)
                yield replace(rendering, audio=louder)

    (choice,) = choices(engine=Loud(Options()))
    for candidate in choice.candidates:
        assert candidate.audio is not None and 0.99 < candidate.audio.peak <= 1
        assert candidate.effective["gain"] < 0


def test_closing_the_stream_early_leaves_no_thread_behind() -> None:
    request = Request("One cat. Two dogs.", target("anger"), VOICE, 64, seed=0)
    made = speak(request, engine=ENGINE, listeners=[listener()], checks=[])
    next(made)
    made.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "emotts-ahead"]
