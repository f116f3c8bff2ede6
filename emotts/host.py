"""The host: engine, classifiers and checks put together from a configuration; what apps hold."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self, TypedDict, Unpack

import numpy as np

from emotts import audio, conditioning, ledger, references
from emotts.audio import Audio
from emotts.config import MAX_TAKES, Config
from emotts.effort import Stop, checked_budget, checked_stop
from emotts.errors import ConfigError
from emotts.listener import Listener
from emotts.parts import close, make_check, make_classifier
from emotts.pipeline import refuse_unheard, speak
from emotts.plugins import Plugins, load
from emotts.records import Choice, Embedding, Prediction, Request, Speech, Tone
from emotts.references import Emotion, Recording
from emotts.rounds import Observer
from emotts.speakers import Speakers


class RequestOptions(TypedDict, total=False):
    """What a request may say beside its text and emotion."""

    intensity: float
    """0 (none of the emotion) … 1 (full, the default)."""
    takes: int
    """Takes a sentence, the neutral one included; the config's unless given."""
    seed: int
    """The same seed makes the same takes; the config's unless given."""
    stop: Stop
    """"adaptive": as soon as a take reaches the target, "never"; the config's unless given."""
    budget_ms: float | None
    """No take of a sentence is begun later than this, but take 0; the config's unless given."""
    voice: str
    """The config's unless given."""
    like: Recording
    """A recording to sound like. With an emotion it says how; without one also what."""
    like_calibrate: Sequence[Recording]
    """Others of its speaker, in varied moods: it is heard relative to them."""
    tone: Tone
    """Of what was spoken before, to go on like that: `Speech.tone`."""
    observe: Observer
    """Called with each candidate as soon as those who hear every take are done with it."""


class Host:
    """Speaks text with an emotion, and says what was heard.

    Making one is cheap; weights are loaded by the first request. A host is used from one thread
    at a time.
    """

    def __init__(self, config: Config | None = None, *, plugins: Plugins | None = None) -> None:
        """Look up and construct the parts.

        Args:
            config: what it is made of; the built-in engine, classifier and checks by default.
            plugins: what is installed; loaded from the entry points by default.

        Raises:
            UnknownNameError: the config names a plugin that is not there.
            ConfigError: an option of a plugin is unknown or out of range.
        """
        self.config = config or Config()
        self.plugins = plugins or load()
        self.classifiers = [make_classifier(self.plugins, part) for part in self.config.classifiers]
        self.checks = [make_check(self.plugins, part) for part in self.config.checks]
        self._speakers = Speakers(self.plugins, self.config, self.classifiers)
        self.engine = self._speakers.engines[0]

    @classmethod
    def from_config(cls, path: str | Path) -> "Host":
        """A host as a YAML file describes it."""
        return cls(Config.load(path))

    def __enter__(self) -> Self:
        """Itself, to be closed at the end."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the processes of isolated parts; without a call they end with the host."""
        for part in (*self._speakers.engines, *self.classifiers, *self.checks):
            close(part)

    def say(
        self,
        text: str,
        emotion: Emotion | None = None,
        **options: Unpack[RequestOptions],
    ) -> Speech:
        """Speak a whole text; arguments and errors are those of `stream`."""
        request = self._request(text, emotion, options)
        choices = tuple(self._speak(request, options.get("observe"), together=True))
        return Speech(
            request=request,
            engine=self.engine.name,
            choices=choices,
            audio=_joined(choices),
            embeddings={
                classifier.name: _mean_embedding(choices, classifier.name)
                for classifier in self.classifiers
            },
        )

    def stream(
        self,
        text: str,
        emotion: Emotion | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[Choice]:
        """Speak a text sentence by sentence, each as soon as it is chosen.

        Args:
            text: at most 4,096 characters.
            emotion: a name or alias, a blend, "happiness:0.7,surprise:0.3" or a mapping, or a
                point; None: that of the recording `like`.
            options: see `RequestOptions`.

        Raises:
            UnknownNameError: no such emotion or voice.
            ConfigError: a value is out of range, or a classifier does not know the emotion.
            TextError: there is nothing to speak, or too much.
            EngineError: the engine can't speak the text.
            ClassifierError: what it spoke, or the recording, can't be heard.
            AudioError: the recording can't be read.
        """
        return self._speak(self._request(text, emotion, options), options.get("observe"))

    def classify(
        self, clips: Sequence[Audio], *, calibrate: Sequence[Audio] = ()
    ) -> list[Prediction]:
        """What the first classifier hears in recordings.

        Args:
            clips: at any rate.
            calibrate: recordings of the same speaker in varied moods, to hear the clips relative
                to; without them a speaker is heard as is, and `Prediction.centred` is False.

        Raises:
            ClassifierError: a clip can't be heard.
        """
        classifier = self.classifiers[0]
        profile = classifier.profile(calibrate) if calibrate else None
        return Listener(classifier, profile).heard(clips)

    def _request(self, text: str, emotion: Emotion | None, options: RequestOptions) -> Request:
        takes = options.get("takes", self.config.takes)
        if not 1 <= takes <= MAX_TAKES:
            raise ConfigError(f"takes must be from 1 to {MAX_TAKES}; got {takes}")
        wanted, like = references.wanted(
            emotion,
            options.get("intensity", 1.0),
            options.get("like"),
            options.get("like_calibrate", ()),
            self.classifiers,
        )
        return Request(
            text=text,
            target=wanted,
            like=like,
            voice=self._speakers.voice(options.get("voice", self.config.voice)),
            takes=takes,
            seed=options.get("seed", self.config.seed),
            stop=checked_stop(options.get("stop", self.config.stop)),
            budget_ms=checked_budget(options.get("budget_ms", self.config.budget_ms)),
            tone=options.get("tone"),
        )

    def _speak(
        self, request: Request, observe: Observer | None, *, together: bool = False
    ) -> Iterator[Choice]:
        # Before the classifiers are calibrated, which may take minutes.
        refuse_unheard(request, self.classifiers)
        preferred, *fallback = speakers = self._speakers.ready(request.voice)
        known = {speaker.engine.name: speaker for speaker in speakers}
        for choice in speak(
            replace(request, voice=preferred.voice),
            engine=preferred.engine,
            listeners=preferred.listeners,
            checks=self.checks,
            tendencies=preferred.tendencies,
            reached=preferred.reached,
            centroids=self._centroids,
            together=together,
            fallback=fallback,
            observe=observe,
        ):
            if kept := self.config.ledger:
                who = known[choice.engine]
                line = ledger.entry(choice, request, who.engine, who.listeners, with_text=kept.text)
                ledger.append(kept.path, line)
            self.plugins.sentence_chosen(choice, request)
            yield choice

    @cached_property
    def _centroids(self) -> conditioning.Centroids | None:
        """Of the emotions, where the config has them."""
        path = self.config.embeddings
        return None if path is None else conditioning.read_centroids(path)


def _joined(choices: Sequence[Choice]) -> Audio:
    """One clip, at the rate of the first: a fallback may have another than the engine."""
    rate = choices[0].audio.rate
    return audio.join(choice.audio.resample(rate) for choice in choices)


def _mean_embedding(choices: Sequence[Choice], classifier: str) -> Embedding:
    """Mean over the chosen takes that the classifier heard, weighted by duration."""
    heard = [choice for choice in choices if classifier in choice.candidate.predictions]
    mean = np.average(
        [choice.candidate.predictions[classifier].embedding for choice in heard],
        axis=0,
        weights=[choice.audio.duration_s for choice in heard],
    )
    return np.asarray(mean, np.float32)
