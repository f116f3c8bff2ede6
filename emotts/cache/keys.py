"""Keys: a hash of all that decides what comes out when the takes of a sentence are made and heard.

What is no part of a key can't change that: the tone of the sentences before, except where an
engine is conditioned on it, which is; a budget of time, since what it cuts short is not kept; who
is told of the takes; what is measured of others.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version

from emotts.config import Config, EngineConfig, PartConfig
from emotts.controls import Control
from emotts.digest import digest, file_digest
from emotts.plain import floats
from emotts.records import Conditioning
from emotts.registry import PluginInfo, Plugins
from emotts.search import Search
from emotts.speaker import Speaker
from emotts.speech import Reference, Request

FORM = 1
"""Changes when entries of an older form would be misunderstood."""


def origin(config: Config, plugins: Plugins) -> str:
    """A digest of what a host is made of: its parts with their options, and their versions."""
    parts = (config.engine, *config.fallback, *config.classifiers, *config.checks)
    names = set(_names(parts))
    return digest(
        [
            FORM,
            version("emotts"),
            [
                [info.distribution, info.version]
                for info in plugins.loaded
                if _provides(info, names)
            ],
            [_form(part) for part in parts],
        ]
    )


def identity(speaker: Speaker) -> str:
    """A digest of a voice, its engine, who listens to it and what is known of it."""
    engine = speaker.engine
    return digest(
        [
            [engine.name, engine.fingerprint, engine.uses_seed, engine.accepts],
            {name: _control(control) for name, control in engine.controls.items()},
            speaker.voice,
            [
                [listener.name, listener.fingerprint, listener.profile, listener.finalists]
                for listener in speaker.listeners
            ],
            speaker.tendencies,
        ]
    )


def sentence(known: str, search: Search, request: Request) -> str:
    """The key of a sentence.

    Args:
        known: a digest of what does not change between sentences.
        search: proposes its takes.
        request: what they are for.

    Raises:
        OSError: the recording that they are conditioned on can't be read.
    """
    return digest(
        [
            known,
            search.text,
            [request.target, request.takes, request.stop, request.seed],
            floats(request.settings),
            _heard(request.like),
            _conditioning(search.conditioning),
        ]
    )


def _control(control: Control) -> object:
    """What of a control counts, as it comes from a process of its own, too: 2 is 2.0."""
    return [float(control.low), float(control.neutral), float(control.high), control.scale]


def _heard(like: Reference | None) -> object:
    """What a recording says by what is heard in it; its file counts where an engine gets it."""
    return None if like is None else [like.named, like.heard]


def _conditioning(asked: Conditioning) -> object:
    """What an engine is given, with the content of the recording."""
    content = None if asked.reference is None else file_digest(asked.reference)
    return [asked, content]


def _names(parts: Iterable[PartConfig]) -> Iterable[str]:
    """The names of parts, and of engines inside others."""
    for part in parts:
        yield part.name
        if isinstance(part, EngineConfig) and part.inner:
            yield from _names([part.inner])


def _form(part: PartConfig) -> object:
    """What a part is asked to be, under which interpreter; it says the same in any process."""
    form = part.model_dump(mode="json", include={"name", "options", "python", "finalists"})
    inner = part.inner if isinstance(part, EngineConfig) else None
    return [form, list(_stamps(form["options"])), inner and _form(inner)]


def _stamps(options: object) -> Iterator[object]:
    """Size and time of change of the files and folders that options name."""
    if isinstance(options, str):
        with suppress(OSError, ValueError):
            found = os.stat(os.path.expanduser(options))
            yield [found.st_size, found.st_mtime_ns]
    elif isinstance(options, Mapping | list):
        for value in options.values() if isinstance(options, Mapping) else options:
            yield from _stamps(value)


def _provides(info: PluginInfo, names: Collection[str]) -> bool:
    """Whether something of one of these names comes from a plugin."""
    return any(component.name in names for kind in info.provides.values() for component in kind)
