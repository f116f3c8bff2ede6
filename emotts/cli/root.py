"""The root of the command line: a group whose commands are imported when they are asked for."""

import errno
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from threading import current_thread, main_thread
from typing import Any

import click

from emotts.cli import COMMANDS, INTERRUPTED, SUMMARY
from emotts.errors import EmottsError

logger = logging.getLogger(__name__)

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says where no more fits; files that are written say so themselves."""


NOBODY_READS = 1
"""Exit code where who read standard output has left, as click's."""


class Failure(click.ClickException):
    """An error that emotts raised on purpose: a message, no traceback."""

    exit_code = 2


class LazyGroup(click.Group):
    """A group that knows its commands' names and help without importing them."""

    def __init__(self, *, package: str, table: Mapping[str, str], **attributes: Any) -> None:
        """Keep where the commands are.

        Args:
            package: has a module for each, named like it, with the `command`.
            table: command → its help in one line.
            attributes: those of every group.
        """
        super().__init__(**attributes)
        self._package, self._table = package, table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None for an unknown name."""
        if cmd_name not in self._table:
            return None
        with _ended_by_interrupts():
            command: click.Command = import_module(f"{self._package}.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command to run; an unknown name is an error that lists the valid ones."""
        if args[0] not in self._table and not args[0].startswith("-"):
            ctx.fail(f"unknown command {args[0]!r}; valid: {', '.join(self._table)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; emotts' own errors become messages."""
        try:
            return super().invoke(ctx)
        except EmottsError as error:
            logger.debug("where the error comes from:", exc_info=error)
            raise Failure(str(error)) from error


@contextmanager
def _ended_by_interrupts() -> Iterator[None]:
    """Have Ctrl-C end the process at once, as before Python begins, unless it is ignored.

    Modules that are interrupted while they are imported fail with errors of their own, or crash.
    """
    own = signal.getsignal(signal.SIGINT)
    here = current_thread() is main_thread() and own is signal.default_int_handler
    if here:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if here:
            signal.signal(signal.SIGINT, own)


@click.group(
    cls=LazyGroup,
    package="emotts.cli",
    table=COMMANDS,
    help=SUMMARY,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="emotts", message="%(package)s %(version)s")
def cli() -> None:
    """The commands of `emotts`."""


def run() -> int:
    """Run the command line; its exit code."""
    try:
        if isinstance(sys.stdout, TextIOWrapper):  # what its encoding lacks is escaped
            sys.stdout.reconfigure(errors="backslashreplace")
        code: int | None = cli.main(standalone_mode=False)
        if sys.stdout is not None:  # it is where it is closed
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except OSError as error:
        if error.errno not in (*FULL, errno.EPIPE):
            raise
        # Python writes what is left once more at its end, and would complain, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            return NOBODY_READS
        click.echo(f"Error: standard output can't be written: {error.strerror}", err=True)
        return Failure.exit_code
    return code or 0
