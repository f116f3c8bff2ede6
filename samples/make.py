"""Remake the samples: `python samples/make.py`, or `make samples`.

For each emotion the same three sentences, take 0 and the chosen take, with what was heard.
"""

import json
from pathlib import Path

import soundfile

from emotts import Audio, Choice, Host
from emotts.jsonform import choice_form

FOLDER = Path(__file__).parent
SENTENCES = (FOLDER / "sentences.txt").read_text(encoding="utf-8").splitlines()
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
TAKES = 32


def write(name: str, clip: Audio) -> str:
    """Write a clip as Ogg Vorbis; its path from this folder."""
    path = FOLDER / "audio" / f"{name}.ogg"
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, clip.samples, clip.rate, format="OGG")
    return f"audio/{path.name}"


def row(emotion: str, number: int, choice: Choice) -> str:
    """A line of the table: links, what was heard in both, and the verdict."""
    cells = [f"{emotion} {number}"]
    for name, candidate in (("take0", choice.candidates[0]), ("chosen", choice.candidate)):
        assert candidate.audio is not None
        prefix = f"{number}" if name == "take0" else f"{emotion}-{number}"
        path = write(f"{prefix}-{name}", candidate.audio)
        heard = candidate.predictions[choice.classifiers[0]]
        cells += [f"[listen]({path})", f"{heard.top} {heard.scores[heard.top]:.0%}"]
    cells += [f"{choice.candidate.score:+.1f}", "yes" if choice.matched else "no"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Speak, write, and tabulate."""
    host = Host()
    rows, evidence = [], {}
    for emotion in EMOTIONS:
        for number, text in enumerate(SENTENCES, 1):
            (choice,) = host.stream(text, emotion, takes=TAKES, stop="never")
            rows.append(row(emotion, number, choice))
            evidence[f"{emotion}-{number}"] = choice_form(choice)
    (FOLDER / "evidence.json").write_text(json.dumps(evidence, indent=1) + "\n")
    listed = "\n".join(f"{number}. {text}" for number, text in enumerate(SENTENCES, 1))
    (FOLDER / "README.md").write_text(
        f"""# Samples

Made by `make samples`: the engine {host.engine.name}, the best of {TAKES} takes by the classifier
{host.classifiers[0].name}. What was heard is that classifier's own view of the takes that it
chose; `evidence.json` has every candidate with its controls, scores and rejections.

{listed}

| sample | take 0 | heard | chosen | heard | score | matched |
|---|---|---|---|---|---|---|
"""
        + "\n".join(rows)
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
