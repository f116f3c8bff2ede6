"""What `emotts embed` writes is what Coqui trains on."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import tiny_coqui
import torch
from click.testing import CliRunner
from emotts.cli import cli
from trainer import Trainer, TrainerArgs
from TTS.config.shared_configs import BaseAudioConfig, BaseDatasetConfig
from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
from TTS.tts.datasets import load_tts_samples
from TTS.tts.models.vits import Vits
from TTS.tts.utils.managers import EmbeddingManager

NAME = "hibari"


@pytest.fixture
def corpus(tmp_path: Path, recordings: list[Path]) -> Path:
    """A data set of Coqui's formatter `coqui`, of four clips in a folder of their own."""
    wavs = tmp_path / "corpus" / "wavs"
    wavs.mkdir(parents=True)
    with (wavs.parent / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file, delimiter="|")
        table.writerow(["audio_file", "text", "speaker_name", "emotion_name"])
        for index in range(4):
            clip = wavs / f"{index}.wav"
            clip.write_bytes(recordings[index % 2].read_bytes())
            mood = ("neutral", "happy")[index % 2]
            table.writerow([f"wavs/{clip.name}", "A sentence to learn.", "heart", mood])
    return wavs.parent


def embed(corpus: Path, name: str, *more: str) -> Path:
    """The vectors of the data set's clips."""
    output = corpus / name
    manifest = str(corpus / "metadata.csv")
    arguments = [manifest, "-o", str(output), "--dataset", NAME, "--emotion", "emotion_name"]
    done = CliRunner().invoke(cli, ["embed", *arguments, *more])
    assert done.exit_code == 0, done.output
    return output


@pytest.mark.parametrize("name", ["vectors.json", "vectors.pth"])
def test_coquis_manager_loads_the_vectors(corpus: Path, name: str) -> None:
    manager = EmbeddingManager(str(embed(corpus, name)))
    assert manager.clip_ids and manager.get_clips() == [f"{NAME}#wavs/{i}" for i in range(4)]
    assert sorted(manager.embedding_names) == ["happiness", "neutral"]
    assert manager.embedding_dim > 1
    first = manager.get_embedding_by_clip(f"{NAME}#wavs/0")
    assert np.asarray(first) == pytest.approx(manager.get_mean_embedding("neutral"), abs=1e-4)


def test_coquis_manager_loads_the_centroids(corpus: Path) -> None:
    embed(corpus, "vectors.json", "--centroids", str(corpus / "emotions.json"))
    manager = EmbeddingManager(str(corpus / "emotions.json"))
    assert manager.get_clips() == [f"{NAME}#happiness", f"{NAME}#neutral"]


def _load(path: str) -> tuple[torch.Tensor, int]:
    """What torchaudio.load does, which needs an FFmpeg of the system."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return torch.from_numpy(samples.T.copy()), rate


# Coqui's trainer and torch's schedules and loaders warn of themselves.
@pytest.mark.filterwarnings("ignore")
def test_coquis_trainer_takes_a_step_with_the_vectors(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torchaudio.load", _load)
    vectors = embed(corpus, "vectors.json", "--center", "speaker")
    settings = _settings(corpus, tmp_path, vectors)
    samples, _ = load_tts_samples(settings, eval_split=False)
    keys = json.loads(vectors.read_text())
    assert {sample["audio_unique_name"] for sample in samples} == set(keys)
    model = Vits(settings)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trainer = Trainer(
        TrainerArgs(skip_train_epoch=False),
        settings,
        str(tmp_path / "run"),
        model=model,
        train_samples=samples,
        eval_samples=samples,
        parse_command_line_args=False,
    )
    trainer._fit()
    assert trainer.total_steps_done == 1
    after = model.state_dict()
    changed = [n for n in before if "cond" in n and not torch.equal(before[n], after[n])]
    assert changed, "what takes the vectors has learned nothing"


def _settings(corpus: Path, folder: Path, vectors: Path) -> VitsConfig:
    """A tiny VITS that trains one step an epoch, for one epoch."""
    first = next(iter(json.loads(vectors.read_text()).values()))
    taking: dict[str, Any] = {
        "use_d_vector_file": True,
        "d_vector_file": [str(vectors)],
        "d_vector_dim": len(first["embedding"]),
    }
    return VitsConfig(
        audio=BaseAudioConfig(
            sample_rate=24_000, win_length=1024, hop_length=256, num_mels=80, mel_fmax=None
        ),
        model_args=VitsArgs(**tiny_coqui.SMALL, **taking),
        characters=tiny_coqui.LETTERS,
        datasets=[
            BaseDatasetConfig(
                formatter="coqui",
                dataset_name=NAME,
                path=str(corpus),
                meta_file_train="metadata.csv",
                language="en",
            )
        ],
        output_path=str(folder / "run"),
        batch_size=4,
        eval_batch_size=4,
        epochs=1,
        run_eval=False,
        mixed_precision=False,
        num_loader_workers=0,
        num_eval_loader_workers=0,
        **taking,
        **tiny_coqui.TEXT,
    )
