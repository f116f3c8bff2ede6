"""What a checkpoint says about itself: `config.json` and `preprocessor_config.json`.

Only keys on the allow-list of `schema` reach transformers, with their types and sizes checked; a
key that names code to run is an error (CVE-2026-4372 ran code that way). No torch here: labels
and rate are known before any weight is read.
"""

import json
from pathlib import Path
from typing import Any, TypeVar

from emotts.emotions import canonical
from emotts.errors import ClassifierError
from pydantic import BaseModel, ConfigDict, ValidationError

from emotts_wav2vec2.schema import Architecture, Head, Preprocessor

MAX_CONFIG_BYTES = 1_000_000
DIMENSIONS = ("arousal", "dominance", "valence")
# Private keys that transformers itself writes into the file, and which say nothing about code.
HARMLESS = frozenset({"_name_or_path", "_commit_hash", "_attn_implementation_autoset"})
# Keys that choose code, kernels or another loader; `_…` keys set private attributes.
CODE_KEYS = frozenset(
    {"auto_map", "custom_pipelines", "trust_remote_code", "quantization_config"}
    | {"attn_implementation", "experts_implementation"}
)


class ModelConfig(BaseModel):
    """A checkpoint's description, checked."""

    model_config = ConfigDict(frozen=True)

    architecture: Architecture
    head: Head
    preprocessor: Preprocessor
    outputs: tuple[str, ...]
    """The model's labels in index order: canonical emotions, dimensions, or as they are named."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Canonical emotions in index order; outputs that are no emotion are left out."""
        if self.head.problem_type == "regression":
            return ()
        return tuple(filter(None, map(canonical, self.outputs)))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions of a regression model, in index order."""
        return self.outputs if self.head.problem_type == "regression" else ()

    @property
    def paddable(self) -> bool:
        """Whether a clip's output survives padding: group norm averages over the padding too."""
        return self.architecture.feat_extract_norm == "layer"

    @property
    def shortest(self) -> int:
        """The fewest samples that give one frame: 400 for every published model."""
        needed = 1
        for kernel, stride in zip(
            reversed(self.architecture.conv_kernel),
            reversed(self.architecture.conv_stride),
            strict=True,
        ):
            needed = (needed - 1) * stride + kernel
        return needed


def read_config(config: Path, preprocessor: Path | None) -> ModelConfig:
    """Read and check the description of a checkpoint.

    Args:
        config: `config.json`.
        preprocessor: `preprocessor_config.json`; None: 16 kHz, normalised.

    Raises:
        ClassifierError: a file is no JSON object, names code to run, lacks a key or holds a value
            out of range, or the labels don't fit.
    """
    content = _json(config)
    _refuse_code(content, config)
    if "num_labels" in content and content["num_labels"] is None:
        raise ClassifierError(
            f"{config}: num_labels is null; remove the key or give the number of labels"
        )
    architecture = _parse(Architecture, content, config)
    head = _parse(Head, content, config)
    lists = (architecture.conv_dim, architecture.conv_stride, architecture.conv_kernel)
    if len(set(map(len, lists))) > 1:
        raise ClassifierError(
            f"{config}: conv_dim, conv_stride and conv_kernel must be lists of one length"
        )
    given = {} if preprocessor is None else _json(preprocessor)
    made = ModelConfig(
        architecture=architecture,
        head=head,
        preprocessor=_parse(Preprocessor, given, preprocessor or config),
        outputs=_outputs(head, config),
    )
    _expect_labels(made, config)
    return made


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ClassifierError(f"{path}: larger than {MAX_CONFIG_BYTES:,} bytes: no config")
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ClassifierError(f"{path}: can't be read as JSON: {error}") from error
    if not isinstance(content, dict):
        raise ClassifierError(f"{path}: must hold a JSON object")
    return content


def _refuse_code(content: dict[str, Any], path: Path) -> None:
    found = sorted(
        key for key in content if key in CODE_KEYS or (key.startswith("_") and key not in HARMLESS)
    )
    if found:
        raise ClassifierError(
            f"{path}: {', '.join(found)} would choose code to run; emotts builds its own classes "
            f"and runs none of a checkpoint's. Remove what you don't trust, or the whole model"
        )


Model = TypeVar("Model", bound=BaseModel)


def _parse(model: type[Model], content: dict[str, Any], path: Path) -> Model:
    # An explicit null stands for "not set" in published files (vocab_size, problem_type, …).
    given = {key: value for key, value in content.items() if value is not None}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()
        )
        raise ClassifierError(f"{path}: {problems}") from None


def _outputs(head: Head, path: Path) -> tuple[str, ...]:
    """The labels by index, canonical where they name an emotion."""
    expected = [str(index) for index in range(len(head.id2label))]
    if set(head.id2label) != set(expected):
        raise ClassifierError(
            f"{path}: id2label must number its labels 0…{len(expected) - 1}; "
            f"it has {', '.join(head.id2label)}"
        )
    if head.num_labels not in (None, len(expected)):
        raise ClassifierError(
            f"{path}: num_labels is {head.num_labels}, but id2label has {len(expected)} labels"
        )
    return tuple(head.id2label[index].strip().casefold() for index in expected)


def _expect_labels(made: ModelConfig, path: Path) -> None:
    names = ", ".join(made.outputs)
    if made.head.problem_type == "regression":
        if unknown := [name for name in made.outputs if name not in DIMENSIONS]:
            raise ClassifierError(
                f"{path}: a regression model must measure {', '.join(DIMENSIONS)}; "
                f"this one has {', '.join(unknown)}"
            )
    elif len(made.labels) < 2:
        raise ClassifierError(
            f"{path}: fewer than two of its labels name an emotion ({names}); set id2label to "
            f"what the outputs mean"
        )
    elif len(set(made.labels)) < len(made.labels):
        raise ClassifierError(f"{path}: two of its labels name the same emotion ({names})")
