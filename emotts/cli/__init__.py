"""The command line: one module a command, imported only when the command runs."""

import os
import sys
from importlib import import_module

# As type checkers know it: `typing` alone would take half of the time that the help takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from emotts.cli.root import Failure, LazyGroup, cli

__all__ = ["COMMANDS", "SUMMARY", "Failure", "LazyGroup", "cli", "main"]

SUMMARY = "Make a text-to-speech engine speak with an emotion, and show what was heard."

# Command → its module's command, and its help in one line: `emotts --help` imports no command.
COMMANDS = {
    "say": "Speak a text with an emotion, and show what was heard.",
    "replay": "Speak again what a ledger tells of, and check that it is the same.",
    "classify": "Say which emotions are heard in recordings.",
    "label": "Say which emotions are heard in a whole data set.",
    "embed": "Write the emotion embeddings of a data set, one a clip.",
    "report": "Show on a page what was heard in a data set.",
    "tune": "Learn what moves a voice to each emotion, and show what it gains.",
    "serve": "Serve speech over HTTP: OpenAI's interface, and a page.",
    "cache": "Show what is kept of sentences that were spoken, or remove it.",
    "voices": "List the voices of the installed engines.",
    "plugins": "List the installed plugins, what they provide, and what is broken.",
    "doctor": "Check the installation, down to one spoken sentence.",
}

# Where no line has to be broken.
WIDE = 80
INTERRUPTED = 130
"""Exit code of a process that Ctrl-C ended, as shells report it."""


def main() -> None:
    """Run the command line, and exit with its code.

    The help alone is written without click, which takes twice as long to import as Python does to
    start.
    """
    asked = sys.argv[1:] in (["--help"], ["-h"]) and _columns() >= WIDE
    if not (asked and _written(_help())):
        try:
            code = import_module("emotts.cli.root").run()
        except KeyboardInterrupt:
            code = INTERRUPTED
        sys.exit(code)


def _help() -> str:
    """What click writes for --help on a terminal that is wide enough."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {line}" for name, line in COMMANDS.items())
    return f"""\
Usage: emotts [OPTIONS] COMMAND [ARGS]...

  {SUMMARY}

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{commands}
"""


def _written(text: str) -> bool:
    """Whether standard output, which may be closed or full, took it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (AttributeError, OSError):
        return False
    return True


def _columns() -> int:
    """Of the terminal; `WIDE` where there is none."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size().columns or WIDE
    except OSError:
        return WIDE


def __getattr__(name: str) -> object:
    """What needs click, from the module it lives in."""
    if name not in __all__:
        raise AttributeError(f"module 'emotts.cli' has no attribute {name!r}")
    return getattr(import_module("emotts.cli.root"), name)
