"""The studio: engines, classifiers and checks put together from a configuration."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NoReturn, Self

from emotts import conditioning, ledger, pipeline
from emotts.cache import keys
from emotts.cache.sentences import Sentences
from emotts.cache.store import Store
from emotts.config import Config
from emotts.errors import ConfigError
from emotts.intake import Begin, Chosen
from emotts.parts import breakers, close, make_check, make_classifier
from emotts.plugins import Plugins, load
from emotts.rounds import Observer
from emotts.speakers import Speakers
from emotts.speech import Choice, Request


class Studio:
    """Where requests are spoken."""

    def __init__(self, config: Config | None = None, *, plugins: Plugins | None = None) -> None:
        """Look up and construct the parts.

        Args:
            config: what it is made of; the built-in engine, classifier and checks by default.
            plugins: what is installed; loaded from the entry points by default.

        Raises:
            UnknownNameError: the config names a plugin that is not there.
            ConfigError: an option of a plugin is unknown or out of range, or this is no `Config`.
        """
        if not isinstance(config, Config | None):
            raise ConfigError(
                f"a host is made of a Config, not of {config!r:.60}: "
                "Host.from_config(path) reads one, Config.model_validate(mapping) makes one"
            )
        self.config = config or Config()
        """What it was made of, and the defaults of requests."""
        self.plugins = plugins or load()
        """What is installed."""
        self.classifiers = [make_classifier(self.plugins, part) for part in self.config.classifiers]
        """Who listens; the first hears every take."""
        self.checks = [make_check(self.plugins, part) for part in self.config.checks]
        """The floors that takes must reach."""
        self._speakers = Speakers(self.plugins, self.config, self.classifiers)
        self.engine = self._speakers.engines[0]
        """Who speaks."""

    def __enter__(self) -> Self:
        """Itself, to be closed at the end."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close it."""
        self.close()

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied, in words."""
        raise TypeError("a host can't be pickled or copied: make another of the same config")

    def close(self) -> None:
        """End the processes of isolated parts; without a call they end with the host."""
        for part in self._parts:
            close(part)

    def breakers(self) -> dict[str, bool]:
        """Name → whether its breaker is open, of the parts in processes of their own."""
        return breakers(self._parts)

    def speak(
        self,
        request: Request,
        *,
        begin: Begin | None = None,
        observe: Observer | None = None,
        chosen: Chosen | None = None,
        together: bool = False,
    ) -> Iterator[Choice]:
        """Speak a request, one choice a sentence.

        Args:
            request: made by `request`.
            begin: called with each sentence before its first take is made.
            observe: called with each candidate once those who hear every take are done with it.
            chosen: called with each choice.
            together: choose all sentences when all were heard, so that each fits those around
                it; else each is chosen at once, to fit the one before.
        """
        # Before the classifiers are calibrated, which may take minutes.
        pipeline.refuse_unheard(request, self.classifiers)
        preferred, *fallback = speakers = self._speakers.ready(request.voice)
        known = {speaker.engine.name: speaker for speaker in speakers}
        for choice in pipeline.speak(
            replace(request, voice=preferred.voice),
            engine=preferred.engine,
            listeners=preferred.listeners,
            checks=self.checks,
            tendencies=preferred.tendencies,
            reached=preferred.reached,
            centroids=self._centroids,
            together=together,
            fallback=fallback,
            cache=self._cache,
            begin=begin,
            observe=observe,
        ):
            if kept := self.config.ledger:
                who = known[choice.engine]
                line = ledger.entry(choice, request, who.engine, who.listeners, with_text=kept.text)
                ledger.append(kept.path, line)
            self.plugins.sentence_chosen(choice, request)
            if chosen is not None:
                chosen(choice)
            yield choice

    @cached_property
    def _centroids(self) -> conditioning.Centroids | None:
        """Of the emotions, where the config has them."""
        path = self.config.embeddings
        return None if path is None else conditioning.read_centroids(path)

    @cached_property
    def _cache(self) -> Sentences | None:
        """Of the takes of sentences, where the config has one."""
        kept = self.config.cache
        if kept is None:
            return None
        store = Store(kept.folder, kept.max_bytes)
        return Sentences(store, keys.origin(self.config, self.plugins))

    @property
    def _parts(self) -> tuple[object, ...]:
        return (*self._speakers.engines, *self.classifiers, *self.checks)
