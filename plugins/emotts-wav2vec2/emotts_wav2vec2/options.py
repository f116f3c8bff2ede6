"""Options of the classifier."""

from pathlib import Path
from typing import Literal

from emotts.options import Options
from pydantic import Field, model_validator


class Wav2Vec2Options(Options):
    """What is heard with, and on what it runs."""

    model: str = Field(min_length=1)
    """A folder, or owner/name of a repository on the Hugging Face hub."""
    revision: str | None = None
    """Branch, tag or, best, the 40-digit commit on the hub; null: its default branch."""
    offline: bool = False
    """True: nothing is downloaded. HF_HUB_OFFLINE=1 does the same."""
    allow_pickle: bool = False
    """True: a pytorch_model.bin is read where there is no model.safetensors; tensors only."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16", "int8"] = "auto"
    """auto: float16 on a GPU, else float32; int8: matrix products only, backend onnx."""
    backend: Literal["auto", "torch", "onnx"] = "torch"
    """onnx: an export on the CPU, made at the first use and kept; auto: that where no GPU is."""
    compile: bool = False
    """True: torch.compile; its first calls take minutes."""
    threads: int | None = Field(None, ge=1, le=256)
    """Of the CPU; null: one a core."""
    batch_seconds: float | None = Field(None, gt=0, le=3600)
    """Audio in one batch, padding included; null: one clip on a CPU, 160 s on a GPU."""
    embedding_layers: tuple[int, ...] = ()
    """Layers whose pooled states are averaged to the embedding, 0: the first one's input; empty:
    the input of the head."""
    cache: Path | None = None
    """Where exports are kept; null: beside emotts's other caches."""

    @model_validator(mode="after")
    def _consistent(self) -> "Wav2Vec2Options":
        if self.device not in ("auto", "cpu") and (self.backend == "onnx" or self.dtype == "int8"):
            raise ValueError(f"backend onnx and dtype int8 run on the CPU, not on {self.device}")
        if self.backend == "onnx" and self.dtype in ("bfloat16", "float16"):
            raise ValueError(f"backend onnx computes in float32 or int8, not in {self.dtype}")
        if self.backend == "torch" and self.dtype == "int8":
            raise ValueError("dtype int8 needs backend: onnx")
        if self.backend == "onnx" and self.compile:
            raise ValueError("compile is of backend torch")
        return self
