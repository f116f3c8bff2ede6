"""Contracts: named promises that a plugin's class is held to, one function a promise."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True)
class Outcome:
    """Whether a promise was kept."""

    promise: str
    """In words."""
    problem: str | None
    """How it was broken; None when it was kept."""


class Contract(Generic[S]):
    """Promises about subjects of one kind, in the order in which they are looked at.

    A promise is a function that raises where the subject breaks it; the first line of its
    docstring says it in words.
    """

    def __init__(self) -> None:
        """Start without promises."""
        self._promises: list[Callable[[S], None]] = []

    def promise(self, verify: Callable[[S], None]) -> Callable[[S], None]:
        """Add a promise; a decorator."""
        self._promises.append(verify)
        return verify

    def outcomes(self, subject: S) -> Iterator[Outcome]:
        """Look at one promise after the other."""
        for verify in self._promises:
            promise = (verify.__doc__ or verify.__name__).strip().splitlines()[0].rstrip(".")
            problem = None
            try:
                verify(subject)
            except AssertionError as error:
                problem = str(error)
            except (Exception, SystemExit) as error:  # whatever it raises breaks the promise
                problem = f"{type(error).__name__}: {error}"
            yield Outcome(promise, problem)


def enforce(name: str, outcomes: Iterable[Outcome]) -> None:
    """Raise an `AssertionError` that lists every broken promise."""
    broken = [outcome for outcome in outcomes if outcome.problem is not None]
    if broken:
        lines = "".join(f"\n- {outcome.promise}: {outcome.problem}" for outcome in broken)
        raise AssertionError(f"{name} breaks {len(broken)} of its promises:{lines}")


def expect(condition: bool, problem: str) -> None:
    """Raise `AssertionError`; unlike the statement, it also holds under `python -O`."""
    if not condition:
        raise AssertionError(problem)
