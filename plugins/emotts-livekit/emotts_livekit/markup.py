"""Expressive markup: what a language model is taught to write, so that a voice expresses it."""

from typing import TYPE_CHECKING, Any

from livekit.agents import tts

from emotts.markup import parse
from emotts.text import spoken

if TYPE_CHECKING:
    from emotts_livekit.tts import TTS

INSTRUCTIONS = """\
You control how your words are spoken with a single XML marker: <expr/>. Use only the types and \
labels below, never explain a marker, and write nothing else in angle or square brackets.

1. Expression - the emotion of a sentence. Self-closing; place it before every sentence.
   <expr type="expression" label="happiness"/>
   Labels are a fixed vocabulary: {labels}.
   Most moments are {calm}; keep the strong ones for when they are meant.

2. Pauses. Self-closing.
   <expr type="break" label="500ms"/> or <expr type="break" label="1s"/>

3. Prosody - pace and loudness of a few words. Wraps them.
   <expr type="prosody" label="slow">Gate forty-two.</expr>
   Labels are a fixed vocabulary: slow, fast, soft, loud, higher-pitch, lower-pitch.

Example: <expr type="expression" label="happiness"/> Good news, I found it! \
<expr type="expression" label="{calm}"/> It leaves at <expr type="prosody" label="slow">ten \
fifteen</expr>."""


class Markup(tts.TTS.Markup):
    """`<expr/>` as it is: the host reads it, in whatever state it is, and speaks no tag."""

    _tts: "TTS"

    def _provider_key(self) -> str:
        # Without one, sentences would be cut within markers.
        return "emotts"

    def llm_instructions(self, *, speech_steering: Any = None) -> str:
        """What the language model is told: the emotions that the classifier hears, no sounds."""
        labels = self._tts.emotions
        calm = "calm" if "calm" in labels else "neutral"
        return INSTRUCTIONS.format(calm=calm, labels=", ".join(labels))

    def normalize(self, text: str) -> str:
        """The text: the host bears with what models get wrong."""
        return text

    def convert(self, text: str) -> str:
        """The text, or nothing where there is nothing to speak in it."""
        return text if any(spoken(span.text) for span in parse(text).spans) else ""
