"""The page in docs/ is true."""

import re
from pathlib import Path

import pytest
from checkpoints import softmax
from emotts.audio import read
from transformers import Wav2Vec2FeatureExtractor

from emotts_wav2vec2.options import Wav2Vec2Options

PAGE = Path(__file__).parents[3] / "docs" / "wav2vec2.md"
HARSHIT = "harshit345/xlsr-wav2vec-speech-emotion-recognition"


@pytest.mark.slow
def test_the_note_in_ten_lines(checkpoint, tmp_path, monkeypatch, capsys):
    code = re.search(r"```python file=note.py\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    assert HARSHIT in code and len(re.findall(r"^\S", code, re.MULTILINE)) <= 10
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    exec(compile(code.replace(HARSHIT, str(checkpoint.folder)), "note.py", "exec"), {})
    printed = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    assert list(printed) == ["anger", "disgust", "fear", "happiness", "sadness"]
    extract = Wav2Vec2FeatureExtractor()
    clip = read("speech.wav").resample(16_000)
    given = extract(clip.samples, sampling_rate=16_000, return_tensors="np").input_values[0]
    wanted = softmax(checkpoint.logits(given))
    found = [float(value.rstrip("%")) / 100 for value in printed.values()]
    assert found == pytest.approx(wanted.tolist(), abs=6e-4)


def test_every_option_is_documented():
    page = PAGE.read_text()
    for name in Wav2Vec2Options.model_fields:
        assert f"`{name}" in page, name
