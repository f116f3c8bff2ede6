"""A journal: what a long job has measured, so that it goes on where it was ended."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emotts.documents import from_json
from emotts.errors import ConfigError
from emotts.files import write_all


class Journal:
    """Remembers values by their keys in a file of JSON lines, each written as soon as it is known.

    A line that a kill has torn is thrown away, and its value made again. Two processes may share a
    file: what they write is the same.
    """

    def __init__(self, file: Path) -> None:
        """Read what an earlier run has left.

        Raises:
            ConfigError: the file can't be read or written.
        """
        self._file = file
        self._known: dict[str, Any] = {}
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a+b") as lines:
                lines.seek(0)
                lines.truncate(self._read(lines.read()))
        except OSError as error:
            raise self._failed(error) from error

    def __len__(self) -> int:
        """How many values are known."""
        return len(self._known)

    def __contains__(self, key: str) -> bool:
        """Whether a value is known."""
        return key in self._known

    def recall(self, key: str, make: Callable[[], Any]) -> Any:
        """The value of a key, made now where it is not known; it must be JSON.

        Raises:
            ConfigError: it can't be written down.
        """
        if key not in self._known:
            value = make()
            try:
                with self._file.open("ab", buffering=0) as lines:
                    write_all(lines, (json.dumps([key, value]) + "\n").encode())
                    os.fsync(lines.fileno())
            except OSError as error:
                raise self._failed(error) from error
            self._known[key] = value
        return self._known[key]

    def forget(self) -> None:
        """Remove the file.

        Raises:
            ConfigError: it can't be removed.
        """
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise self._failed(error) from error
        self._known.clear()

    def _read(self, content: bytes) -> int:
        """Learn the whole lines; how many bytes they have."""
        end = 0
        for line in content.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                key, value = from_json(line)
                self._known[key] = value
            except (ValueError, TypeError):
                break
            end += len(line)
        return end

    def _failed(self, error: OSError) -> ConfigError:
        return ConfigError(f"{self._file}: progress can't be kept: {error.strerror or error}")
