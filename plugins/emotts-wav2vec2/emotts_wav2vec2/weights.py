"""Reading the tensors of a checkpoint. Nothing in a file is ever run."""

import pickle
from pathlib import Path

import torch
from emotts.errors import ClassifierError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from emotts_wav2vec2.files import SAFETENSORS

# CVE-2025-32434 and CVE-2026-24747: earlier versions could run code in spite of weights_only.
SAFE_TORCH = (2, 10)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of `model.safetensors` or `pytorch_model.bin` by name, mapped, not copied.

    Raises:
        ClassifierError: the file is damaged, or holds anything but tensors.
    """
    if path.name == SAFETENSORS:
        try:
            return load_file(path)
        except (SafetensorError, OSError, ValueError) as error:
            raise ClassifierError(f"{path}: damaged or no safetensors file: {error}") from error
    expect_safe_torch(torch.__version__)
    content = _unpickle(path)
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise ClassifierError(f"{path}: must hold tensors by name and nothing else")
    return dict(content)


def _unpickle(path: Path) -> object:
    try:
        with path.open("rb") as file:
            # Only the zip format of torch 1.6 and later can be mapped.
            mapped = file.read(2) == b"PK"
        return torch.load(path, mmap=mapped, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).split("\n", 1)[0]
        raise ClassifierError(
            f"{path}: holds more than tensors, and was not run: {reason}"
        ) from None
    except Exception as error:  # torch raises whatever a damaged file leads to
        raise ClassifierError(f"{path}: damaged or no torch file: {error}") from error


def expect_safe_torch(version: str) -> None:
    """Refuse to read a pickle with a torch that could be made to run it.

    Raises:
        ClassifierError: `version` is older than 2.10.
    """
    major, minor = map(int, version.split(".")[:2])
    if (major, minor) < SAFE_TORCH:
        raise ClassifierError(
            f"torch {version} may run code in a .bin file; torch 2.10 or newer does not"
        )
