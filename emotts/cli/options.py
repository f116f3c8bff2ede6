"""Options and output that do not need a host: `emotts plugins` is quick for it."""

import json
import logging
import math
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from emotts.documents import from_yaml
from emotts.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Length(click.FloatRange):
    """A length of time from 0 on; click's own ranges let "nan" be in all of them."""

    def __init__(self, *, above: bool = False) -> None:
        """Say what it may be.

        Args:
            above: whether 0 itself is none.
        """
        super().__init__(min=0, min_open=above)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number, where it is one."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail("nan is no length", param, ctx)
        return number


def verbose_option(command: F) -> F:
    """Add `-v`, which sets up logging on standard error before the command runs."""
    return click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        is_eager=True,
        callback=_set_up_logging,
        help="Log more on standard error; twice for everything.",
    )(command)


def echo_json(content: object, *, err: bool = False) -> None:
    """Print JSON, readable by people too."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    # What is no UTF-8 in the name of a file: JSON escapes it as Python does, \udcff.
    click.echo(text.encode(errors="backslashreplace"), err=err)


def counted(number: int, thing: str) -> str:
    """`1 sentence`, `2 sentences`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def setting(text: str) -> tuple[str, object]:
    """Key and value of `key=value`, the value read as YAML reads it."""
    key, equals, value = text.partition("=")
    try:
        if key and equals:
            return key, from_yaml(value)
    except ValueError:
        pass
    raise ConfigError(f"{text!r} is no option; write it as KEY=VALUE")


class _Escaping(logging.Formatter):
    """Escapes control characters: a log line can't be forged by what it quotes."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return "".join(
            character if character.isprintable() else ascii(character)[1:-1]
            for character in super().formatMessage(record)
        )


def _set_up_logging(_context: click.Context, _parameter: click.Parameter, verbosity: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Escaping("%(levelname)s %(name)s: %(message)s"))
    level = LEVELS[min(verbosity, len(LEVELS) - 1)]
    logging.basicConfig(level=level, handlers=[handler], force=True)
