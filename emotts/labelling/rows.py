"""A row of the result: what was heard in a clip or in a window of it, or why nothing was."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from emotts.classifier import Classifier
from emotts.dimensions import DIMENSIONS
from emotts.emotions import EMOTIONS
from emotts.labelling.items import Item, utf8
from emotts.records import Embedding, Prediction

RESERVED = frozenset({*EMOTIONS, *DIMENSIONS, "embedding", "file", "start", "end"})
"""What readers of a result take for what was heard, and where, also where it has no such column."""


@dataclass(frozen=True)
class Row:
    """What was heard in a clip or in a window of it."""

    number: int
    """Of the clip in the job, from 0; windows of a clip share it."""
    path: str
    name: str
    start_s: float
    """Where it begins in its file, seconds."""
    end_s: float | None = None
    """Where it ends; None where it could not be read."""
    speaker: str | None = None
    text: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, float] | None = None
    """Emotion → probability; None where nothing was heard."""
    dimensions: Mapping[str, float] | None = None
    centred: bool = False
    """Whether it was heard relative to its speaker."""
    embedding: Embedding | None = None
    error: str | None = None
    """Why nothing was heard."""

    @property
    def duration_s(self) -> float | None:
        """Length, seconds."""
        return None if self.end_s is None else self.end_s - self.start_s

    @property
    def top(self) -> str | None:
        """The most probable emotion, where there are emotions."""
        return max(self.scores, key=self.scores.__getitem__) if self.scores else None

    def line(self) -> str:
        """All but the embedding, as a line of JSON."""
        form = {k: v for k, v in vars(self).items() if k != "embedding" and v not in (None, {})}
        return json.dumps(form, ensure_ascii=False) + "\n"


def heard(number: int, item: Item, start_s: float, end_s: float, prediction: Prediction) -> Row:
    """The row of a clip that was heard."""
    return Row(
        number, utf8(item.path), item.name, start_s, end_s, item.speaker, item.text,
        item.given, scores=dict(prediction.scores), dimensions=prediction.dimensions,
        centred=prediction.centred, embedding=prediction.embedding,
    )  # fmt: skip


def failed(number: int, item: Item, reason: str, start_s: float, end_s: float | None = None) -> Row:
    """The row of a clip in which nothing could be heard."""
    return Row(
        number, utf8(item.path), item.name, start_s, end_s, item.speaker, item.text,
        item.given, error=utf8(reason),
    )  # fmt: skip


@dataclass(frozen=True)
class Schema:
    """The columns of the result."""

    classifier: str
    fingerprint: str
    """Of the classifier: what its predictions depend on."""
    emotions: tuple[str, ...]
    dimensions: tuple[str, ...]
    given: tuple[str, ...] = ()
    """Columns of the manifests that are carried over."""
    base: str = ""
    """The folder that relative paths of rows are relative to."""
    home: str = ""
    """The folder of the result."""
    size: int = 0
    """Of the embeddings; 0 where nothing was heard in any clip."""

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        given: Iterable[str] = (),
        *,
        base: str = "",
        home: str = "",
        size: int = 0,
    ) -> "Schema":
        """That of a classifier and the columns of manifests."""
        return cls(
            classifier.name,
            classifier.fingerprint,
            tuple(classifier.labels),
            tuple(classifier.dimensions),
            tuple(given),
            base,
            home,
            size,
        )

    @cached_property
    def own(self) -> dict[str, type]:
        """The columns that the classifier fills, and those of every clip, with their types."""
        numbers = dict.fromkeys((*self.emotions, *self.dimensions), float)
        return (
            {"path": str, "name": str, "start_s": float, "end_s": float, "duration_s": float}
            | {"speaker": str, "text": str, "top": str}
            | numbers
            | {"centred": bool, "classifier": str, "fingerprint": str, "error": str}
        )

    @cached_property
    def columns(self) -> dict[str, type]:
        """All columns in order, but the embedding, with their types."""
        return self.own | dict.fromkeys(self._given.values(), str)

    @cached_property
    def _given(self) -> dict[str, str]:
        """The columns of the manifests, and what they are called here."""
        return {name: self.renamed(name) for name in self.given}

    def renamed(self, given: str) -> str:
        """The column of a manifest's column, which may be named like one of the others."""
        name = given
        while name in self.own or name in RESERVED or (name != given and name in self.given):
            name = f"given_{name}"
        return name

    def located(self, row: Row) -> str:
        """The path of a row, relative to the folder of the result where it lies in it."""
        home, path = map(os.path.abspath, (self.home, os.path.join(self.base, row.path)))
        inside = Path(path).is_relative_to(home)
        return utf8((Path(path).relative_to(home) if inside else Path(path)).as_posix())

    def values(self, row: Row) -> dict[str, object]:
        """Column → value of a row, without the embedding."""
        plain = {name: value for name, value in vars(row).items() if name in self.own}
        numbers = {**(row.scores or {}), **(row.dimensions or {})}
        given = {column: row.given.get(name) for name, column in self._given.items()}
        made = {"classifier": self.classifier, "fingerprint": self.fingerprint}
        known = {**plain, "duration_s": row.duration_s, "top": row.top, **numbers, **made, **given}
        return {name: known.get(name) for name in self.columns}
