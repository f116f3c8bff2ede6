"""What a job was asked for, and how far it is."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from emotts.config import parse
from emotts.documents import from_json
from emotts.errors import ConfigError
from emotts.labelling.sources import Sources

VERSION = 3


@dataclass(frozen=True)
class Plan:
    """All that the result of a job depends on."""

    sources: Sources
    classifier: str
    fingerprint: str
    """Of the classifier."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the classifier."""
    window_s: float | None = None
    """Rows are windows of clips, seconds; None: whole clips."""
    center: str | None = None
    """`speaker`: relative to each speaker; None: as they are."""
    shard: int = 256
    """Clips whose rows are written at once."""
    output: Mapping[str, Any] = field(default_factory=dict)
    """Options of what is written; the rows do not depend on them."""

    def form(self) -> dict[str, Any]:
        """As JSON; paths are absolute, so that a job may go on from another folder."""
        form = {"version": VERSION, **asdict(self), **asdict(self.sources)}
        form["paths"] = [os.path.abspath(path) for path in self.sources.paths]
        del form["sources"]
        plain: dict[str, Any] = json.loads(json.dumps(form, default=str))
        return plain


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    stage: str
    """`label`, `center` or `write`."""
    done: int
    """Clips, those of earlier runs included."""
    total: int
    """Clips of the data set."""
    earlier: int
    """Clips that earlier runs had done in this stage."""
    errors: int = 0
    """Rows of this run in which nothing could be heard; at the end, of the whole result."""
    audio_s: float = 0.0
    """Seconds of audio that this run has heard."""
    elapsed_s: float = 0.0
    """Since this run of the stage began, seconds."""
    rows: int | None = None
    """Of the result, at the end."""

    @property
    def left_s(self) -> float | None:
        """Time left in this stage, seconds; None where nothing is known yet."""
        made = self.done - self.earlier
        return (self.total - self.done) * self.elapsed_s / made if made else None


class _End(BaseModel):
    """What a job says when it is finished."""

    clips: int
    rows: int
    errors: int


class _Kept(BaseModel):
    """What a job reads of what it wrote down; the rest is compared."""

    files: list[str]
    clips: int
    given: list[str]
    base: str
    key: str
    finished: _End | None = None


def read(file: Path) -> dict[str, Any] | None:
    """What a job was asked for; None where there is none.

    Raises:
        ConfigError: it can't be read, or something is missing.
    """
    try:
        form: dict[str, Any] = from_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: can't be read as a job: {error}; use --restart") from error
    parse(_Kept, form, f"{file}: can't be read as a job; use --restart")
    return form


def compare(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Refuse to go on with other options: rows would mix, or the result is another one."""
    # What is not written yet may be written, or centred, otherwise: what was heard is the same.
    free = () if before.get("finished") else ("output", "center")
    changed = [
        f"{name} was {before.get(name)!r} and is {value!r}"
        for name, value in now.items()
        if name not in free and before.get(name) != value
    ]
    if changed:
        raise ConfigError(
            f"{folder} is of a job that was begun otherwise: {'; '.join(changed)}. "
            "Go on as it was begun, name another output, or throw it away with --restart"
        )
