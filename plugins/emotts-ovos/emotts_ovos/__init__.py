"""Speech for Open Voice OS with the emotion that the configuration or the utterance asks for."""

import json
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any, cast

from langcodes import tag_distance
from ovos_bus_client.message import Message, dig_for_message
from ovos_plugin_manager.templates.tts import StreamingTTS, TTSContext
from ovos_utils.lang import standardize_lang_tag

from emotts import Host
from emotts.emotions import target
from emotts.intake import RequestOptions
from emotts.references import Emotion
from emotts.tags import KNOWN
from emotts_ovos.wav import header, settle

__all__ = ["EmottsTTS"]

NEUTRAL = "neutral"
# OPM's name for the voice that is configured.
DEFAULT = "default"
# What the configuration may ask of every sentence, beside its emotion and voice.
OPTIONS = ("takes", "first_takes", "seed", "stop", "budget_ms")
# What an utterance may say of itself.
ASKED = ("emotion", "intensity")
# Below this OPM takes two languages for varieties of one.
SAME_LANGUAGE = 10


class _Languages:
    """What the voices speak: of the default engine for the class, of its own for an instance."""

    def __get__(self, tts: "EmottsTTS | None", owner: type["EmottsTTS"]) -> set[str]:
        host = Host() if tts is None else tts.host
        return {standardize_lang_tag(voice.language) for voice in host.engine.voices()}


class EmottsTTS(StreamingTTS):
    """The plugin that OVOS loads.

    An utterance asks for an emotion by tags in its text, or by its message: `emotion` and
    `intensity` in the `meta` of `speak`, or else below `emotts` in the message's context. What it
    leaves open the configuration says.
    """

    available_languages = _Languages()

    def __init__(self, config: Mapping[str, Any] | None = None, **options: Any) -> None:
        """Check the configuration; weights are loaded by `init`, or by the first sentence.

        Args:
            config: of the plugin; see the README.
            options: those of OPM's base class.

        Raises:
            ConfigError: a value is out of range.
            UnknownNameError: no such emotion, voice or engine.
        """
        super().__init__(config=dict(config or {}), ssml_tags=list(KNOWN), **options)
        path = self.config.get("config")
        self.host = Host.from_config(path) if path else Host()
        emotion, asked = self._request()
        self.host.check(emotion, **asked)

    def init(self, *args: Any, **options: Any) -> None:
        """Connect to ovos-audio, and load the weights; arguments are those of OPM's base class.

        Raises:
            EmottsError: the engine can't speak.
        """
        super().init(*args, **options)
        self.host.warm_up(self._request()[1].get("voice"))

    def get_tts(
        self,
        sentence: str,
        wav_file: str,
        lang: str | None = None,
        voice: str | None = None,
        emotion: Emotion | None = None,
        intensity: float | None = None,
    ) -> tuple[str, None]:
        """Speak into a WAV file; its path, and no phonemes.

        Args:
            sentence: what to say, with its tags.
            wav_file: where to.
            lang: BCP 47 tag; where no voice is named, one that speaks it is taken.
            voice: of the engine; None or "default": the configuration's.
            emotion: see `Host.stream`; None: the configuration's.
            intensity: 0…1; None: the configuration's.

        Raises:
            EmottsError: as `Host.stream`; ovos-audio then goes to its fallback.
        """
        emotion, asked = self._request(lang, voice, emotion, intensity)
        with self.host.turn:
            speech = self.host.say(sentence, emotion, **asked)
        speech.audio.write(wav_file)
        return wav_file, None

    async def stream_tts(
        self,
        sentence: str,
        lang: str | None = None,
        voice: str | None = None,
        emotion: Emotion | None = None,
        intensity: float | None = None,
    ) -> AsyncIterator[bytes]:
        """The same as a WAV stream, a piece a sentence of the text; see `get_tts`.

        Whoever stops iterating ends the work at its next take.
        """
        emotion, asked = self._request(lang, voice, emotion, intensity)
        rate = None
        async for choice in self.host.astream(sentence, emotion, **asked):
            if rate is None:
                rate = choice.audio.rate
                yield header(rate)
            for clip in choice.clips:
                yield clip.resample(rate).pcm16()

    async def generate_audio(self, sentence: str, wav_file: str, *args: Any, **options: Any) -> str:
        """Play a stream, and keep it as a WAV file; arguments are those of OPM's base class."""
        path: str = await super().generate_audio(sentence, wav_file, *args, **options)
        settle(path)
        return path

    def validate_ssml(self, utterance: str) -> str:
        """The utterance as it is: emotts reads its tags, and speaks none."""
        return utterance

    def preprocess_sentence(self, sentence: str) -> list[str]:
        """Cut as OPM is configured to, unless a tag may hold for more than one piece."""
        if "<" in sentence or "[" in sentence:
            return [sentence]
        return list(super().preprocess_sentence(sentence))

    def _get_ctxt(self, kwargs: dict[str, Any] | None = None) -> TTSContext:
        """What OPM speaks and caches with: the emotion is part of both.

        OPM keeps speech by the sentence, in a folder named after the plugin, voice and language.
        """
        kwargs = {} if kwargs is None else kwargs
        message = kwargs.get("message") or dig_for_message()
        for name, value in _asked(message).items():
            kwargs.setdefault(name, value)
        context = super()._get_ctxt(kwargs)
        context.voice = self._key(**context.synth_kwargs)
        return context

    def _key(self, **asked: Any) -> str:
        """A folder name for everything that decides how a sentence sounds."""
        emotion, options = self._request(**asked)
        self.host.check(emotion, **options)
        own = self.host.config.model_dump(mode="json")
        parts = [version("emotts"), str(target(emotion)), options, own]
        digest = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return f"{options.get('voice', DEFAULT)}-{digest[:16]}"

    def _request(
        self,
        lang: str | None = None,
        voice: str | None = None,
        emotion: Emotion | None = None,
        intensity: float | None = None,
    ) -> tuple[Emotion, RequestOptions]:
        """What is asked of the host, completed from the configuration."""
        named = {name: self.config[name] for name in OPTIONS if name in self.config}
        options = cast(RequestOptions, named)
        options["intensity"] = self.config.get("intensity", 1.0) if intensity is None else intensity
        speaker = self.voice if voice in (None, DEFAULT) else voice
        if speaker == DEFAULT and lang is not None and self.host.config.voice is None:
            speaker = self._speaker(lang)
        if speaker != DEFAULT:
            options["voice"] = speaker
        return emotion or self.config.get("emotion") or NEUTRAL, options

    def _speaker(self, lang: str) -> str:
        """The first voice that speaks a language, if there is one."""
        own = self.host.engine.voices()
        fit = (v.name for v in own if tag_distance(lang, v.language) < SAME_LANGUAGE)
        return next(fit, DEFAULT)


def _asked(message: Message | None) -> dict[str, Any]:
    """What an utterance says of itself."""
    if message is None:
        return {}
    said = {**message.context.get("emotts", {}), **message.data.get("meta", {})}
    return {name: said[name] for name in ASKED if name in said}
