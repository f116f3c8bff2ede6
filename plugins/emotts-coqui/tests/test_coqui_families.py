"""Each family keeps what an engine promises, loaded by Coqui's own code."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from emotts.controls import resolve
from emotts.records import Take
from emotts.testing import check_engine, engine_promises
from tiny_coqui import RATE, Make

from emotts_coqui import families

TEXT = "Hello there."


@pytest.mark.parametrize("kind", ["vits", "vits_of_people", "vits_of_emotions", "glow", "speedy"])
def test_keeps_the_promises_of_an_engine(make: Make, kind: str) -> None:
    check_engine(make(kind), text=TEXT)


@pytest.mark.slow
def test_your_tts_keeps_the_promises_of_an_engine(make: Make) -> None:
    check_engine(make("your_tts"), text=TEXT)


@pytest.mark.heavy
def test_xtts_keeps_the_promises_of_an_engine_that_do_not_need_training(make: Make) -> None:
    broken = {o.promise for o in engine_promises(make("xtts"), text=TEXT) if o.problem}
    # Where speech ends is what a language model learns: this one always fills its ten tokens, and
    # a control at its end may draw the same ten.
    assert broken <= {"Twice the text lasts longer", "Every control changes the audio"}


def test_the_controls_of_xtts_are_arguments_of_its_inference(make: Make) -> None:
    engine = make("xtts")
    neutral = resolve(engine.controls, {})
    moved = neutral | {"rate": 1.25, "temperature": 1.2, "top_k": 20.4, "repetition_penalty": 3}
    own = {"speed": 1, "temperature": 0.85, "top_k": 5, "top_p": 0.85, "repetition_penalty": 2}
    assert families.settings(engine._knobs, neutral) == own
    assert families.settings(engine._knobs, moved) == pytest.approx(
        own | {"speed": 1.25, "temperature": 1.02, "top_k": 20, "repetition_penalty": 3}
    )


def test_tacotron_draws_from_its_seed(make: Make) -> None:
    engine = make("tacotron2")
    takes = [Take(0, 0), Take(1, 0), Take(2, 1)]
    first, again, other = (
        r.audio.samples for r in engine.renderings(TEXT, voice="default", takes=takes)
    )
    assert engine.uses_seed
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_vocoder_makes_the_sound_of_a_spectrogram(
    make: Make, checkpoint: Callable[[str], Path]
) -> None:
    griffin_lim, hifigan = (
        next(engine.renderings(TEXT, voice="default", takes=[Take(0, 0)])).audio
        for engine in (make("glow"), make("glow", vocoder_path=checkpoint("vocoder")))
    )
    assert hifigan.rate == griffin_lim.rate
    # HiFi-GAN repeats the first and the last frame five times.
    frames = (hifigan.duration_s - griffin_lim.duration_s) * RATE / 256
    assert frames == pytest.approx(11, abs=1)
    assert not np.array_equal(hifigan.samples, griffin_lim.samples)


@pytest.mark.parametrize(
    ("kind", "controls", "uses_seed", "accepts"),
    [
        ("vits", {"rate", "temperature", "duration_noise"}, True, set()),
        ("vits_of_people", {"rate", "temperature", "duration_noise"}, True, set()),
        ("vits_of_emotions", {"rate", "temperature", "duration_noise"}, True, {"embedding"}),
        ("your_tts", {"rate", "temperature", "duration_noise"}, True, {"reference"}),
        ("glow", {"rate", "temperature"}, True, set()),
        ("speedy", {"rate"}, False, {"embedding"}),
        (
            "xtts",
            {"rate", "temperature", "top_k", "top_p", "repetition_penalty"},
            True,
            {"reference"},
        ),
    ],
)
def test_says_what_it_can_do(
    make: Make, kind: str, controls: set[str], uses_seed: bool, accepts: set[str]
) -> None:
    engine = make(kind)
    assert (set(engine.controls), engine.uses_seed, engine.accepts) == (
        controls,
        uses_seed,
        accepts,
    )


def test_a_model_of_one_voice_has_the_default_one(make: Make) -> None:
    (voice,) = make("glow").voices()
    assert (voice.name, voice.language) == ("default", "de")


def test_voices_are_speakers(make: Make) -> None:
    assert [voice.name for voice in make("vits_of_people").voices()] == ["p225", "ED"]


def test_speakers_sound_different(make: Make) -> None:
    engine = make("vits_of_people")
    one, other = (
        next(engine.renderings(TEXT, voice=name, takes=[Take(0, 0)])).audio.samples
        for name in ("p225", "ED")
    )
    assert one.size != other.size or abs(one - other).max() > 0.01


def test_voices_are_speakers_in_languages(make: Make) -> None:
    assert [(voice.name, voice.language) for voice in make("your_tts").voices()] == [
        ("female-en-5.en", "en"),
        ("female-en-5.fr-fr", "fr-FR"),
        ("male-en-2.en", "en"),
        ("male-en-2.fr-fr", "fr-FR"),
    ]


def test_the_emotions_that_a_model_was_trained_on_are_no_voices(make: Make) -> None:
    assert [voice.name for voice in make("vits_of_emotions").voices()] == ["default"]


def test_another_model_is_another_fingerprint(make: Make) -> None:
    assert make("glow").fingerprint != make("speedy").fingerprint


def test_registering_it_imports_neither_torch_nor_coqui() -> None:
    code = "import sys, emotts_coqui; sys.exit(bool({'torch', 'TTS', 'numba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
