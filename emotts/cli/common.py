"""What several commands share: options, and the host they ask for."""

from collections.abc import Mapping, Sequence

import click

from emotts.cli.options import echo_json, json_option, setting, verbose_option
from emotts.config import CacheConfig, ClassifierConfig, Config, EngineConfig, LedgerConfig
from emotts.errors import ConfigError, UnknownNameError
from emotts.files import lacks_folder
from emotts.host import Host
from emotts.plugins import Plugins, load

__all__ = [
    "build_config",
    "build_host",
    "cache_option",
    "classifier_option",
    "config_option",
    "echo_json",
    "engine_option",
    "json_option",
    "model_option",
    "settings_option",
    "verbose_option",
]

config_option = click.option(
    "--config", metavar="FILE", help="A YAML file with engine, classifiers, checks and defaults."
)

cache_option = click.option(
    "--cache/--no-cache",
    default=None,
    help="Whether sentences are kept, to be spoken again at once; see `emotts cache`.",
)

engine_option = click.option("--engine", metavar="NAME", help="The engine that speaks.")

classifier_option = click.option("--classifier", metavar="NAME", help="The classifier that hears.")

model_option = click.option(
    "--model", metavar="MODEL", help="The model of the classifier, for one that takes a choice."
)

settings_option = click.option(
    "--option",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="An option of the classifier, such as allow_pickle=true; may be given again.",
)


def build_host(
    *,
    config: str | None = None,
    engine: str | None = None,
    classifier: str | None = None,
    model: str | None = None,
    settings: Sequence[str] = (),
    ledger: str | None = None,
    cache: bool | None = None,
) -> Host:
    """The host that the options of a command ask for; options go before the config file."""
    plugins = load()
    made = build_config(
        plugins, config=config, engine=engine, classifier=classifier, model=model, settings=settings
    )
    if ledger:
        made = made.model_copy(update={"ledger": LedgerConfig(path=ledger)})
    if made.ledger and (lacking := lacks_folder(made.ledger.path)):
        raise ConfigError(f"the ledger {lacking}")
    if cache is not None:
        kept = (made.cache or CacheConfig()) if cache else None
        made = made.model_copy(update={"cache": kept})
    return Host(made, plugins=plugins)


def build_config(
    plugins: Plugins,
    *,
    config: str | None = None,
    engine: str | None = None,
    classifier: str | None = None,
    model: str | None = None,
    settings: Sequence[str] = (),
) -> Config:
    """What the options of a command ask for; they go before the config file."""
    made = Config.load(config) if config else Config()
    if engine and engine != str(made.engine):
        made = made.model_copy(update={"engine": EngineConfig(name=engine), "voice": None})
    if classifier and classifier != made.classifiers[0].name:
        made = made.model_copy(update={"classifiers": (ClassifierConfig(name=classifier),)})
    options = dict(map(setting, settings)) | ({"model": model} if model else {})
    if options:
        made = _with_options(made, options, plugins)
    return made


def _with_options(config: Config, options: Mapping[str, object], plugins: Plugins) -> Config:
    """The config with these options of its first classifier set."""
    first, *others = config.classifiers
    valid = plugins.classifier(first.name).Options.model_fields
    for name in options:
        if name not in valid:
            raise UnknownNameError(f"option of classifier {first.name}", name, valid)
    first = first.model_copy(update={"options": {**first.options, **options}})
    return config.model_copy(update={"classifiers": (first, *others)})
