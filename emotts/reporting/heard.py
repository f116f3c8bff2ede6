"""What a table of labels says of a clip, and of itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isinf, isnan, nan

from emotts.dimensions import DIMENSIONS
from emotts.emotions import EMOTIONS, canonical
from emotts.errors import UnknownNameError
from emotts.labelling.items import utf8
from emotts.records import Embedding

Cells = Mapping[str, object]
"""Column → value of a row; None, and "" in text, for none."""


@dataclass(frozen=True)
class Heard:
    """A clip, or a window of it, and what was heard in it."""

    path: str
    name: str
    start_s: float
    end_s: float | None
    speaker: str | None
    text: str | None
    scores: Mapping[str, float]
    """Emotion → probability; empty where nothing was heard."""
    dimensions: Mapping[str, float]
    truth: str | None
    """The emotion that is known from elsewhere: canonical where it has such a name."""
    classifier: str
    fingerprint: str
    centred: bool
    error: str | None
    embedding: Embedding | None

    @property
    def top(self) -> str:
        """The most probable emotion of a clip that has scores."""
        return max(self.scores, key=self.scores.__getitem__)

    @property
    def margin(self) -> float:
        """How much more probable that is than the next one."""
        first, second = sorted([*self.scores.values(), 0.0], reverse=True)[:2]
        return first - second


@dataclass(frozen=True)
class Columns:
    """The columns of a table that a report reads."""

    emotions: tuple[str, ...]
    dimensions: tuple[str, ...]
    truth: str | None

    @classmethod
    def of(cls, names: Sequence[str], truth: str | None) -> "Columns":
        """Those of a table.

        Args:
            names: of all its columns.
            truth: the one that names the emotion known from elsewhere.

        Raises:
            UnknownNameError: there is no such column.
        """
        for wanted in ("path", "top", *([] if truth is None else [truth])):
            if wanted not in names:
                raise UnknownNameError("column of the labels", wanted, names)
        return cls(
            tuple(name for name in EMOTIONS if name in names),
            tuple(name for name in DIMENSIONS if name in names),
            truth,
        )

    def heard(self, cells: Cells, embedding: Embedding | None) -> Heard:
        """The clip of a row.

        Raises:
            ValueError: a cell holds something else than its column promises.
        """
        known = None if self.truth is None else _text(cells, self.truth)
        path = _text(cells, "path") or ""
        return Heard(
            path,
            _text(cells, "name") or path,
            _number(cells, "start_s") or 0.0,
            _number(cells, "end_s"),
            _text(cells, "speaker"),
            _text(cells, "text"),
            dict(_numbers(cells, self.emotions)),
            dict(_numbers(cells, self.dimensions)),
            None if known is None else canonical(known) or known,
            _text(cells, "classifier") or "",
            _text(cells, "fingerprint") or "",
            cells.get("centred") in (True, "True"),
            _text(cells, "error"),
            embedding,
        )


def _numbers(cells: Cells, names: Iterable[str]) -> Iterator[tuple[str, float]]:
    for name in names:
        if (value := _number(cells, name)) is not None:
            yield name, value


def _number(cells: Cells, name: str) -> float | None:
    value = cells.get(name)
    number = nan if value is None or value == "" else float(str(value))
    if isinf(number):
        raise ValueError(f"{name} is {number}")
    return None if isnan(number) else number  # as pandas writes what is missing


def _text(cells: Cells, name: str) -> str | None:
    value = cells.get(name)
    return None if value is None or value == "" else utf8(str(value))
