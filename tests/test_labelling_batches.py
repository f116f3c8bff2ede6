from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from labelled import PITCH
from patience import PATIENCE_S

from emotts.audio import Audio
from emotts.errors import ClassifierError
from emotts.labelling.batches import Batches
from emotts.labelling.items import Item, Shard
from emotts.labelling.labeller import Labeller, Work
from emotts.labelling.reading import Clip
from emotts.options import Options
from emotts.records import Prediction, Profile
from emotts.testing import PitchClassifier


class Choosy(PitchClassifier):
    """Remembers the lengths that it hears together; fails where there is one of three seconds."""

    batch = 4

    def __init__(self) -> None:
        super().__init__(Options())
        self.heard: list[list[float]] = []

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        lengths = [clip.duration_s for clip in batch]
        self.heard.append(lengths)
        if 3.0 in lengths:
            raise ClassifierError("three seconds are too much")
        return super().classify(batch, profile=profile)


def clips(seconds: Sequence[float]) -> list[Clip]:
    tone = 0.1 * np.sin(2 * np.pi * 150 * np.arange(8000 * 4) / 8000)
    return [
        Clip(
            n,
            Item(f"{n}.wav", f"{n}.wav"),
            0.0,
            s,
            Audio(np.float32(tone[: round(8000 * s)]), 8000),
        )
        for n, s in enumerate(seconds)
    ]


def test_clips_of_like_lengths_are_heard_together() -> None:
    classifier = Choosy()
    rows = Batches(classifier, {}).score(clips([1.0, 2.0, 1.1, 2.1, 0.9, 1.9, 2.2]))
    assert classifier.heard == [[2.2, 2.1, 2.0, 1.9], [1.1, 1.0, 0.9]]
    assert sorted(row.number for row in rows) == list(range(7))


def test_a_clip_that_spoils_its_batch_spoils_no_other() -> None:
    rows = Batches(Choosy(), {}).score(clips([1.0, 3.0, 1.1]))
    assert {row.number: row.error for row in rows} == {
        0: None,
        1: "three seconds are too much",
        2: None,
    }
    assert all(row.top for row in rows if row.error is None)


@pytest.mark.usefixtures("tones")
def test_shards_of_clips_that_cant_be_read_are_written_before_the_last_is_read(
    tmp_path: Path,
) -> None:
    written = Event()

    def shards() -> Iterator[Shard]:
        for index in range(64):
            yield Shard(index, index, (Item(f"{index}.wav", f"{index}.wav"),))
        assert written.wait(PATIENCE_S), "none of 64 shards is written"

    job = Labeller(Work(PITCH, "pitch", str(tmp_path))).run(shards())
    assert next(job).errors == 1
    written.set()
    assert len(list(job)) == 63
