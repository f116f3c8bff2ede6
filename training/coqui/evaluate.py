"""What the model learned: `python -m training.coqui.evaluate`, after `training.coqui.train`.

On sentences that it never saw, in every emotion:

- its loss under the right emotion against its loss under each other one. The embedding is the mean
  of an emotion over the training clips, so that it knows nothing of the clip; text and alignment
  are the same for all;
- which emotion the compact classifier hears in what `emotts-coqui` speaks with each of them;
- how many words Whisper tiny.en hears, beside hibari's own clips and the same clips through
  Griffin-Lim, which is the most that any such model could reach.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import torch
from emotts_coqui import CoquiEngine, CoquiOptions
from matplotlib.figure import Figure
from TTS.tts.datasets import load_tts_samples

from emotts import audio
from emotts.audio import Audio
from emotts.conditioning import read_centroids
from emotts.records import Conditioning, Embedding, Take
from training.coqui import FOLDER, SEED, heard
from training.coqui.train import batches

RESAMPLES = 10_000
SPOKEN = 10
PICTURE = Path(__file__).with_name("mels.png")
Centroids = dict[str, Embedding]
Floats = npt.NDArray[np.float64]


def losses(model: Any, centroids: Centroids) -> tuple[Floats, list[str], list[str]]:
    """Loss of every held-out clip under every emotion.

    Returns:
        [clips, emotions] spectrogram (L1) plus duration loss; the emotion and the sentence of each
        clip.
    """
    _, samples = load_tts_samples(model.config)
    model.config.eval_batch_size = 1
    criterion = model.get_criterion()
    rows, emotions, texts = [], [], []
    with torch.inference_mode():
        for batch in batches(model, samples, training=False):
            row = []
            for embedding in centroids.values():
                given = {**batch, "d_vectors": torch.from_numpy(embedding)[None]}
                _, found = model.train_step(given, criterion)
                row.append(float(found["loss_spec"] + found["loss_dur"]))
            rows.append(row)
            emotions.append(batch["speaker_names"][0])
            texts.append(bytes(batch["text_input"][0].tolist()).hex())
    return np.array(rows), emotions, texts


def interval(values: Floats, sentences: Sequence[str]) -> tuple[float, float, float]:
    """Mean with its 95% interval: percentiles of a bootstrap over sentences."""
    named = np.array(sentences)
    means = np.array([values[named == text].mean() for text in dict.fromkeys(sentences)])
    drawn = np.random.default_rng(SEED).choice(means, (RESAMPLES, means.size)).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(means.mean()), float(low), float(high)


def conditioning(
    table: Floats, emotions: Sequence[str], texts: Sequence[str], names: list[str]
) -> str:
    """The loss under the right emotion and under the others, as lines of Markdown."""
    right_at = np.array([names.index(emotion) for emotion in emotions])
    clips = np.arange(len(table))
    right = table[clips, right_at]
    wrong = (table.sum(axis=1) - right) / (len(names) - 1)
    first = (table.argmin(axis=1) == right_at).astype(float)
    lines = ["| emotion of the clip | right | wrong | wrong − right | right is the least |"]
    lines.append("|---|---|---|---|---|")
    for name in [*names, "all"]:
        chosen = [i for i, emotion in enumerate(emotions) if name in (emotion, "all")]
        mean, low, high = interval((wrong - right)[chosen], [texts[i] for i in chosen])
        lines.append(
            f"| {name} | {right[chosen].mean():.3f} | {wrong[chosen].mean():.3f} | "
            f"{mean:+.3f} [{low:+.3f}, {high:+.3f}] | {first[chosen].mean():.0%} |"
        )
    return "\n".join(lines)


def spoken(engine: CoquiEngine, text: str, centroids: Centroids) -> dict[str, Audio]:
    """A sentence with the embedding of each emotion."""
    takes = [
        Take(index, 0, {}, Conditioning(embedding=embedding))
        for index, embedding in enumerate(centroids.values())
    ]
    made = engine.renderings(text, voice=engine.voice().name, takes=takes)
    return {name: rendering.audio for name, rendering in zip(centroids, made, strict=True)}


def words(
    model: Any, made: dict[str, dict[str, Audio]], originals: Sequence[tuple[str, Audio]]
) -> str:
    """How many words are heard of the model, and of hibari without and with Griffin-Lim."""
    vocoded = [(text, _vocoded(model.ap, clip)) for text, clip in originals]
    ours = [(text, clip) for text, clips in made.items() for clip in clips.values()]
    named = (("hibari", originals), ("hibari through Griffin-Lim", vocoded), ("the model", ours))
    return "words heard: " + ", ".join(
        f"{name} {heard.words([clip for _, clip in part], [text for text, _ in part]):.0f}%"
        for name, part in named
    )


def picture(model: Any, clips: dict[str, Audio], originals: dict[str, Audio]) -> Figure:
    """Mel spectrograms of one sentence: hibari's above, the model's below."""
    figure, axes = plt.subplots(2, len(clips), figsize=(13, 5), sharey=True, layout="constrained")
    for column, name in enumerate(clips):
        for row, (who, clip) in enumerate((("hibari", originals[name]), ("model", clips[name]))):
            mel = model.ap.melspectrogram(clip.samples)
            axes[row, column].imshow(mel, origin="lower", aspect="auto", vmin=-4, vmax=4)
            axes[row, column].set_title(f"{who}: {name}", fontsize=9)
    axes[0, 0].set_ylabel("mel band")
    axes[1, 0].set_ylabel("mel band")
    figure.supxlabel("frames of 20 ms")
    return figure


def _vocoded(processor: Any, clip: Audio) -> Audio:
    samples = processor.inv_melspectrogram(processor.melspectrogram(clip.samples))
    return Audio(np.asarray(samples, np.float32), clip.rate)


def _originals(folder: Path) -> Iterator[tuple[str, str, Audio]]:
    """Sentence, emotion and hibari's clip of everything held out."""
    with (folder / "held-out.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="|"):
            yield row["text"], row["emotion_name"], audio.read(folder / row["audio_file"])


@click.command()
@click.option("--folder", type=click.Path(exists=True, path_type=Path), default=FOLDER)
@click.option("--picture", "image", type=click.Path(path_type=Path), default=PICTURE)
def main(folder: Path, image: Path) -> None:
    """Print the report, and draw the picture."""
    random.seed(SEED)
    torch.set_num_threads(1)
    engine = CoquiEngine(CoquiOptions(model_path=folder / "model.pth", device="cpu"))
    engine.voices()
    model = engine._model.network
    centroids = dict(sorted(read_centroids(folder / "embeddings.json").items()))
    table, emotions, texts = losses(model, centroids)
    print(conditioning(table, emotions, texts, list(centroids)))
    held_out = list(_originals(folder))
    sentences = list(dict.fromkeys(text for text, _, _ in held_out))[:SPOKEN]
    made = {text: spoken(engine, text, centroids) for text in sentences}
    chosen = [part for part in held_out if part[0] in made]
    own = {name: [clip for _, emotion, clip in chosen if emotion == name] for name in centroids}
    print("hibari's own clips", heard.emotions(own), sep="\n")
    ours = {name: [made[text][name] for text in sentences] for name in centroids}
    print("the model", heard.emotions(ours), sep="\n")
    print(words(model, made, [(text, clip) for text, _, clip in chosen]))
    originals = {emotion: clip for text, emotion, clip in held_out if text == sentences[0]}
    picture(model, made[sentences[0]], originals).savefig(image, dpi=80)


if __name__ == "__main__":
    main()
