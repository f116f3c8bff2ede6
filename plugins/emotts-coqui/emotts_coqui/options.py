"""Options of the engine."""

from pathlib import Path
from typing import Literal

from emotts.emotions import emotion
from emotts.options import Options
from pydantic import Field, field_validator, model_validator


class CoquiOptions(Options):
    """Which model speaks, and what it may sound like."""

    model: str | None = None
    """Name in Coqui's catalogue, such as tts_models/en/vctk/vits; fetched when it first speaks."""
    model_path: Path | None = None
    """A checkpoint of your own, in place of a name."""
    config_path: Path | None = None
    """Its configuration; null: config.json beside it."""
    speakers_path: Path | None = None
    """Its file of speakers or d-vectors; null: the one that its configuration names."""
    vocoder: str | None = None
    """Name in the catalogue; null: the model's own, else Griffin-Lim."""
    vocoder_path: Path | None = None
    vocoder_config_path: Path | None = None
    """Null: config.json beside it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    voices: dict[str, tuple[Path, ...]] = Field(default_factory=dict)
    """Voices by recordings, for models that clone: name → files, at least 6 s together."""
    references: dict[str, tuple[Path, ...]] = Field(default_factory=dict)
    """Emotion → recordings that sound like it, for models that clone; a take draws one."""

    @field_validator("references")
    @classmethod
    def _canonical(cls, value: dict[str, tuple[Path, ...]]) -> dict[str, tuple[Path, ...]]:
        return {emotion(name): files for name, files in value.items()}

    @field_validator("voices", "references")
    @classmethod
    def _not_empty(cls, value: dict[str, tuple[Path, ...]]) -> dict[str, tuple[Path, ...]]:
        if empty := [name for name, files in value.items() if not files]:
            raise ValueError(f"no recordings of {', '.join(empty)}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "CoquiOptions":
        if self.model and self.model_path:
            raise ValueError("give model (a name in the catalogue) or model_path, not both")
        if self.vocoder and self.vocoder_path:
            raise ValueError("give vocoder (a name in the catalogue) or vocoder_path, not both")
        return self
