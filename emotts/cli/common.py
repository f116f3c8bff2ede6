"""What several commands share: options, logging, output and the host they ask for."""

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
import yaml

from emotts.config import ClassifierConfig, Config, EngineConfig, LedgerConfig
from emotts.errors import ConfigError, UnknownNameError
from emotts.host import Host
from emotts.plugins import Plugins, load

F = TypeVar("F", bound=Callable[..., Any])

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")

config_option = click.option(
    "--config", metavar="FILE", help="A YAML file with engine, classifiers, checks and defaults."
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


def build_host(
    *,
    config: str | None = None,
    engine: str | None = None,
    classifier: str | None = None,
    model: str | None = None,
    settings: Sequence[str] = (),
    ledger: str | None = None,
) -> Host:
    """The host that the options of a command ask for; options go before the config file."""
    plugins = load()
    made = Config.load(config) if config else Config()
    if engine and engine != str(made.engine):
        made = made.model_copy(update={"engine": EngineConfig(name=engine), "voice": None})
    if classifier and classifier != made.classifiers[0].name:
        made = made.model_copy(update={"classifiers": (ClassifierConfig(name=classifier),)})
    if ledger:
        made = made.model_copy(update={"ledger": LedgerConfig(path=ledger)})
    options = dict(map(_setting, settings)) | ({"model": model} if model else {})
    if options:
        made = _with_options(made, options, plugins)
    return Host(made, plugins=plugins)


def echo_json(content: object, *, err: bool = False) -> None:
    """Print JSON, readable by people too."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False), err=err)


def _setting(text: str) -> tuple[str, object]:
    """Key and value of `key=value`, the value read as YAML reads it."""
    key, equals, value = text.partition("=")
    try:
        if key and equals:
            return key, yaml.safe_load(value)
    except yaml.YAMLError:
        pass
    raise ConfigError(f"{text!r} is no option; write it as KEY=VALUE")


def _with_options(config: Config, options: Mapping[str, object], plugins: Plugins) -> Config:
    """The config with these options of its first classifier set."""
    first, *others = config.classifiers
    valid = plugins.classifier(first.name).Options.model_fields
    for name in options:
        if name not in valid:
            raise UnknownNameError(f"option of classifier {first.name}", name, valid)
    first = first.model_copy(update={"options": {**first.options, **options}})
    return config.model_copy(update={"classifiers": (first, *others)})


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
