import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from emotts.audio import Audio
from emotts.builtin.signal import SignalCheck
from emotts.cli import cli
from emotts.emotions import target
from emotts.errors import ConfigError
from emotts.host import Host
from emotts.listener import Listener
from emotts.options import Options
from emotts.pipeline import speak
from emotts.records import Candidate, Prediction, Take, Voice
from emotts.scoring import ranking
from emotts.speech import Choice, Request, Tone
from emotts.testing import PitchClassifier, ToneEngine
from emotts.tone import Scored, lean, spreads, together
from emotts.tonefile import read

FEAR = target("fear")
REQUEST = Request("", FEAR, Voice("alto", "und"), 4, 0)
SILENCE = Audio(np.zeros(1, np.float32), 8000)
REACHED = {"fear": 0.9, "neutral": 0.1}
MISSED = {"fear": 0.1, "neutral": 0.9}


def candidate(
    index: int, score: float | None, pitch: float, heard: dict[str, float] = REACHED
) -> Candidate:
    controls = {"pitch": pitch} if index else {}
    embedding = np.array([pitch, 1], np.float32)
    return Candidate(
        Take(index, 0, controls),
        SILENCE,
        {"pitch": pitch},
        predictions={"ear": Prediction(heard, embedding)},
        score=score,
        rejected=None if score is not None else "clipping",
    )


def sentence(*rivals: Candidate) -> Scored:
    return Scored([candidate(0, 0.0, 0.0, MISSED), *rivals], REQUEST, "ear", "ear-1")


def tone(pitch: float) -> Tone:
    return Tone(FEAR, {"pitch": pitch}, np.array([pitch, 1], np.float32))


def chosen(leaning: Sequence[Candidate]) -> int:
    return ranking(leaning)[0].take.index


def test_of_takes_that_are_as_good_the_nearest_is_chosen() -> None:
    rivals = sentence(candidate(1, 2.0, 5.0), candidate(2, 1.9, 1.0))
    assert chosen(lean(rivals, [])) == 1
    assert chosen(lean(rivals, [tone(1.0)])) == 2
    assert chosen(lean(rivals, [tone(5.0)])) == 1


def test_a_take_that_is_much_better_is_chosen_wherever_it_is() -> None:
    others = [candidate(index, 0.1, 1.0) for index in range(2, 9)]
    assert chosen(lean(sentence(candidate(1, 3.0, 2.0), *others), [tone(1.0)])) == 1


def test_no_take_that_misses_the_target_passes_one_that_reaches_it() -> None:
    rivals = sentence(candidate(1, 2.0, 9.0), candidate(2, 1.99, 1.0, MISSED))
    assert chosen(lean(rivals, [tone(1.0)])) == 1


def test_another_target_has_another_tone() -> None:
    rivals = sentence(candidate(1, 2.0, 5.0), candidate(2, 1.9, 1.0))
    angry = replace(tone(1.0), target=target("anger"))
    assert chosen(lean(rivals, [angry])) == 1


def test_what_was_rejected_stays_rejected() -> None:
    rivals = sentence(candidate(1, 2.0, 5.0), candidate(2, None, 1.0))
    assert [c.score is None for c in lean(rivals, [tone(1.0)])] == [False, False, True]


def test_without_controls_embeddings_tell_how_near_takes_are() -> None:
    def bare(index: int, score: float, angle: float) -> Candidate:
        embedding = np.array([np.cos(angle), np.sin(angle)], np.float32)
        heard = {"ear": Prediction(REACHED, embedding)}
        return Candidate(Take(index, index), SILENCE, {}, predictions=heard, score=score)

    rivals = sentence(bare(1, 2.0, 3.0), bare(2, 1.9, 0.1))
    before = Tone(FEAR, {}, np.array([1, 0], np.float32), "ear-1")
    assert spreads(rivals.candidates) == {}
    assert chosen(lean(rivals, [before])) == 2
    assert chosen(lean(rivals, [replace(before, fingerprint="ear-2")])) == 1


def test_together_looks_ahead_where_looking_back_does_not() -> None:
    """The best first take has no neighbour in the second sentence; the next best one has."""
    first = sentence(candidate(1, 2.0, 5.0), candidate(2, 1.9, 1.0))
    second = sentence(candidate(1, 2.0, 1.0), candidate(2, 0.2, 5.0))
    assert [chosen(leaning) for leaning in together([first, second])] == [2, 1]
    assert chosen(lean(first, [])) == 1


def test_together_goes_on_from_what_was_spoken_before() -> None:
    pair = sentence(candidate(1, 2.0, 5.0), candidate(2, 1.9, 1.0))
    assert [chosen(leaning) for leaning in together([pair, pair], tone(1.0))] == [2, 2]
    assert [chosen(leaning) for leaning in together([pair, pair], tone(5.0))] == [1, 1]


def test_together_survives_a_sentence_without_a_choice() -> None:
    none = Scored([candidate(0, None, 0.0), candidate(1, None, 1.0)], REQUEST, "ear", "ear-1")
    pair = sentence(candidate(1, 2.0, 5.0), candidate(2, 1.9, 1.0))
    assert ranking(together([pair, none, pair])[1]) == []


def test_a_later_command_goes_on_in_the_tone_of_an_earlier_one(tones: Path, tmp_path: Path) -> None:
    def say(*arguments: str) -> str:
        options = ["-e", "fear", "--config", str(tones), "-o", str(tmp_path / "a.wav"), "--json"]
        result = CliRunner().invoke(cli, ["say", "A dog ran by.", *options, *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    def chosen(form: str) -> dict[str, float]:
        (sentence,) = json.loads(form)["sentences"]
        return dict(sentence["candidates"][sentence["chosen"]]["effective"])

    free = json.loads(say("--takes", "16", "--stop", "never", "--embedding"))
    (sentence,) = free["sentences"]
    rivals = [c for c in sentence["candidates"] if c["score"] is not None]
    second = sorted(rivals, key=lambda c: -c["score"])[1]
    sentence["chosen"] = second["index"]
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(free))
    tone = read(earlier)
    assert tone.controls == second["effective"] and tone.embedding is not None
    after = say("--takes", "16", "--stop", "never", "--tone", str(earlier))
    assert chosen(after) == second["effective"]


def test_a_tone_of_another_classifier_is_refused(tones: Path) -> None:
    host = Host.from_config(tones)
    tone = host.say("A dog ran by.", "fear", takes=1).tone
    assert tone.embedding is not None
    host.check("fear", tone=tone)
    for other, named in (("pitch-2", "pitch-2"), (None, "an unknown classifier")):
        foreign = replace(tone, fingerprint=other)
        with pytest.raises(ConfigError, match=f"an embedding of {named}, .* those of pitch can't"):
            host.check("fear", tone=foreign)
        host.check("fear", tone=replace(foreign, embedding=None))


def test_a_file_that_is_no_text_is_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "speech.wav"
    file.write_bytes(b"RIFF\xff" * 1000)
    with pytest.raises(ConfigError, match=r"prints: it is no UTF-8 text$"):
        read(file)


SENTENCE = {"candidates": [{"effective": {}}], "chosen": 0, "intensity": 1, "target": {"rage": 1}}


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"sentences": []}', json.dumps({"sentences": [SENTENCE]})]
)
def test_a_tone_is_read_from_what_say_prints_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(ConfigError, match="can't be read as what `emotts say --json` prints"):
        read(file)


@pytest.mark.parametrize("joint", [False, True])
def test_a_text_is_spoken_in_one_tone(joint: bool) -> None:
    """Sentences of a request are nearer to each other than those of requests of their own."""
    engine, classifier = ToneEngine(Options()), PitchClassifier(Options())
    texts = ["The cat sat.", "A dog ran by.", "Nobody saw it.", "It was late."]
    neutral = next(engine.renderings(texts[0], voice="alto", takes=[Take(0, 0)])).audio
    listener = Listener(classifier, classifier.profile([neutral]))

    def said(text: str) -> list[Choice]:
        request = Request(text, FEAR, engine.voice(), 16, 3)
        checks = [SignalCheck(SignalCheck.Options())]
        return list(
            speak(request, engine=engine, listeners=[listener], checks=checks, together=joint)
        )

    def apart(choices: list[Choice]) -> float:
        """Mean distance of neighbours, in spreads of all takes."""
        known = spreads(c for choice in choices for c in choice.candidates)
        values = [[c.candidate.effective[name] / known[name] for name in known] for c in choices]
        return float(np.linalg.norm(np.diff(values, axis=0), axis=1).mean())

    one, alone = said(" ".join(texts)), [choice for text in texts for choice in said(text)]
    assert apart(one) < apart(alone)
    assert all(choice.matched for choice in one)
