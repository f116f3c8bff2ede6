"""The host: what apps hold, to have text spoken and recordings heard."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TypedDict, Unpack

from emotts import arguments
from emotts.assembly import assembled
from emotts.audio import Audio
from emotts.background import Line, drained, in_turns, iterate
from emotts.config import Config
from emotts.fragments import complete
from emotts.intake import Begin, Chosen, RequestOptions, make, reader
from emotts.listener import Listener
from emotts.pipeline import refuse_unheard
from emotts.plugins import Plugins
from emotts.recital import Recital
from emotts.records import Prediction, Take, Voice
from emotts.references import Emotion
from emotts.rounds import Observer
from emotts.spans import Marked
from emotts.speech import Choice, Request, Speech
from emotts.studio import Studio
from emotts.turn import Turn


class Host(Studio):
    """Speaks text with an emotion, and says what was heard.

    Making one is cheap; weights are loaded by the first request. A host is used from one thread
    at a time.
    """

    def __init__(self, config: Config | None = None, *, plugins: Plugins | None = None) -> None:
        """Look up and construct the parts; see `Studio`."""
        super().__init__(config, plugins=plugins)
        self.turn = Turn()
        """Held by who uses the host, where several threads may: first come, first served."""

    @classmethod
    def from_config(cls, path: str | Path) -> "Host":
        """A host as a YAML file describes it."""
        return cls(Config.load(path))

    def say(
        self,
        text: str,
        emotion: Emotion | None = None,
        **options: Unpack[RequestOptions],
    ) -> Speech:
        """Speak a whole text; arguments and errors are those of `stream`."""
        request = self.request(text, emotion, **options)
        return self.speech(request, self.speak(request, **_callbacks(options), together=True))

    def stream(
        self,
        text: str | Iterable[str],
        emotion: Emotion | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[Choice]:
        """Speak a text sentence by sentence, each as soon as it is chosen.

        Args:
            text: at most 4,096 characters; or fragments of any text, such as a language model's
                tokens, of which each sentence is spoken as soon as it is complete.
            emotion: a name or alias, a blend, "happiness:0.7,surprise:0.3" or a mapping, or a
                point; None: that of the recording `like`, or of the tags in the text.
            options: see `RequestOptions`.

        Raises:
            UnknownNameError: no such emotion or voice.
            ConfigError: a value is out of range, or a classifier does not know the emotion.
            TextError: there is nothing to speak, or too much.
            EngineError: the engine can't speak the text.
            ClassifierError: what it spoke, or the recording, can't be heard.
            AudioError: the recording can't be read.
        """
        if isinstance(text, str):
            return self.speak(self.request(text, emotion, **options), **_callbacks(options))
        return self.recital(emotion, **options).speak_all(complete(text))

    async def astream(
        self,
        text: str | Iterable[str] | AsyncIterable[str],
        emotion: Emotion | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncGenerator[Choice, None]:
        """`stream` for an event loop: sentences are made in a thread, ahead of who uses them.

        Text may come from an asynchronous iterator, too. Whoever stops iterating, or is cancelled,
        ends the work at its next take. Streams of one host take turns, sentence by sentence.
        """

        def make(line: Line) -> Iterator[Choice]:
            def in_turn(choices: Iterator[Choice]) -> Iterator[Choice]:
                return in_turns(self.turn, line, choices)

            observe = line.watched(options.get("observe"))
            watched = RequestOptions(**{**options, "observe": observe})
            fragments = drained(text, line) if isinstance(text, AsyncIterable) else text
            parts = [text] if isinstance(text, str) else complete(fragments)
            return self.recital(emotion, **watched).speak_all(parts, in_turn)

        async with aclosing(iterate(make)) as choices:
            async for choice in choices:
                yield choice

    def recital(self, emotion: Emotion | None = None, **options: Unpack[RequestOptions]) -> Recital:
        """A text that comes a sentence at a time; arguments are those of `stream`."""
        return Recital(self, emotion, **options)

    def check(self, emotion: Emotion | None = None, **options: Unpack[RequestOptions]) -> None:
        """Raise what `stream` would because of its arguments, before there is a text."""
        refuse_unheard(self.request("a", emotion, **options), self.classifiers)

    def voice(self, name: str | None = None) -> Voice:
        """The voice that speaks where a request names this one; None: the config's.

        Raises:
            UnknownNameError: the engine has no such voice.
            EngineError: no engine can tell its voices.
        """
        return self._speakers.voice(self.config.voice if name is None else name)

    def warm_up(self, voice: str | None = None) -> None:
        """Load what speaking and hearing need, so that the first sentence is there as soon as any.

        Args:
            voice: the config's unless given.

        Raises:
            EmottsError: the engine can't speak, or not with that voice, or can't be heard.
        """
        with self.turn:
            speaker, *_ = self._speakers.ready(self.voice(voice))
            for rendering in speaker.engine.renderings(
                "One.", voice=speaker.voice.name, takes=[Take(index=0, seed=0)]
            ):
                for listener in speaker.listeners:
                    listener.heard([rendering.audio])

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
            AudioError: a clip is none.
        """
        classifier = self.classifiers[0]
        profile = classifier.profile(arguments.clips(calibrate)) if calibrate else None
        return Listener(classifier, profile).heard(arguments.clips(clips))

    def request(
        self, text: str, emotion: Emotion | None = None, **options: Unpack[RequestOptions]
    ) -> Request:
        """What is asked for, checked; arguments and errors are those of `stream`."""
        marked = reader(options).read(arguments.text(text))
        return self.marked_request(text, marked, emotion, options)

    def marked_request(
        self, text: str, marked: Marked, emotion: Emotion | None, options: RequestOptions
    ) -> Request:
        """`request` for a text whose markup was read already."""
        options = arguments.options(options)
        return make(
            text,
            marked,
            emotion,
            options,
            config=self.config,
            engine=self.engine,
            voice=self.voice(options.get("voice")),
            classifiers=self.classifiers,
        )

    def speech(self, request: Request, choices: Iterable[Choice]) -> Speech:
        """The choices of a request put together."""
        names = [classifier.name for classifier in self.classifiers]
        return assembled(request, self.engine.name, tuple(choices), names)


class _Callbacks(TypedDict):
    begin: Begin | None
    observe: Observer | None
    chosen: Chosen | None


def _callbacks(options: RequestOptions) -> _Callbacks:
    return _Callbacks(
        begin=options.get("begin"), observe=options.get("observe"), chosen=options.get("chosen")
    )
