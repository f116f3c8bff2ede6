"""What the model learns from: `python -m training.coqui.corpus`.

Hibari speaks sentences in several emotions, each take with prosody drawn from what the emotion does
to its voice. The emotion embedding of a take is what the compact classifier hears, relative to the
voice. All of it goes into files of Coqui's own formats: a table for its formatter "coqui", and
the embeddings as a d-vector file.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from emotts import tuned
from emotts.audio import Audio
from emotts.builtin.compact import CompactClassifier, CompactOptions
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.emotions import Target
from emotts.profiles import profile_for
from emotts.records import Embedding
from emotts.search import Search
from training.coqui import FOLDER, NAME, RATE, SEED, sentences

EMOTIONS = ("anger", "fear", "happiness", "neutral", "sadness")
SENTENCES, HELD_OUT = 260, 30


@dataclass(frozen=True)
class Clip:
    """A sentence in an emotion."""

    name: str
    text: str
    emotion: str
    audio: Audio
    embedding: Embedding


def clips(texts: Sequence[str]) -> Iterator[Clip]:
    """Every sentence in every emotion, spoken and heard."""
    engine = HibariEngine(HibariOptions())
    voice = engine.voice()
    classifier = CompactClassifier(CompactOptions(threads=1))
    profile = profile_for(engine, voice, classifier)
    for number, text in enumerate(texts):
        # Take 0 is neutral, takes 2 and on are drawn around the centre of the emotion.
        takes = [
            Search.of(
                engine,
                text,
                Target({emotion: 1.0}),
                count=3,
                seed=SEED,
                tendencies=tuned.tendencies(engine, voice),
            ).draws()[0 if emotion == "neutral" else -1]
            for emotion in EMOTIONS
        ]
        made = engine.renderings(text, voice=voice.name, takes=takes)
        for emotion, rendering in zip(EMOTIONS, made, strict=True):
            audio = rendering.audio.resample(RATE)
            (heard,) = classifier.hear([audio], profile=profile)
            yield Clip(f"{number:03}-{emotion}", text, emotion, audio, heard.embedding)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
def main(out: Path) -> None:
    """Write the corpus: clips, tables of both splits, and the embeddings."""
    (out / "wavs").mkdir(parents=True, exist_ok=True)
    texts = sentences.make(SENTENCES, SEED)
    embeddings: dict[str, dict[str, object]] = {}
    rows: list[tuple[str, str, str, str]] = []
    for clip in clips(texts):
        clip.audio.write(out / "wavs" / f"{clip.name}.wav")
        rows.append((f"wavs/{clip.name}.wav", clip.text, clip.emotion, clip.emotion))
        embeddings[f"{NAME}#wavs/{clip.name}"] = {
            "name": clip.emotion,
            "embedding": [round(float(value), 5) for value in clip.embedding],
        }
    kept = (SENTENCES - HELD_OUT) * len(EMOTIONS)
    for file, part in (("train.csv", rows[:kept]), ("held-out.csv", rows[kept:])):
        with (out / file).open("w", newline="", encoding="utf-8") as table:
            writer = csv.writer(table, delimiter="|")
            writer.writerow(("audio_file", "text", "speaker_name", "emotion_name"))
            writer.writerows(part)
    (out / "embeddings.json").write_text(json.dumps(embeddings))
    print(f"{len(rows)} clips in {out}")


if __name__ == "__main__":
    main()
