"""`emotts plugins`."""

from typing import Any

import click

from emotts.cli import LazyGroup
from emotts.cli.options import echo_json, json_option, verbose_option
from emotts.cli.table import print_rows
from emotts.plugins import PluginInfo, load

KINDS = {
    "engine": "engines",
    "wrapper": "wrappers",
    "classifier": "classifiers",
    "check": "checks",
    "protocol": "protocols",
    "executor": "executors",
}


COMMANDS = {
    "new": "Write a plugin that works: pyproject.toml, one module, and its contract test.",
    "check": "Hold an installed plugin to all that it promises.",
}


@click.group(
    "plugins",
    cls=LazyGroup,
    package="emotts.cli.kit",
    table=COMMANDS,
    invoke_without_command=True,
)
@json_option
@verbose_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the installed plugins, what they provide, and what is broken.

    A broken plugin is disabled alone. EMOTTS_LOAD_PLUGINS, a list of names with commas between
    them, narrows which are loaded; the built-ins always are.
    """
    if context.invoked_subcommand:
        return
    forms = [plugin_form(info) for info in load().loaded]
    if as_json:
        echo_json(forms)
        return
    print_rows(
        ("name", "distribution", "provides"),
        [
            (form["name"], f"{form['distribution']} {form['version']}", _provides(form))
            for form in forms
        ],
    )


def plugin_form(info: PluginInfo) -> dict[str, Any]:
    """The JSON form of a plugin."""
    return {
        "name": info.name,
        "distribution": info.distribution,
        "version": info.version,
        **{plural: list(info.names(kind)) for kind, plural in KINDS.items()},
        "error": info.broken,
    }


def _provides(form: dict[str, Any]) -> str:
    if form["error"]:
        return f"disabled: {form['error']}"
    listed = [f"{kind} {name}" for kind, plural in KINDS.items() for name in form[plural]]
    return ", ".join(listed) or "observes choices"
