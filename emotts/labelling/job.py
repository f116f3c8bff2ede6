"""The folder of a job, beside its result: what it was asked for, its clips, and what is done."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from emotts.errors import ConfigError
from emotts.labelling import parts
from emotts.labelling.folder import LOCK, PLAN, check_unclaimed, check_unused
from emotts.labelling.items import Item, Shard, shards
from emotts.labelling.parts import DiskError
from emotts.labelling.plan import Plan, Progress, compare, read
from emotts.labelling.rows import Row

ITEMS = "items.jsonl"


class Job:
    """The folder of a job. Whoever uses it holds its lock."""

    def __init__(
        self, folder: Path, plan: Plan, files: Sequence[Path], *, restart: bool = False
    ) -> None:
        """Look at what is there.

        Args:
            folder: of the job.
            plan: what is asked for.
            files: that are to be written.
            restart: throw away what was done, and what was written.

        Raises:
            ConfigError: it is the folder of another job, or of one with other options.
        """
        self.folder = folder
        self.plan = plan
        self._files = {os.path.abspath(file): file for file in files}
        self._form: dict[str, Any] | None = None
        if restart:
            with suppress(ConfigError):  # what can't be read is thrown away, too
                self._form = read(folder / PLAN)
            self._forget()
            return
        self._form = read(folder / PLAN)
        if self._form is not None:
            compare(self._form, plan.form(), folder)
        if self.finished and not all(file.exists() for file in files):
            self._forget()

    @property
    def finished(self) -> bool:
        """Whether its result is written, and still there."""
        return bool(self._form and self._form.get("finished"))

    @property
    def end(self) -> Progress:
        """What is said of a finished job."""
        found = self._listed["finished"]
        clips, rows, errors = (int(found[name]) for name in ("clips", "rows", "errors"))
        return Progress("write", clips, clips, 0, errors, rows=rows)

    @property
    def clips(self) -> int:
        """How many there are, of a job that is listed."""
        return int(self._listed["clips"])

    @property
    def given(self) -> tuple[str, ...]:
        """The columns of the manifests that are carried over, of a job that is listed."""
        return tuple(self._listed["given"])

    @property
    def base(self) -> str:
        """The folder that relative paths of clips are relative to, of a job that is listed."""
        return str(self._listed["base"])

    @property
    def _listed(self) -> dict[str, Any]:
        if self._form is None:
            raise RuntimeError("the clips of the job are not listed")
        return self._form

    def prepare(self) -> None:
        """List the clips once: from then on it does not matter what happens to their folders.

        Raises:
            ConfigError: there is nothing to label, or a file that is to be written is there
                already and not this job's, or another job's to write.
            DiskError: the list can't be written.
        """
        self._check_files()
        form = {**self.plan.form(), "files": list(self._files)}
        if self._form is not None:
            self._save(form)  # what is to be written may be asked for otherwise meanwhile
            return
        self.clear()  # parts without a plan, as of a job that was killed when it began anew
        clips = 0
        given: dict[str, None] = {}
        with parts.writing(self.folder / ITEMS) as file:
            for item in self.plan.sources.items():
                clips += 1
                given |= dict.fromkeys(item.given)
                file.write(item.line().encode())
        self._check_files()  # the list may have taken an hour
        listed = {"clips": clips, "given": list(given), "base": os.getcwd()}
        self._save({**form, **listed, "key": token_hex(4)})

    def parts(self, stage: str) -> Path:
        """The folder of the parts of a stage, under a name that no other job has.

        A worker of a job that was thrown away may outlive it, and must not write among the parts.

        Raises:
            DiskError: it can't be made.
        """
        folder = self.folder / f"{stage}-{self._listed['key']}"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise DiskError(folder, error) from error
        return folder

    def shards(self, *, done: frozenset[int] = frozenset()) -> Iterator[Shard]:
        """The shards of the job, but those that are done.

        Raises:
            ConfigError: the list of its clips is damaged.
        """
        return shards(self.folder / ITEMS, self.clips, self.plan.shard, done=done)

    def items(self) -> Iterator[Item]:
        """The clips of the job.

        Raises:
            ConfigError: the list of them is damaged.
        """
        return (item for shard in self.shards() for item in shard.items)

    def numbers(self) -> Iterator[tuple[int, range]]:
        """The index of each shard, and the numbers of its clips."""
        for index, first in enumerate(range(0, self.clips, self.plan.shard)):
            yield index, range(first, min(first + self.plan.shard, self.clips))

    def rows(self, stage: str) -> Iterator[list[Row]]:
        """The rows of a stage by shard, each verified.

        Raises:
            DamagedError: a part is damaged; the same command makes it again.
        """
        for index, numbers in self.numbers():
            yield parts.verified(self.parts(stage), index, numbers)

    def finish(self, rows: int, errors: int) -> None:
        """Write down that the result is there, and clear up."""
        self._save({"finished": {"clips": self.clips, "rows": rows, "errors": errors}})
        self.clear()

    def clear(self) -> None:
        """Remove all but what was asked for.

        Raises:
            DiskError: something can't be removed.
        """
        try:
            for entry in self.folder.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                elif entry.name not in (PLAN, LOCK):
                    entry.unlink()
        except OSError as error:
            raise DiskError(self.folder, error) from error

    def _forget(self) -> None:
        """Throw away what was done, and its result."""
        for file in self._own():
            file.resolve().unlink(missing_ok=True)
        (self.folder / PLAN).unlink(missing_ok=True)  # first: without it, no part counts
        self._form = None
        self.clear()

    def _own(self) -> list[Path]:
        """The files to be written that were this job's already: it may replace them."""
        before = (self._form or {}).get("files", ())
        return [file for path, file in self._files.items() if path in before]

    def _check_files(self) -> None:
        own = self._own()
        check_unused(file for file in self._files.values() if file not in own)
        check_unclaimed(self._files, self.folder)

    def _save(self, more: Mapping[str, Any]) -> None:
        self._form = {**(self._form or {}), **more}
        with parts.writing(self.folder / PLAN) as file:
            file.write(json.dumps(self._form, indent=2).encode() + b"\n")
