"""The command line: one module a command, imported only when the command runs."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from emotts.errors import EmottsError

# Command → its module's command, and its help in one line: `emotts --help` imports no command.
COMMANDS = {
    "say": "Speak a text with an emotion, and show what was heard.",
    "replay": "Speak again what a ledger tells of, and check that it is the same.",
    "classify": "Say which emotions are heard in recordings.",
    "label": "Say which emotions are heard in a whole data set.",
    "embed": "Write the emotion embeddings of a data set, one a clip.",
    "report": "Show on a page what was heard in a data set.",
    "serve": "Serve speech over HTTP: OpenAI's interface, and a page.",
    "voices": "List the voices of the installed engines.",
    "plugins": "List the installed plugins, what they provide, and what is broken.",
    "doctor": "Check the installation, down to one spoken sentence.",
}

INTERRUPTED = 130
"""Exit code of a process that Ctrl-C ended, as shells report it."""


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
            raise Failure(str(error)) from error


@click.group(
    cls=LazyGroup,
    package=__name__,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="emotts", message="%(package)s %(version)s")
def cli() -> None:
    """Make a text-to-speech engine speak with an emotion, and prove it."""


def main() -> None:
    """Run the command line, and exit with its code."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = INTERRUPTED
    sys.exit(code)
