import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from emotts import Audio, Config, Host
from emotts.cli import cli
from emotts.emotions import Target
from emotts.errors import AudioError, ConfigError
from emotts.records import Prediction, Take
from emotts.scoring import alike
from emotts.speech import Reference
from emotts.testing import ToneEngine

TEXT = "The cat sat."


def recording(voice: str = "bass", **controls: float) -> Audio:
    """A bass: another speaker than the alto who is to sound like it."""
    takes = [Take(0, 0, controls)]
    engine = ToneEngine(ToneEngine.Options())
    return next(engine.renderings("She said so.", voice=voice, takes=takes)).audio


FEARFUL = recording(pitch=4.0)
SAD = recording(pitch=-3.5, energy=-6.0)
OTHERS = [recording(pitch=p, energy=e) for p in (-2.0, 0.0, 2.0) for e in (-2.0, 2.0)]


@pytest.fixture
def host(tones: Path) -> Host:
    return Host(Config.load(tones))


@pytest.mark.parametrize(("clip", "emotion"), [(FEARFUL, "fear"), (SAD, "sadness")])
def test_the_emotion_of_a_recording_is_the_target(host: Host, clip: Audio, emotion: str) -> None:
    speech = host.say(TEXT, like=clip, like_calibrate=OTHERS)
    assert speech.choices[0].candidate.predictions["pitch"].top == emotion
    assert speech.request.target.dominant == emotion
    assert speech.request.like is not None and speech.request.like.centred
    assert speech.matched


def test_without_calibration_it_is_heard_as_it_is_and_the_reply_says_so(host: Host) -> None:
    """A bass is then sad whatever he says, which is why others of his recordings are worth it."""
    speech = host.say(TEXT, like=FEARFUL)
    assert speech.request.like is not None and not speech.request.like.centred
    assert speech.request.target.dominant == "sadness"


def test_a_named_emotion_goes_before_what_is_heard(host: Host) -> None:
    speech = host.say(TEXT, "sadness", like=FEARFUL, like_calibrate=OTHERS)
    assert speech.request.target == Target({"sadness": 1.0})
    assert speech.choices[0].candidate.predictions["pitch"].top == "sadness"


def test_intensity_leaves_some_of_take_0(host: Host) -> None:
    full, half = (
        host.say(TEXT, like=SAD, like_calibrate=OTHERS, takes=16, intensity=i) for i in (1.0, 0.5)
    )
    heard = [s.choices[0].candidate.predictions["pitch"].scores["sadness"] for s in (full, half)]
    assert heard[0] > heard[1]


def test_dimensions_of_a_recording_are_a_point_within_the_scales() -> None:
    heard = Prediction({}, np.zeros(1, np.float32), {"arousal": 1.2, "valence": 0.4})
    assert heard.as_target().point == {"arousal": 1.0, "valence": 0.4}


def test_what_was_heard_serves_further_requests(host: Host) -> None:
    first = host.say(TEXT, like=FEARFUL, like_calibrate=OTHERS)
    again = host.say(TEXT, like=first.request.like)
    assert again.request.like is not None and again.request.like.centred
    assert (first.audio.samples == again.audio.samples).all()
    named = host.say(TEXT, "sadness", like=first.request.like)
    assert host.say(TEXT, like=named.request.like).request.target == first.request.target


def test_what_others_heard_is_refused(host: Host) -> None:
    reference = Reference({"ear": Prediction({"fear": 1.0}, np.zeros(1, np.float32))})
    with pytest.raises(ConfigError, match="not heard by pitch, but by ear; give the recording"):
        host.say(TEXT, like=reference)


def test_a_target_is_needed(host: Host) -> None:
    with pytest.raises(ConfigError, match="no target: name an emotion, or a recording"):
        host.say(TEXT)
    with pytest.raises(AudioError, match=r"nowhere\.wav"):
        host.say(TEXT, like="nowhere.wav")


def test_alike_needs_the_same_emotion_first(host: Host) -> None:
    fear, sadness = host.classify([FEARFUL, SAD], calibrate=OTHERS)
    assert alike(fear, fear) and not alike(sadness, fear)


def say(tones: Path, folder: Path, *arguments: str) -> Result:
    options = ["--config", str(tones), "-o", str(folder / "a.wav")]
    return CliRunner().invoke(cli, ["say", TEXT, *options, *arguments])


def test_the_command_line_says_what_it_heard_in_the_recording(tones: Path, tmp_path: Path) -> None:
    fearful = FEARFUL.write(tmp_path / "fearful.wav")
    others = [
        argument
        for index, clip in enumerate(OTHERS)
        for argument in ("--like-calibrate", str(clip.write(tmp_path / f"{index}.wav")))
    ]
    plain = say(tones, tmp_path, "--like", str(fearful))
    assert plain.exit_code == 0, plain.output
    report = "".join(plain.stdout.split())
    assert f"like{fearful}:anger" in report and "speakerunknown" in report
    form = json.loads(say(tones, tmp_path, "--like", str(fearful), *others, "--json").stdout)
    assert (form["like"]["file"], form["like"]["centred"]) == (str(fearful), True)
    assert max(form["target"], key=form["target"].__getitem__) == "fear"
    missing = say(tones, tmp_path)
    assert missing.exit_code == 2 and "no target" in missing.stderr
