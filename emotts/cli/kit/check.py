"""`emotts plugins check`."""

import sys

import click

from emotts.cli.options import echo_json, json_option, setting, verbose_option
from emotts.plugins import load
from emotts.testing.installed import find, plugin_promises


@click.command("check")
@click.argument("name")
@click.option(
    "--option",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="An option of what the plugin provides; may be given again.",
)
@json_option
@verbose_option
def command(name: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Hold an installed plugin to all that it promises.

    NAME is that of the plugin, or of something that it provides. The exit code is 1 when a
    promise is broken.
    """
    plugins = load()
    options = dict(map(setting, settings))
    forms: list[dict[str, str | None]] = []
    for subject, outcome in plugin_promises(plugins, find(plugins, name), options=options):
        if not as_json:
            if not forms or forms[-1]["subject"] != subject:
                click.echo(subject)
            problem = "" if outcome.problem is None else f": {outcome.problem}"
            click.echo(f"  {'FAILED' if problem else 'ok    '}  {outcome.promise}{problem}")
        forms.append({"subject": subject, **vars(outcome)})
    broken = sum(form["problem"] is not None for form in forms)
    if as_json:
        echo_json(forms)
    else:
        click.echo(f"{len(forms) - broken} promises kept, {broken} broken")
    if broken:
        sys.exit(1)
