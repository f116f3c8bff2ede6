"""A whole job, from top to bottom: list the clips, label them, centre them, write the result."""

import os
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from emotts.audio import MAX_SECONDS
from emotts.classifier import Classifier
from emotts.config import PartConfig
from emotts.errors import ConfigError, UnknownNameError
from emotts.executor import Executor
from emotts.labelling import parts, profiles
from emotts.labelling.folder import check_outputs, job_folder
from emotts.labelling.job import Job
from emotts.labelling.labeller import Work
from emotts.labelling.plan import Plan, Progress
from emotts.labelling.rows import Row, Schema
from emotts.labelling.sources import Sources
from emotts.labelling.writers import Write, Writer, writer_for
from emotts.parts import close, make_classifier, make_executor
from emotts.plugins import load

HEARD, CENTRED, WRITTEN = "label", "center", "write"
LEAST_WINDOW_S = 0.5
CENTERS = ("speaker",)
SHARD = 256
LONG_SHARD = 8
"""Files in a shard by windows: a file of eight hours has thousands of rows."""


def label(
    sources: Sources,
    output: str | os.PathLike[str],
    *,
    classifier: PartConfig | None = None,
    window_s: float | None = None,
    center: str | None = None,
    shard: int | None = None,
    executor: Executor | None = None,
    restart: bool = False,
    writer: Writer | None = None,
) -> Generator[Progress]:
    """Label a data set; stopped at any point, it goes on where it was when it is called again.

    What is done is kept in a folder beside the output, `<output>.job`.

    Args:
        sources: what is to be labelled.
        output: a `.parquet`, `.csv` or `.jsonl` file, or the `db.yaml` of a new audformat database.
        classifier: who hears; the compact one unless given.
        window_s: a row for each window of this length, seconds; None: one for each clip.
        center: `speaker`, to hear each clip relative to the mean of its speaker's.
        shard: clips whose rows are written at once.
        executor: who works; this process unless given.
        restart: throw away what is there of the job, and what it has written.
        writer: of the output; by its name unless given.

    Yields:
        How far it is, after each shard.

    Raises:
        ConfigError: there is nothing to label, an option can't be, the job was begun otherwise, or
            there is a file already that it would write.
        UnknownNameError: no plugin provides the classifier, or no manifest has a column that the
            writer needs.
        ClassifierError: the classifier's model can't be loaded.
        DiskError: something can't be written.
    """
    _check(window_s, center, shard)
    target = Path(output)
    writer = writer or writer_for(target)
    files = (target, *writer.beside)
    check_outputs(files, sources.paths)
    config = classifier or PartConfig(name="compact")
    shard = shard or (LONG_SHARD if window_s else SHARD)
    executor = executor or make_executor(load(), "local")
    made = make_classifier(load(), config)
    heard = made.name, made.fingerprint, config.options
    try:
        with job_folder(target) as folder:
            plan = Plan(sources, *heard, window_s, center, shard, writer.options)
            job = Job(folder, plan, files, restart=restart)
            if not job.finished:
                job.prepare()
                _check_writer(job, writer)
                yield from _label(job, config, made, executor)
                yield from _write(job, target, writer.write, made)
            job.clear()
            yield job.end
    finally:
        close(made)


def _label(
    job: Job, config: PartConfig, made: Classifier, executor: Executor
) -> Iterator[Progress]:
    """Make all parts of the rows that are wanted."""
    speakers = _speakers(job) if job.plan.center is not None else frozenset()
    heard = str(job.parts(HEARD))
    work = Work(config, made.fingerprint, heard, job.base, made.cores, job.plan.window_s)
    yield from _stage(job, HEARD, executor, work)
    if job.plan.center is not None:
        centring = replace(
            work,
            folder=str(job.parts(CENTRED)),
            profiles=str(_profiles(job, made, speakers)),
            heard=heard,
        )
        yield from _stage(job, CENTRED, executor, centring)


def _speakers(job: Job) -> frozenset[str]:
    """Those who may have a profile: a clip of windows is many rows."""
    return profiles.candidates(job.items(), 1 if job.plan.window_s else profiles.LEAST)


def _profiles(job: Job, made: Classifier, speakers: frozenset[str]) -> Path:
    """The file of the speakers' profiles, made where it is not there yet."""
    file = job.folder / "profiles.npz"
    if not file.exists():
        heard = chain.from_iterable(job.rows(HEARD))
        profiles.save(profiles.made(heard, made, speakers), file)
    return file


def _stage(job: Job, stage: str, executor: Executor, work: Work) -> Iterator[Progress]:
    """Make the parts that are missing."""
    done = parts.finished(job.parts(stage))
    earlier = sum(len(numbers) for index, numbers in job.numbers() if index in done)
    began = time.monotonic()
    far = Progress(stage, earlier, job.clips, earlier)
    yield far
    for shard in executor.run(work, job.shards(done=done)):
        far = replace(
            far,
            done=far.done + shard.clips,
            errors=far.errors + shard.errors,
            audio_s=far.audio_s + shard.audio_s,
            elapsed_s=time.monotonic() - began,
        )
        yield far


def _write(job: Job, target: Path, write: Write, made: Classifier) -> Iterator[Progress]:
    """Put the parts together, verified, and move the result to its place."""
    yield Progress(WRITTEN, 0, job.clips, 0)
    stage = CENTRED if job.plan.center else HEARD
    home, size = str(target.parent), _size(job.rows(stage))
    schema = Schema.of(made, job.given, base=job.base, home=home, size=size)
    rows = errors = 0

    def counted() -> Iterator[list[Row]]:
        nonlocal rows, errors
        for shard in job.rows(stage):
            rows += len(shard)
            errors += sum(row.error is not None for row in shard)
            yield shard

    try:
        for file in write(counted(), schema, job.parts(WRITTEN) / target.name):
            parts.move(file, target.with_name(file.name))
    except OSError as error:
        raise parts.DiskError(target, error) from error
    job.finish(rows, errors)


def _size(rows: Iterable[Sequence[Row]]) -> int:
    """Of the embeddings, which are all alike; 0 where there are none."""
    embeddings = (row.embedding for shard in rows for row in shard)
    return next((embedding.size for embedding in embeddings if embedding is not None), 0)


def _check(window_s: float | None, center: str | None, shard: int | None) -> None:
    if window_s is not None and not LEAST_WINDOW_S <= window_s <= MAX_SECONDS:
        raise ConfigError(
            f"a window of {window_s:g} s is out of range; {LEAST_WINDOW_S:g} to {MAX_SECONDS:g} s"
        )
    if center not in (None, *CENTERS):
        raise UnknownNameError("center", center, CENTERS)
    if shard is not None and shard < 1:
        raise ConfigError(f"a shard has at least one clip; got {shard}")


def _check_writer(job: Job, writer: Writer) -> None:
    """Refuse what could not be written in the end, before anything is heard for it."""
    for name in writer.needs:
        if name not in job.given:
            raise UnknownNameError("column of the manifest", name, job.given)
    if writer.check is not None and not parts.finished(job.parts(HEARD)):
        writer.check(job.items())
