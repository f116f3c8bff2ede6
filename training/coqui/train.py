"""Teach the model: `python -m training.coqui.train`, after `python -m training.coqui.corpus`.

The model, its data loader and its loss are Coqui's, and so are the files that it leaves:
`config.json` and `model.pth` for `emotts-coqui`, or for `TTS.api`. The loop is plain, so that the
spectrograms are computed once and the same seed makes the same model.
"""

import json
import random
import time
from pathlib import Path
from typing import Any

import click
import torch
from torch.optim.lr_scheduler import OneCycleLR
from TTS.tts.datasets import load_tts_samples
from TTS.tts.models.forward_tts import ForwardTTS

from training.coqui import FOLDER, SEED
from training.coqui.model import config

Batch = dict[str, Any]


def batches(model: ForwardTTS, samples: list[dict[str, Any]], *, training: bool) -> list[Batch]:
    """Collated batches with their spectrograms, of Coqui's own loader."""
    loader = model.get_data_loader(model.config, is_eval=not training, samples=samples)
    return [model.format_batch(batch) for batch in loader]


def teach(model: ForwardTTS, data: list[Batch], steps: int, peak: float, report: int) -> None:
    """Adam under a one-cycle schedule that peaks at a learning rate of `peak`."""
    criterion = model.get_criterion()
    optimizer = torch.optim.Adam(model.parameters(), lr=peak, betas=(0.9, 0.98))
    schedule = OneCycleLR(optimizer, max_lr=peak, total_steps=steps, pct_start=0.1)
    rng = random.Random(SEED)
    order: list[Batch] = []
    start = time.monotonic()
    model.train()
    for step in range(1, steps + 1):
        if not order:
            order = rng.sample(data, len(data))
        # Alignments are soft at first: the loss that hardens them comes in over a quarter.
        model.binary_loss_weight = min(1.0, 4 * step / steps)
        _, losses = model.train_step(order.pop(), criterion)
        optimizer.zero_grad()
        losses["loss"].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        if step % report == 0:
            named = " ".join(f"{k.removeprefix('loss_')} {v.item():.3f}" for k, v in losses.items())
            print(f"{step:6} {time.monotonic() - start:6.0f} s  {named}", flush=True)


@click.command()
@click.option("--folder", type=click.Path(exists=True, path_type=Path), default=FOLDER)
@click.option("--steps", default=5400, show_default=True)
@click.option("--batch-size", default=8, show_default=True)
@click.option("--peak", default=1e-3, show_default=True, help="Largest learning rate.")
@click.option("--report", default=100, show_default=True, help="Steps between reports.")
def main(folder: Path, steps: int, batch_size: int, peak: float, report: int) -> None:
    """Write `model.pth` and `config.json` beside the corpus."""
    random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    embeddings = json.loads((folder / "embeddings.json").read_text())
    dimension = len(next(iter(embeddings.values()))["embedding"])
    settings = config(folder, batch_size=batch_size, dimension=dimension)
    samples, _ = load_tts_samples(settings)
    model = ForwardTTS(settings)
    teach(model, batches(model, samples, training=True), steps, peak, report)
    settings.save_json(str(folder / "config.json"))
    torch.save({"model": model.state_dict(), "step": steps}, folder / "model.pth")


if __name__ == "__main__":
    main()
