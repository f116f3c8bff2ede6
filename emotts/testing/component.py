"""What every class of a plugin promises the host, whatever it does."""

import io
import random
import timeit
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from emotts.plugins import NAME
from emotts.testing.contract import Contract, expect
from emotts.wrapper import EngineWrapper

CHEAP_S = 0.5


@dataclass
class Component:
    """An engine, classifier or check, and a way to make it work."""

    instance: Any
    work: Callable[[], object]
    """Does what it is there for, once."""

    def another(self) -> Any:
        """A second one, with the same options."""
        kind, options = type(self.instance), self.instance.options
        if isinstance(self.instance, EngineWrapper):
            return kind(options, self.instance.inner)
        return kind(options)


COMPONENT: Contract[Component] = Contract()
"""For engines, classifiers and checks."""

MODEL: Contract[Component] = Contract()
"""For those with weights or voices: engines and classifiers."""


def expect_name(name: object) -> None:
    """Expect a name that the host can look up."""
    expect(
        isinstance(name, str) and NAME.fullmatch(name) is not None,
        f"{name!r} is not 1 to 64 letters, digits, dots, hyphens or underscores",
    )


@COMPONENT.promise
def named(component: Component) -> None:
    """It has a name that the host can look up."""
    made = component.instance
    expect_name(type(made).name if isinstance(made, EngineWrapper) else made.name)


@COMPONENT.promise
def strict_options(component: Component) -> None:
    """Its options refuse an unknown key by name."""
    options = component.instance.options
    try:
        type(component.instance).Options.model_validate({**options.model_dump(), "no_such": 1})
    except ValidationError as error:
        expect("no_such" in str(error), f"the error does not name the unknown key: {error}")
    else:
        raise AssertionError("'no_such' was accepted; derive them from emotts.options.Options")


@COMPONENT.promise
def cheap(component: Component) -> None:
    """Constructing it is cheap: weights and heavy imports wait for the first use."""
    # The quickest of three: a busy machine delays one or another, weights delay each.
    seconds = min(timeit.repeat(component.another, number=1, repeat=3))
    expect(seconds < CHEAP_S, f"it took {seconds:.2f} s; at most {CHEAP_S:g} s")


@COMPONENT.promise
def quiet(component: Component) -> None:
    """It prints nothing: standard output belongs to the host."""
    output = io.StringIO()
    with redirect_stdout(output):
        component.work()
    expect(not output.getvalue(), f"it printed {output.getvalue()[:80]!r}")


@COMPONENT.promise
def no_global_randomness(component: Component) -> None:
    """It leaves the global random state alone."""
    python, numpy = random.getstate(), np.random.get_state(legacy=False)
    component.work()
    expect(python == random.getstate(), "it uses Python's")
    np.testing.assert_equal(numpy, np.random.get_state(legacy=False), "it uses numpy's")


@MODEL.promise
def licensed(component: Component) -> None:
    """It names the licence of its weights or voices."""
    found = getattr(component.instance, "license", None)
    expect(isinstance(found, str) and found != "", f"license is {found!r}")


@MODEL.promise
def stable_fingerprint(component: Component) -> None:
    """Its fingerprint depends on nothing but its options and files."""
    first = component.instance.fingerprint
    second = component.another().fingerprint
    expect(isinstance(first, str) and first != "", f"{first!r} is no text")
    expect(first == second, f"two instances differ: {first!r}, {second!r}")
