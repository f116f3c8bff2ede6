"""A clip of a data set: where it lies, and what its manifest says about it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from emotts.errors import ConfigError


def utf8(text: str) -> str:
    """Text that any file can hold: what is no UTF-8 in it, as names of files may be, is escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class Item:
    """A clip to label."""

    path: str
    """Of the audio file, or of the archive that it is in; as it was named, so perhaps relative."""
    name: str
    """Path relative to the root of its data set, with "/"; in an archive, that of the member."""
    offset: int | None = None
    """Where the file begins in its archive, bytes; None for a file of its own."""
    size: int | None = None
    """Of the file in its archive, bytes."""
    start_s: float | None = None
    """Where the clip begins in its file, seconds; None for the beginning."""
    end_s: float | None = None
    """Where it ends, seconds; None for the end of the file."""
    speaker: str | None = None
    """Who speaks, where that is known."""
    text: str | None = None
    """What is said, where that is known."""
    given: Mapping[str, str] = field(default_factory=dict)
    """What else its manifest says: column → value."""

    def __post_init__(self) -> None:
        """Escape what no file of rows could hold; by its path alone the clip must be found."""
        object.__setattr__(self, "name", utf8(self.name))
        for name in ("speaker", "text"):  # of which an empty one is none
            object.__setattr__(self, name, utf8(getattr(self, name) or "") or None)
        given = {utf8(name): utf8(value) for name, value in self.given.items()}
        object.__setattr__(self, "given", given)

    def line(self) -> str:
        """As a line of JSON, without what is not known."""
        known = {name: value for name, value in asdict(self).items() if value not in (None, {})}
        # ASCII: a file may have a name that is no UTF-8.
        return json.dumps(known) + "\n"


@dataclass(frozen=True)
class Shard:
    """Clips that are labelled together: their rows are written at once, or not at all."""

    index: int
    first: int
    """The number of its first clip in the job, from 0."""
    items: tuple[Item, ...]

    @property
    def numbers(self) -> range:
        """Of its clips in the job."""
        return range(self.first, self.first + len(self.items))


def shards(
    listing: Path, clips: int, size: int, *, done: frozenset[int] = frozenset()
) -> Iterator[Shard]:
    """The shards of a list of clips, but those that are done.

    Args:
        listing: a file of `Item.line`s.
        clips: how many there are.
        size: clips in a shard.
        done: indices of shards to leave out; their lines are not even parsed.

    Raises:
        ConfigError: the file is not what was written.
    """
    try:
        with listing.open(encoding="utf-8") as file:
            for index, first in enumerate(range(0, clips, size)):
                lines = list(islice(file, size))
                if len(lines) < min(size, clips - first):
                    raise ValueError(f"it ends after {first + len(lines)} of {clips} clips")
                if index not in done:
                    yield Shard(index, first, tuple(Item(**json.loads(line)) for line in lines))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{listing} is damaged: {error}; begin anew with --restart") from error
