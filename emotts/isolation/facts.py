"""Attributes of a part that its worker process is asked for when they are first read."""

from typing import Any


class _Fact:
    """Reads an attribute of the same name from what the worker told."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, part: Any, owner: type | None = None) -> Any:
        return self if part is None else getattr(part.facts, self._name)


def fact() -> Any:
    """An attribute that is one of the part's `facts`: for a proxy it stands where a value would."""
    return _Fact()
