"""Contracts: named promises that a plugin's class is held to, one function a promise."""

import io
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import ValidationError

from emotts.plugins import NAME

S = TypeVar("S")

CHEAP_S = 0.5


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
            except Exception as error:  # whatever a plugin raises breaks the promise
                problem = f"{type(error).__name__}: {error}"
            yield Outcome(promise, problem)

    def enforce(self, subject: S, name: str) -> None:
        """Raise an `AssertionError` that lists every broken promise."""
        broken = [outcome for outcome in self.outcomes(subject) if outcome.problem is not None]
        if broken:
            lines = "".join(f"\n- {outcome.promise}: {outcome.problem}" for outcome in broken)
            raise AssertionError(f"{name} breaks {len(broken)} of its promises:{lines}")


def expect(condition: bool, problem: str) -> None:
    """Raise `AssertionError`; unlike the statement, it also holds under `python -O`."""
    if not condition:
        raise AssertionError(problem)


def expect_name(name: object) -> None:
    """Expect a name that the host can look up."""
    expect(
        isinstance(name, str) and NAME.fullmatch(name) is not None,
        f"{name!r} is not 1 to 64 letters, digits, dots, hyphens or underscores",
    )


def expect_strict_options(component: Any) -> None:
    """Expect options that name an unknown key."""
    try:
        type(component).Options.model_validate({**component.options.model_dump(), "no_such": 1})
    except ValidationError as error:
        expect("no_such" in str(error), f"the error does not name the unknown key: {error}")
    else:
        raise AssertionError("the unknown key 'no_such' was accepted; derive from emotts.Options")


def expect_cheap_construction(component: Any) -> None:
    """Expect a constructor that leaves weights and heavy imports to the first use."""
    start = time.perf_counter()
    type(component)(component.options)
    seconds = time.perf_counter() - start
    expect(seconds < CHEAP_S, f"it took {seconds:.2f} s; at most {CHEAP_S:g} s")


def expect_stable_fingerprint(component: Any) -> None:
    """Expect the same fingerprint from two instances with the same options."""
    first, second = component.fingerprint, type(component)(component.options).fingerprint
    expect(isinstance(first, str) and first != "", f"{first!r} is no text")
    expect(first == second, f"two instances differ: {first!r}, {second!r}")


@contextmanager
def silent_stdout() -> Iterator[None]:
    """Expect that nothing is printed: standard output belongs to the host."""
    output = io.StringIO()
    with redirect_stdout(output):
        yield
    expect(not output.getvalue(), f"it printed {output.getvalue()[:80]!r}")


@contextmanager
def untouched_random_state() -> Iterator[None]:
    """Expect that neither Python's nor numpy's global generator moves."""
    before = random.getstate(), np.random.get_state(legacy=False)
    yield
    after = random.getstate(), np.random.get_state(legacy=False)
    expect(before[0] == after[0], "it uses Python's global random state")
    np.testing.assert_equal(before[1], after[1], "it uses numpy's global random state")
