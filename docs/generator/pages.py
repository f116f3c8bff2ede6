"""The pages of the reference: what is on each, in which order."""

from collections.abc import Callable, Iterator, Mapping

import griffe
import tables
from contents import BUILT_IN, PLUGINS, PROMISES, PYTHON
from entries import UndocumentedError, Writer, documented

import emotts
from emotts import config
from emotts.host import Host
from emotts.server import bodies

NOTE = "<!-- Written by `make docs` from the source: change the docstrings there. -->"


class Reference:
    """The reference, page by page."""

    def __init__(self) -> None:
        """Read the source."""
        google = griffe.GoogleOptions(returns_multiple_items=False)
        root = griffe.load(
            "emotts",
            docstring_parser="google",
            docstring_options=google,
            allow_inspection=False,
        )
        assert isinstance(root, griffe.Module)
        self._module = root
        self._places = {**self._of(PYTHON, "python.md"), **self._of(PLUGINS, "plugins.md")}
        missing = set(emotts.__all__) - set(self._places) - {"EmottsError", "hookimpl"}
        if missing:
            raise UndocumentedError(f"not in the reference: {', '.join(sorted(missing))}")
        self._places |= dict.fromkeys(self._errors(), "python.md#errors")
        self._places["hookimpl"] = "plugins.md#hooks"

    def pages(self) -> Iterator[tuple[str, str]]:
        """Name and text of each."""
        made: Mapping[str, Callable[[Writer], None]] = {
            "python.md": self._python,
            "plugins.md": self._plugins,
            "configuration.md": self._configuration,
            "controls.md": self._controls,
            "http.md": self._http,
        }
        for name, write in made.items():
            writer = Writer(self._places, name)
            writer.add(NOTE)
            write(writer)
            yield name, writer.text()

    def _of(self, groups: Mapping[str, tuple[str, ...]], page: str) -> dict[str, str]:
        names = [path.rpartition(".")[2] for paths in groups.values() for path in paths]
        return {name: f"{page}#{name.lower()}" for name in names}

    def _groups(self, writer: Writer, groups: Mapping[str, tuple[str, ...]]) -> None:
        for heading, paths in groups.items():
            writer.add(f"## {heading}")
            for path in paths:
                writer.entry(self._module[path])

    def _errors(self) -> dict[str, griffe.Class]:
        return {n: c for n, c in self._module["errors"].classes.items() if not c.is_alias}

    def _python(self, writer: Writer) -> None:
        writer.add("# Python reference")
        writer.add(
            "Every name of `emotts.__all__`, and what these are made of; how they are used: "
            "[Python](../python.md). What plugins implement has [a page of its own](plugins.md)."
        )
        self._groups(writer, PYTHON)
        writer.add("## Errors", "", "All in `emotts.errors`; `EmottsError` is in `emotts`, too.")
        writer.add("| error | is a | when |", "|---|---|---|", *self._error_rows(writer))

    def _error_rows(self, writer: Writer) -> Iterator[str]:
        for name, found in self._errors().items():
            bases = ", ".join(f"`{base}`" for base in found.bases)
            yield f"| `{name}` | {bases} | {writer.cell(documented(found).value)} |"

    def _plugins(self, writer: Writer) -> None:
        writer.add("# Reference for plugins")
        writer.add(
            "What a plugin implements, and is given. How to write one: [Plugins](../plugins.md)."
        )
        writer.add("## Hooks")
        writer.add(
            "Functions of the module, or methods of the object, that the entry point names; each "
            "marked with `@emotts.hookimpl`. All are optional."
        )
        for hook in self._module["hookspecs"].functions.values():
            writer.entry(hook)
        self._groups(writer, PLUGINS)
        writer.add("## Promises", "", "What `emotts plugins check` and `emotts.testing` look at.")
        for whose, modules in PROMISES.items():
            writer.add(f"### Promises {whose}")
            writer.add(
                *(f"- {writer.linked(line)}" for name in modules for line in self._kept(name))
            )

    def _kept(self, module: str) -> Iterator[str]:
        """The promises of a module of `emotts.testing`, in words."""
        for function in self._module[f"testing.{module}"].functions.values():
            if any(str(mark.value).endswith(".promise") for mark in function.decorators):
                yield documented(function).value.splitlines()[0]

    def _configuration(self, writer: Writer) -> None:
        writer.add("# Configuration reference")
        writer.add(
            "The keys of a YAML file, for `--config` and `Host.from_config`. A key that is not "
            "here is an error. [An example with all of them](../cli.md#configuration)."
        )
        for model in tables.models(config.Config):
            writer.add(f"## {model.__name__}", "", writer.linked(model.__doc__ or ""))
            if issubclass(model, config.PartConfig) and model is not config.PartConfig:
                writer.add("The keys of [PartConfig](#partconfig), and:")
            writer.add(*tables.fields(model, self._module))
        writer.add("## Options of what is built in")
        writer.add("Plugins' options are in their own pages: [Engines](../engines.md).")
        found = Host().plugins
        parts: dict[str, type[emotts.Engine] | type[emotts.Classifier] | type[emotts.Check]]
        parts = {**found.engines, **found.classifiers, **found.checks}
        for name in BUILT_IN:
            kind = parts[name]
            if kind.Options.model_fields:
                writer.add(f"### {name}", "", *tables.fields(kind.Options, self._module))

    def _controls(self, writer: Writer) -> None:
        writer.add("# Controls and emotions reference")
        writer.add("## Controls")
        writer.add(
            "The standard names, with the widest range that an engine may have; the last column "
            "is the built-in engine's. What they cost, and where they come from: "
            "[Controls](../controls.md)."
        )
        writer.add(*tables.controls())
        writer.add("## Emotions")
        writer.add(
            "The canonical names, where each lies from 0 to 1 ([Targets](../targets.md#a-point)), "
            "and which built-in classifiers hear it."
        )
        writer.add(*tables.emotions(Host()))

    def _http(self, writer: Writer) -> None:
        writer.add("# HTTP reference")
        writer.add("How to serve, and what the replies tell: [Server](../server.md).")
        writer.add("## Paths", "", *tables.endpoints(writer))
        writer.add("## `POST /v1/audio/speech`")
        writer.add("OpenAI's fields, and [those that say how](#how-it-is-to-sound):")
        writer.add(*tables.fields(bodies.SpeechBody, self._module))
        writer.add("## `POST /v1/emotts/say`")
        writer.add("These, and [those that say how](#how-it-is-to-sound):")
        writer.add(*tables.fields(bodies.SayBody, self._module))
        writer.add("## How it is to sound", "", *tables.fields(bodies.Wanted, self._module))
        writer.add("### VoiceId", "", *tables.fields(bodies.VoiceId, self._module))
        writer.add("## Metrics", "", "Of `GET /metrics`:", "", *tables.metrics())
