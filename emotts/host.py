"""The host: engine, classifiers and checks put together from a configuration; what apps hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self, TypedDict, Unpack

import numpy as np

from emotts import audio, conditioning, ledger, pipeline, references
from emotts.audio import Audio
from emotts.config import MAX_TAKES, Config
from emotts.effort import Stop, checked_budget, checked_stop
from emotts.errors import ConfigError
from emotts.listener import Listener
from emotts.markup import parse
from emotts.parts import close, make_check, make_classifier
from emotts.plugins import Plugins, load
from emotts.records import Choice, Embedding, Prediction, Request, Speech, Tone
from emotts.references import Emotion, Recording
from emotts.rounds import Observer
from emotts.spans import Span, plain
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
    settings: Mapping[str, float]
    """Control → value that every take starts from, whatever the emotion: {"rate": 1.2}."""
    markup: bool
    """Whether tags in the text are markup (the default); see `emotts.markup`."""
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
        request = self.request(text, emotion, **options)
        return self.speech(request, self.speak(request, options.get("observe"), together=True))

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
        return self.speak(self.request(text, emotion, **options), options.get("observe"))

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

    def request(
        self, text: str, emotion: Emotion | None = None, **options: Unpack[RequestOptions]
    ) -> Request:
        """What is asked for, checked; arguments and errors are those of `stream`."""
        marked = parse(text) if options.get("markup", True) else plain(text)
        if emotion is None and "like" not in options and any(s.target for s in marked.spans):
            emotion = "neutral"  # for what is outside the tags
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
            spans=marked.spans,
            settings=options.get("settings", {}),
            warnings=(*marked.warnings, *self._ignored(marked.spans, options.get("settings", {}))),
        )

    def _ignored(self, spans: Iterable[Span], settings: Mapping[str, float]) -> Iterator[str]:
        """What is asked of controls that the engine does not have."""
        asked = dict.fromkeys(
            name
            for controls in (settings, *(span.controls for span in spans))
            for name in controls
            if name not in self.engine.controls
        )
        for name in asked:
            yield f"{self.engine.name} has no control {name}: what was asked of it is left out"

    def speak(
        self, request: Request, observe: Observer | None = None, *, together: bool = False
    ) -> Iterator[Choice]:
        """Speak a request, one choice a sentence.

        Args:
            request: made by `request`.
            observe: called with each candidate once those who hear every take are done with it.
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
            observe=observe,
        ):
            if kept := self.config.ledger:
                who = known[choice.engine]
                line = ledger.entry(choice, request, who.engine, who.listeners, with_text=kept.text)
                ledger.append(kept.path, line)
            self.plugins.sentence_chosen(choice, request)
            yield choice

    def speech(self, request: Request, choices: Iterable[Choice]) -> Speech:
        """The choices of a request put together."""
        choices = tuple(choices)
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

    @cached_property
    def _centroids(self) -> conditioning.Centroids | None:
        """Of the emotions, where the config has them."""
        path = self.config.embeddings
        return None if path is None else conditioning.read_centroids(path)


def _joined(choices: Sequence[Choice]) -> Audio:
    """One clip, at the rate of the first: a fallback may have another than the engine."""
    rate = choices[0].audio.rate
    return audio.join(clip.resample(rate) for choice in choices for clip in choice.clips)


def _mean_embedding(choices: Sequence[Choice], classifier: str) -> Embedding:
    """Mean over the chosen takes that the classifier heard, weighted by duration."""
    heard = [choice for choice in choices if classifier in choice.candidate.predictions]
    mean = np.average(
        [choice.candidate.predictions[classifier].embedding for choice in heard],
        axis=0,
        weights=[choice.audio.duration_s for choice in heard],
    )
    return np.asarray(mean, np.float32)
