"""The work of a job: shards of clips in, their rows out. Every executor runs this same code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from emotts import scoring
from emotts.config import PartConfig
from emotts.errors import ClassifierError
from emotts.labelling import parts, profiles, rows
from emotts.labelling.batches import Batches
from emotts.labelling.items import Shard
from emotts.labelling.reading import Clip, Read, Reader, Unreadable
from emotts.labelling.rows import Row
from emotts.parts import close, make_classifier
from emotts.plugins import load
from emotts.records import Prediction

BATCHES = 4
"""So many batches of clips are sorted by length before they are cut."""
BUFFER_S = 600.0
"""Or so much audio, seconds."""


@dataclass(frozen=True)
class Work:
    """What to do with each shard: plain data, to be sent to other processes."""

    classifier: PartConfig
    """Who hears the clips."""
    fingerprint: str
    """Of the classifier, wherever it is loaded: another one's rows would mix with its own."""
    folder: str
    """Where the parts go."""
    base: str = ""
    """The folder that relative paths of clips are relative to; "": where the process is."""
    cores: int | None = None
    """How many the classifier uses at most; None: all."""
    window_s: float | None = None
    """See `pieces`."""
    profiles: str | None = None
    """A file of speakers' profiles, to hear the clips relative to; None: hear them as they are."""
    heard: str | None = None
    """The parts of what was heard without profiles."""


@dataclass(frozen=True)
class Done:
    """A shard whose part is written."""

    index: int
    clips: int
    errors: int
    """Rows in which nothing could be heard."""
    audio_s: float
    """Seconds that were heard."""


class Labeller:
    """Labels shards as a piece of work says; it holds the classifier."""

    def __init__(self, work: Work) -> None:
        """Load what the work needs, the classifier's weights included.

        Raises:
            UnknownNameError: no plugin provides the classifier.
            ConfigError: an option of it is unknown or out of range.
            ClassifierError: its model can't be loaded, or is another one than the job began with.
        """
        self._work = work
        self._folder = Path(work.folder)
        self._classifier = make_classifier(load(), work.classifier)
        self._profiles = profiles.load(Path(work.profiles)) if work.profiles else {}
        self._batches = Batches(self._classifier, self._profiles)
        self._classifier.details()
        if self._classifier.fingerprint != work.fingerprint:
            raise ClassifierError(
                f"{self._classifier.name} is {self._classifier.fingerprint} here, and the job "
                f"began with {work.fingerprint}; install the same everywhere"
            )

    def close(self) -> None:
        """End the process of the classifier, where it has one of its own."""
        close(self._classifier)

    def run(self, shards: Iterable[Shard]) -> Iterator[Done]:
        """Label shards and write their parts; clips of the next ones are read meanwhile.

        Raises:
            DiskError: a part can't be written.
            DamagedError: what was heard without profiles can't be read.
            ClassifierGoneError: the classifier's process failed.
        """
        for shard, found in self._label(shards):
            parts.write(self._folder, shard.index, found)
            yield Done(
                shard.index,
                len(shard.items),
                sum(row.error is not None for row in found),
                sum(row.duration_s or 0.0 for row in found if row.error is None),
            )

    def _label(self, shards: Iterable[Shard]) -> Iterator[tuple[Shard, list[Row]]]:
        heard = self._work.heard
        if heard is None:
            yield from self._hear(shards)
            return
        shards = iter(shards)
        for shard in shards:
            stored = parts.verified(Path(heard), shard.index, shard.numbers)
            found = [self._relative(row) for row in stored]
            if None in found:
                # A classifier that must hear one clip again must hear them all.
                yield from self._hear(chain([shard], shards))
                return
            yield shard, [row for row in found if row is not None]

    def _relative(self, row: Row) -> Row | None:
        """What was heard in a clip, relative to its speaker; None: it must be heard again."""
        profile = self._profiles.get(row.speaker or "")
        if profile is None or row.embedding is None:
            return row
        heard = Prediction(row.scores or {}, row.embedding, row.dimensions)
        if self._classifier.centres:
            found = self._classifier.relative(heard, profile)
        else:
            found = scoring.relative(heard, profile)
        if found is None:
            return None
        return replace(
            row,
            scores=dict(found.scores),
            dimensions=found.dimensions,
            embedding=found.embedding,
            centred=True,
        )

    def _hear(self, shards: Iterable[Shard]) -> Iterator[tuple[Shard, list[Row]]]:
        """The shards as their last clips are heard."""
        home: dict[int, _Open] = {}

        def begun() -> Iterator[Shard]:
            for shard in shards:
                tray = _Open(shard, [], set(shard.numbers))
                home.update(dict.fromkeys(tray.missing, tray))
                yield shard

        reader = Reader(
            begun(),
            rate=self._classifier.rate,
            window_s=self._work.window_s,
            base=self._work.base,
        )
        try:
            for found, ended in self._heard(reader):
                for row in found:
                    home[row.number].rows.append(row)
                for number in ended:
                    tray = home.pop(number)
                    tray.missing.discard(number)
                    if not tray.missing:
                        tray.rows.sort(key=lambda row: (row.number, row.start_s))
                        yield tray.shard, tray.rows
        finally:
            reader.close()

    def _heard(self, reader: Reader) -> Iterator[tuple[list[Row], list[int]]]:
        """Rows, and the numbers of the clips of which there are no more."""
        waiting: list[Clip] = []
        failed: list[Row] = []
        ended: list[int] = []
        seconds = 0.0
        for event in reader:
            if isinstance(event, Read):
                ended.append(event.number)
            elif isinstance(event, Unreadable):
                failed.append(rows.failed(event.number, event.item, event.reason, event.start_s))
            else:
                waiting.append(event)
                seconds += event.duration_s
            # Unreadable ones count, too: those of a folder that is gone would wait for the end.
            kept = len(waiting) + len(failed)
            if kept >= BATCHES * self._batches.size or seconds >= BUFFER_S:
                yield failed + self._batches.score(waiting), ended
                waiting, failed, ended, seconds = [], [], [], 0.0
        yield failed + self._batches.score(waiting), ended


@dataclass(frozen=True)
class _Open:
    """A shard that is worked on."""

    shard: Shard
    rows: list[Row]
    missing: set[int]
    """Numbers of the clips that are not yet heard to their end."""
