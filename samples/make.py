"""Remake the samples: `python -m samples.make`, or `make samples`.

With `--draw` only what is drawn from evidence.json is made again.

For each emotion the same three sentences, take 0 and the chosen take, with what was heard in them:
audio/*.flac, evidence.json, README.md and index.html, which plays them side by side.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from emotts import Audio, Choice, Host
from emotts.jsonform import choice_form
from samples.contours import HOP_S, WINDOW_S, contour
from samples.page import render
from samples.tables import readme

FOLDER = Path(__file__).parent
TAKES = 32
NEUTRAL = "neutral"


def written(name: str, clip: Audio) -> dict[str, Any]:
    """Write a clip without loss; where it is, how long it lasts, and its pitch in Hz or null."""
    path = FOLDER / "audio" / f"{name}.flac"
    soundfile.write(path, clip.samples, clip.rate, subtype="PCM_16")
    _, pitch = contour(clip)
    return {
        "file": f"audio/{path.name}",
        "seconds": round(clip.duration_s, 3),
        "pitch": [None if np.isnan(hz) else round(float(hz)) for hz in pitch],
    }


def sample(emotion: str, number: int, choice: Choice) -> dict[str, Any]:
    """What the page shows of a choice; take 0 is the same whatever the emotion."""
    neutral = choice.candidates[0].audio
    assert neutral is not None  # the pipeline never goes on without take 0
    return {
        "emotion": emotion,
        "number": number,
        "take0": written(f"{number}-take0", neutral),
        "chosen_take": written(f"{emotion}-{number}", choice.audio),
        **choice_form(choice),
    }


def main() -> None:
    """Speak, and write everything."""
    host = Host()
    sentences = (FOLDER / "sentences.txt").read_text(encoding="utf-8").splitlines()
    shutil.rmtree(FOLDER / "audio", ignore_errors=True)
    (FOLDER / "audio").mkdir()
    samples = []
    for emotion in sorted({*host.classifiers[0].labels} - {NEUTRAL}):
        for number, text in enumerate(sentences, 1):
            (choice,) = host.stream(text, emotion, takes=TAKES, stop="never")
            samples.append(sample(emotion, number, choice))
    evidence = {
        "engine": host.engine.name,
        "voice": choice.voice.name,
        "classifier": host.classifiers[0].name,
        "takes": TAKES,
        "pitch": {"first_s": WINDOW_S / 2, "hop_s": HOP_S},
        "sentences": sentences,
        "samples": samples,
    }
    write(evidence)


def write(evidence: dict[str, Any]) -> None:
    """Write the evidence, a sample a line, and what is drawn from it."""
    head = {key: value for key, value in evidence.items() if key != "samples"}
    lines = ",\n".join(json.dumps(sample, ensure_ascii=False) for sample in evidence["samples"])
    text = f'{json.dumps(head, ensure_ascii=False)[:-1]}, "samples": [\n{lines}\n]}}\n'
    (FOLDER / "evidence.json").write_text(text, encoding="utf-8")
    (FOLDER / "README.md").write_text(readme(evidence), encoding="utf-8")
    (FOLDER / "index.html").write_text(render(evidence), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--draw"]:
        write(json.loads((FOLDER / "evidence.json").read_text(encoding="utf-8")))
    else:
        main()
