"""Sentences of a language model's tokens that never end within a tag."""

import re

from pipecat.utils.text.base_text_aggregator import Aggregation
from pipecat.utils.text.simple_text_aggregator import SimpleTextAggregator

from emotts.fragments import within_tag

_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>|\[[^\[\]\n]*\]")


class TagAggregator(SimpleTextAggregator):
    """pipecat's sentences, blind to what stands in tags: `<expr label="Warm. Calm"/>` is one."""

    _text: str

    async def _check_sentence_with_lookahead(
        self, char: str, *, protected_end: int = 0
    ) -> Aggregation | None:
        text = self._text
        if "<" not in text and "[" not in text:
            return await super()._check_sentence_with_lookahead(char, protected_end=protected_end)
        blind = _TAG.sub(lambda tag: " " * len(tag[0]), text)
        if within_tag(text) or blind[-1] != text[-1]:  # which ends a tag
            return None
        self._text = blind
        found = await super()._check_sentence_with_lookahead(char, protected_end=protected_end)
        cut = len(text) - len(self._text)
        self._text = text[cut:]
        return found and Aggregation(text=text[:cut].strip(" "), type=found.type)
