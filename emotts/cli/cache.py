"""`emotts cache`."""

import click

from emotts.cache.store import Store
from emotts.cli.options import Length, counted, echo_json, json_option, verbose_option
from emotts.config import CacheConfig, Config
from emotts.errors import ConfigError

MB = 1_000_000
DAY_S = 86_400.0


@click.command("cache")
@click.argument("action", type=click.Choice(["show", "prune", "clear"]), default="show")
@click.option(
    "--max-mb", type=click.IntRange(min=0), help="What prune leaves, MB; the limit unless given."
)
@click.option(
    "--older-than",
    "days",
    metavar="DAYS",
    type=Length(),
    help="prune also removes what was not used for so many days.",
)
@click.option("--config", metavar="FILE", help="A YAML file that says where the cache is.")
@json_option
@verbose_option
def command(
    action: str, max_mb: int | None, days: float | None, config: str | None, as_json: bool
) -> None:
    """Show what is kept of sentences that were spoken, or remove it.

    ACTION is show (default); prune: remove what was not used for the longest, until the rest fits;
    or clear: remove all of it.
    """
    if action != "prune" and (max_mb is not None or days is not None):
        raise ConfigError("--max-mb and --older-than say what `emotts cache prune` leaves")
    settings = (Config.load(config).cache if config else None) or CacheConfig()
    store = Store(settings.folder, settings.max_bytes)
    removed = 0
    if action == "clear":
        removed = store.prune(0)
    elif action == "prune":
        limit = store.max_bytes if max_mb is None else max_mb * MB
        removed = store.prune(limit, None if days is None else days * DAY_S)
    usage = store.usage()
    if as_json:
        form = {"folder": str(store.folder), "max_bytes": store.max_bytes, **vars(usage)}
        echo_json({**form, "removed": removed})
        return
    if action != "show":
        click.echo(f"removed {counted(removed, 'sentence')}")
    click.echo(
        f"{store.folder}: {counted(usage.entries, 'sentence')}, "
        f"{usage.bytes / MB:.1f} of {store.max_bytes / MB:.0f} MB, "
        f"found {counted(usage.hits, 'time')}"
    )
