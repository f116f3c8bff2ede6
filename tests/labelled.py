"""What the tests of labelling share: clips of tones, and jobs on them."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import soundfile

from emotts.config import PartConfig
from emotts.labelling import Sources, label
from emotts.labelling.plan import Progress
from emotts.records import Take
from emotts.testing import ToneEngine

PITCH = PartConfig(name="pitch")


def speak(folder: Path, count: int, *, kind: str = "wav") -> list[Path]:
    """Clips of different pitches, lengths and levels."""
    folder.mkdir(parents=True, exist_ok=True)
    takes = [
        Take(index, 0, {"pitch": float(index % 9 - 4), "rate": 0.8 + index % 5 / 5})
        for index in range(count)
    ]
    made = ToneEngine(ToneEngine.Options()).synthesize("One, two.", voice="alto", takes=takes)
    paths = [folder / f"{index:03}.{kind}" for index in range(count)]
    for path, rendering in zip(paths, made, strict=True):
        soundfile.write(path, rendering.audio.samples, rendering.audio.rate)
    return paths


def run(paths: Sequence[Path | str], output: Path, **options: object) -> list[Progress]:
    """A whole job with the pitch classifier."""
    sources = options.pop("sources", None) or Sources(tuple(map(str, paths)))
    return list(label(sources, output, **{"classifier": PITCH, **options}))  # type: ignore[arg-type]


@contextmanager
def as_nobody() -> Iterator[None]:
    """As somebody who may not read everything, which root may."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)


def table(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
