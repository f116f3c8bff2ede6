"""Profiles of the speakers of a data set, from what was heard in their own clips."""

import json
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotts.classifier import Classifier
from emotts.closeness import log_odds
from emotts.errors import ConfigError
from emotts.labelling import parts
from emotts.labelling.items import Item
from emotts.labelling.parts import DamagedError
from emotts.labelling.rows import Row
from emotts.records import Profile

LEAST = 4
"""Clips of a speaker: relative to the mean of fewer, more is lost than gained."""

Sums = npt.NDArray[np.float64]


class NobodyError(ConfigError):
    """Nobody to be relative to."""

    def __init__(self) -> None:
        """Say how there would be somebody, and what can be done without."""
        super().__init__(
            f"no speaker has {LEAST} clips that can be heard; name the speakers in a column of the "
            "manifest, or by a pattern of the clips' names; without `center` the job goes on"
        )


def candidates(items: Iterable[Item], least: int) -> frozenset[str]:
    """The speakers of at least so many clips.

    Raises:
        NobodyError: there are none.
    """
    clips = Counter(item.speaker for item in items if item.speaker is not None)
    found = frozenset(speaker for speaker, count in clips.items() if count >= least)
    if not found:
        raise NobodyError
    return found


def made(
    rows: Iterable[Row], classifier: Classifier, speakers: Container[str]
) -> dict[str, Profile]:
    """Speaker → profile, of those who have enough clips.

    Only sums are kept, so that rows may be many. For a classifier that centres, the log-odds are
    left out: it takes the embedding.

    Args:
        rows: what was heard of everybody.
        classifier: who heard it.
        speakers: who may have enough clips; nothing is kept of others, of whom there may be as many
            as clips.

    Raises:
        NobodyError: none of them has.
    """
    sums: dict[str, tuple[int, Sums, Sums]] = {}
    for row in rows:
        if row.embedding is None or row.speaker is None or row.speaker not in speakers:
            continue
        clips, embedding, values = sums.get(row.speaker, (0, np.zeros(()), np.zeros(())))
        sums[row.speaker] = (clips + 1, embedding + row.embedding, values + _values(row))
    found = {
        speaker: _profile(clips, embedding / clips, values / clips, classifier)
        for speaker, (clips, embedding, values) in sums.items()
        if clips >= LEAST
    }
    if not found:
        raise NobodyError
    return found


def _values(row: Row) -> Sums:
    """Log-odds and dimensions of a row."""
    odds = [log_odds(p) for p in (row.scores or {}).values()]
    return np.array([*odds, *(row.dimensions or {}).values()], np.float64)


def _profile(clips: int, embedding: Sums, values: Sums, classifier: Classifier) -> Profile:
    names = (*classifier.labels, *classifier.dimensions)
    means = dict(zip(names, values.tolist(), strict=True))
    return Profile(
        np.asarray(embedding, np.float32),
        {} if classifier.centres else {name: means[name] for name in classifier.labels},
        clips,
        {name: means[name] for name in classifier.dimensions},
    )


def save(found: Mapping[str, Profile], file: Path) -> None:
    """Write profiles, atomically.

    Raises:
        DiskError: they can't be written.
    """
    rest = [
        [speaker, dict(profile.log_odds), profile.clips, dict(profile.dimensions)]
        for speaker, profile in found.items()
    ]
    embeddings = [profile.embedding for profile in found.values()]
    parts.store(file, json.dumps(rest), embeddings)


def load(file: Path) -> dict[str, Profile]:
    """Read what `save` wrote: speaker → profile.

    Raises:
        DamagedError: it can't be read; it is thrown away, and the same command makes it again.
    """
    try:
        words, embeddings = parts.stored(file)
    except DamagedError as error:
        file.unlink(missing_ok=True)
        raise DamagedError(f"{error}; start the command again to make it anew") from error
    return {
        speaker: Profile(embedding, log_odds, clips, dimensions)
        for (speaker, log_odds, clips, dimensions), embedding in zip(
            json.loads(words), embeddings, strict=True
        )
    }
