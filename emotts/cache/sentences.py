"""The sentences that are kept: which are worth it, and how they are found again."""

import logging
import struct
from collections.abc import Mapping
from dataclasses import replace

from emotts.cache import entries, keys
from emotts.cache.kept import Kept
from emotts.cache.store import Store
from emotts.digest import digest
from emotts.errors import AudioError
from emotts.records import Measurement
from emotts.search import Search
from emotts.speaker import Speaker
from emotts.speech import Request

logger = logging.getLogger(__name__)


class Slot:
    """The place of one sentence in a cache; without a store it stays empty."""

    def __init__(self, store: Store | None = None, key: str = "") -> None:
        """Nothing was looked for yet."""
        self._store, self._key = store, key
        self._kept: Kept | None = None
        self.found = False
        """Whether the sentence was there."""

    def find(self) -> Kept | None:
        """What is kept of the sentence; what can't be understood is dropped."""
        content = None if self._store is None else self._store.read(self._key)
        if self._store is None or content is None:
            return None
        try:
            self._kept, self.found = entries.unpack(content), True
        except (ValueError, LookupError, RecursionError, struct.error, AudioError) as error:
            self._store.drop(self._key, f"it can't be understood: {error}")
        return self._kept

    def keep(self, kept: Kept) -> None:
        """Keep the sentence, if the same would come out again."""
        if self._store is not None and _lasting(kept):
            self._kept = kept
            self._write(self._store, kept)

    def learn(self, costly: Mapping[int, tuple[Measurement, ...]]) -> None:
        """Keep what the costly checks have found too, where it was not known."""
        if self._store is not None and self._kept and self._kept.costly.keys() != costly.keys():
            self._kept = replace(self._kept, costly=dict(costly))
            self._write(self._store, self._kept)

    def _write(self, store: Store, kept: Kept) -> None:
        try:
            store.write(self._key, entries.pack(kept))
        except (ValueError, TypeError) as error:
            logger.warning("a sentence can't be kept: %s", error)


class Sentences:
    """The cache of a host."""

    def __init__(self, store: Store, origin: str) -> None:
        """Open it.

        Args:
            store: where sentences are kept.
            origin: a digest of what the host is made of; see `keys.origin`.
        """
        self.store, self._origin = store, origin
        self._known: dict[tuple[object, ...], tuple[Speaker, str]] = {}

    def slot(self, search: Search, request: Request, speaker: Speaker) -> Slot:
        """The place of a sentence.

        Args:
            search: proposes its takes.
            request: what they are for.
            speaker: speaks them, to those who listen.
        """
        try:
            return Slot(self.store, keys.sentence(self._about(speaker), search, request))
        except OSError:  # the engine will say what is wrong with its recording
            return Slot()

    def _about(self, speaker: Speaker) -> str:
        """A digest of what does not change between sentences.

        It is made once, since that may read the files of models. What it is made of is kept with
        it, so that nothing else gets its id.
        """
        parts = speaker.engine, speaker.listeners, speaker.tendencies
        who = speaker.voice, *map(id, parts)
        if who not in self._known:
            self._known[who] = speaker, digest([self._origin, keys.identity(speaker)])
        return self._known[who][1]


def _lasting(kept: Kept) -> bool:
    """Whether the same would come out again: no part has failed, and time cut nothing short."""
    if kept.effort.stopped in ("budget", "engine failed"):
        return False
    return all(
        candidate.audio is not None
        and (candidate.rejected is None or not all(m.passed for m in candidate.measurements))
        for candidate in kept.candidates
    )
