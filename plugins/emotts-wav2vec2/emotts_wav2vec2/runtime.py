"""Running a model with torch, on the CPU or on a GPU."""

import logging
import warnings
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from emotts.audio import Samples
from emotts.errors import ClassifierError
from torch import Tensor, nn

from emotts_wav2vec2.clips import Vectors, batches

logger = logging.getLogger(__name__)

# Seconds of audio in a batch on a GPU, padding included: 1–2 GB of activations for a large model.
GPU_BATCH_S = 160.0


class Runtime(Protocol):
    """Something that runs a model."""

    name: str
    """Of the backend."""
    device: str
    """What it runs on."""
    dtype: str
    """Of its arithmetic."""

    def run(self, parts: Sequence[Samples]) -> tuple[Vectors, Vectors]:
        """Hear windows of any mix of lengths.

        Returns:
            Logits [windows, outputs] and embeddings [windows, d], both float32.
        """


class TorchRuntime:
    """Runs a network with torch.

    On a CPU one window at a time: padding and larger batches are both slower there. On a GPU in
    batches of similar lengths, padded where the model allows it.
    """

    name = "torch"

    def __init__(
        self,
        network: nn.Module,
        *,
        device: str,
        dtype: str,
        padded: bool,
        rate: int,
        batch_s: float | None = None,
        compiled: bool = False,
        threads: int | None = None,
    ) -> None:
        """Move the network to its device.

        Args:
            network: as `network.build` makes it; it is used up.
            device: "auto", "cpu", "cuda", "mps".
            dtype: "auto" (half precision on a GPU), "float32", "bfloat16", "float16".
            padded: whether windows of unequal lengths may share a batch.
            rate: Hz that the model hears.
            batch_s: seconds of audio in a batch; None: one window on a CPU, 160 s on a GPU.
            compiled: whether to compile it; of use for many clips only.
            threads: of the CPU, for the whole process; None: as torch has it.

        Raises:
            ClassifierError: this machine has no such device.
        """
        self.device = find_device(device)
        self.dtype = _dtype(dtype, self.device)
        self._type: torch.dtype = getattr(torch, self.dtype)
        network.backbone.to(self._type)  # the head is small: it stays in float32
        self._network = network.to(self.device)
        self._call = torch.compile(self._network, dynamic=True) if compiled else self._network
        if batch_s is None:
            batch_s = 0.0 if self.device == "cpu" else GPU_BATCH_S
        self._most = round(batch_s * rate)
        self._padded = padded
        if threads is not None:
            torch.set_num_threads(threads)

    def run(self, parts: Sequence[Samples]) -> tuple[Vectors, Vectors]:
        """Hear windows; see `Runtime.run`.

        Raises:
            ClassifierError: one window alone needs more memory than there is, or the numbers
                overflow.
        """
        logits: list[Vectors | None] = [None] * len(parts)
        embeddings: list[Vectors | None] = [None] * len(parts)
        waiting = list(batches([part.size for part in parts], most=self._most, padded=self._padded))
        while waiting:
            group = waiting.pop()
            try:
                made = self._forward([parts[index] for index in group])
            except torch.OutOfMemoryError:
                if len(group) == 1:
                    raise ClassifierError(
                        f"{self.device} has too little memory for one clip; use device: cpu"
                    ) from None
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
                self._most = max(1, self._most // 2)
                logger.warning("out of memory; batches are halved to %d samples", self._most)
                continue
            for index, logit, embedding in zip(group, *made, strict=True):
                logits[index], embeddings[index] = logit, embedding
        stacked = np.stack([v for v in logits if v is not None])
        if not np.isfinite(stacked).all():
            raise ClassifierError(f"the model overflows in {self.dtype}; use dtype: float32")
        return stacked, np.stack([v for v in embeddings if v is not None])

    def _forward(self, parts: Sequence[Samples]) -> tuple[Vectors, Vectors]:
        sizes = [part.size for part in parts]
        samples = np.zeros((len(parts), max(sizes)), np.float32)
        for row, part in zip(samples, parts, strict=True):
            row[: part.size] = part
        lengths: Tensor | None = None
        if min(sizes) != max(sizes):
            lengths = torch.tensor(sizes, device=self.device)
        with warnings.catch_warnings(), torch.inference_mode():
            # WavLM's masks of two types, and what torch.compile has to say about transformers.
            warnings.simplefilter("ignore", UserWarning)
            given = torch.from_numpy(samples).to(self.device, self._type)
            logits, embeddings = self._call(given, lengths)
            return logits.float().cpu().numpy(), embeddings.float().cpu().numpy()


def find_device(name: str) -> str:
    """The device of that name, the best there is for "auto".

    Raises:
        ClassifierError: this machine has no such device.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    available = [device for device, found in there.items() if found]
    if name == "auto":
        return available[0]
    if name not in available:
        raise ClassifierError(f"no {name} on this machine; device: {' or '.join(available)}")
    return name


def _dtype(name: str, device: str) -> str:
    if name != "auto":
        return name
    return "float32" if device == "cpu" else "float16"
