"""Who speaks: the engine of a host, or when it fails, the first of its fallbacks that does not."""

import logging
from collections.abc import Sequence

from emotts import tuned
from emotts.classifier import Classifier
from emotts.config import Config, EngineConfig
from emotts.engine import Engine
from emotts.errors import (
    ClassifierError,
    ClassifierGoneError,
    EngineError,
    PluginError,
    UnknownNameError,
)
from emotts.listener import Listener
from emotts.parts import make_engine
from emotts.profiles import profile_for
from emotts.records import Voice
from emotts.registry import Plugins
from emotts.speaker import Speaker

logger = logging.getLogger(__name__)


class Speakers:
    """The engine of a host, and its fallbacks, which speak with their default voices."""

    def __init__(self, plugins: Plugins, config: Config, classifiers: Sequence[Classifier]) -> None:
        """Make the engines; one that a broken plugin would provide is left out.

        Args:
            plugins: what is installed.
            config: names the engines, and the roles of the classifiers.
            classifiers: who listens.

        Raises:
            UnknownNameError: no plugin provides an engine.
            PluginError: all of them would come from broken plugins.
            ConfigError: an option is unknown or out of range.
        """
        self.engines: list[Engine] = []
        self._roles = list(zip(classifiers, config.classifiers, strict=True))
        self._known: dict[tuple[int, str], Speaker] = {}
        self._tuned = config.tuned
        for part in (config.engine, *config.fallback):
            try:
                self.engines.append(make_engine(plugins, part))
            except UnknownNameError as error:
                if not _broken(plugins, part) or not config.fallback:
                    raise
                logger.warning("%s", error)
            if part is config.engine:
                self._preferred = bool(self.engines)
        if not self.engines:
            raise PluginError("the plugins of the engine and of its fallbacks are all broken")

    def voice(self, name: str | None) -> Voice:
        """The voice of that name, the default one for None; a fallback's where the engine is gone.

        Raises:
            UnknownNameError: the engine has no such voice.
            EngineError: no engine can tell its voices.
        """
        wanted = name if self._preferred else None
        for engine in self.engines[:-1]:
            try:
                return engine.voice(wanted)
            except EngineError as error:
                logger.warning("%s", error)
                wanted = None
        return self.engines[-1].voice(wanted)

    def ready(self, voice: Voice) -> list[Speaker]:
        """Those who can speak, the preferred first, each known to the classifiers.

        Args:
            voice: of a request: whose it is speaks with it, others with their default ones.

        Raises:
            EngineError: no engine can speak.
            ClassifierError: no engine can be heard.
        """
        ready: list[Speaker] = []
        for index in range(len(self.engines)):
            try:
                ready.append(self._speaker(index, voice))
            except ClassifierGoneError:  # no engine is a help against that
                raise
            except (EngineError, ClassifierError) as error:
                if not ready and index == len(self.engines) - 1:
                    raise
                logger.warning("%s", error)
        return ready

    def _speaker(self, index: int, voice: Voice) -> Speaker:
        """An engine with that voice where it is its own, else with its default one."""
        engine = self.engines[index]
        if len(self.engines) > 1 and voice not in engine.voices():
            voice = engine.voice()
        key = index, voice.name
        if key not in self._known:
            listeners = [
                Listener(classifier, profile_for(engine, voice, classifier), role.finalists)
                for classifier, role in self._roles
            ]
            known = tuned.known(engine, voice, self._tuned)
            self._known[key] = Speaker(engine, voice, listeners, known.tendencies, known.reached)
        return self._known[key]


def _broken(plugins: Plugins, part: EngineConfig) -> bool:
    """Whether the plugin of an engine, or of one inside it, is disabled: no misspelling."""
    disabled = {name for info in plugins.loaded if info.error for name in info.aliases}
    return part.name in disabled or bool(part.inner and _broken(plugins, part.inner))
