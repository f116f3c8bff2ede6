"""What a host keeps of what it has spoken: a ledger, a cache."""

from pathlib import Path

from pydantic import Field, model_validator

from emotts.files import cache_dir
from emotts.options import Options


class LedgerConfig(Options):
    """Where each choice is written down; a bare path stands for one without texts."""

    path: str
    """A file; a line is added for each choice."""
    text: bool = False
    """Keep the sentences themselves, not only their hashes."""

    @model_validator(mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class CacheConfig(Options):
    """Where sentences that were spoken are kept; a bare path, or true, stands for one."""

    path: str | None = None
    """A folder for them alone; null: `speech` in the user's cache folder."""
    max_mb: int = Field(default=1024, ge=1, le=2**30)
    """Of all files together, MB; those that were not used for the longest go first."""

    @model_validator(mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        if value is True:
            return {}
        return {"path": value} if isinstance(value, str) else value

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return cache_dir() / "speech" if self.path is None else Path(self.path).expanduser()

    @property
    def max_bytes(self) -> int:
        """Of all files together."""
        return self.max_mb * 1_000_000
