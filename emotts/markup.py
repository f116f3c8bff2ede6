r"""Markup: tagged text → spans with targets. A tag is never spoken.

Three dialects, in any mixture:

- `[happiness] text [/]`, `[happiness:0.7]` with an intensity, `[happiness:0.7,fear:0.3]` as a
  blend, `[arousal=0.8]` as a point; without `[/]` it holds to the end or to the tag around it;
- SSML: `express-as` with `style` and `styledegree`, `prosody`, `break`, `p`, `s`, `speak`;
- `<expr type="expression" label="happy"/>`, which holds until the next one, and its other types.

Tags that are not known are dropped, and reported. A bracket or an angle that opens no tag is text:
`a[0]`, `[1]`, `x < y`, `[link](address)`. So is one after a backslash.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from emotts import ssml
from emotts.emotions import EMOTIONS, Target, target
from emotts.errors import EmottsError
from emotts.expressive import lowered
from emotts.spans import Marked, Span, nested
from emotts.styles import STYLES
from emotts.tags import BRACKETS, KNOWN, Tag, literal, pieces, without_literals
from emotts.wording import described

MAX_DEPTH = 10


@dataclass(frozen=True)
class _Frame:
    """What an open tag asks for."""

    name: str
    target: Target | None = None
    controls: Mapping[str, float] = field(default_factory=dict)


def parse(text: str) -> Marked:
    """Read the markup of a text."""
    return Reader().read(text)


class Reader:
    """Reads a text part by part; a tag holds beyond the part that it was opened in."""

    def __init__(self) -> None:
        """Start with no open tag."""
        self._open: list[_Frame] = []
        self._pause_s = 0.0
        self._is_xml = False
        self._spans: list[Span] = []
        self._warnings: list[str] = []

    def read(self, text: str) -> Marked:
        """The next part; no tag may be cut in two."""
        self._spans, self._warnings = [], []
        for piece in pieces(without_literals(text)):
            if isinstance(piece, Tag):
                self._tag(piece)
            else:
                self._text(piece)
        # What only looks like a tag once others are gone is dropped, too.
        spans = [replace(span, text=self._untagged(span.text)) for span in self._spans]
        return Marked(tuple(spans) or (Span(""),), tuple(self._warnings))

    def _text(self, text: str) -> None:
        """Speak text the way that the open tags ask for."""
        # A pause waits for what can be spoken, which another part may hold.
        pause_s = self._pause_s if any(map(str.isalnum, text)) else 0.0
        controls = nested(frame.controls for frame in self._open)
        span = Span(text, self._target(), controls, pause_s)
        last = self._spans[-1] if self._spans else None
        if last and replace(span, text="") == replace(last, text="", pause_s=0.0):
            self._spans[-1] = replace(last, text=last.text + text)
        else:
            self._spans.append(span)
            self._pause_s -= pause_s

    def _tag(self, tag: Tag) -> None:
        """Open or close what a tag stands for."""
        self._is_xml |= tag.name in KNOWN
        if tag.closes:
            self._close(tag)
        elif tag.name == BRACKETS:
            self._open_brackets(tag)
        elif tag.name == "express-as":
            self._open_style(tag, tag.attributes.get("style", ""))
        elif tag.name == "expr":
            self._expression(tag)
        elif tag.name == "prosody":
            controls, problems = ssml.prosody(tag.attributes)
            self._warnings += [f"{tag.source}: {problem}" for problem in problems]
            self._push(tag, _Frame(tag.name, controls=controls))
        elif tag.name == "break":
            self._break(tag)
        elif tag.name in ("p", "s"):
            self._text("\n\n")
        elif tag.name != "speak":
            self._unknown(tag, (*KNOWN, *EMOTIONS))

    def _untagged(self, text: str) -> str:
        """The text without what is a tag now that those within it are gone."""
        while True:
            found = list(pieces(text))
            tags = [piece for piece in found if isinstance(piece, Tag)]
            if not tags:
                return literal(html.unescape(text) if self._is_xml else text)
            self._warnings += [f"{tag.source}: left out" for tag in tags]
            text = "".join(piece for piece in found if isinstance(piece, str))

    def _open_brackets(self, tag: Tag) -> None:
        try:
            asked = _asked(tag.content)
        except EmottsError:
            self._unknown(tag, EMOTIONS)
        else:
            self._push(tag, _Frame(tag.name, asked))

    def _open_style(self, tag: Tag, name: str) -> None:
        asked = None
        if (known := described(name)) is None:
            near = get_close_matches(name.casefold(), (*EMOTIONS, *STYLES), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self._warnings.append(f"{tag.source}: {name!r} is no style that is known{hint}")
        else:
            try:
                degree = ssml.degree(tag.attributes)
            except ValueError as error:
                self._warnings.append(f"{tag.source}: {error}")
                degree = 1.0
            asked = Target(known.weights, min(known.intensity * degree, 1.0))
        self._push(tag, _Frame(tag.name, asked))

    def _expression(self, tag: Tag) -> None:
        meant = lowered(tag)
        if meant is None:
            self._warnings.append(f"{tag.source}: left out, it can't be spoken")
            if not tag.empty:  # so that its end closes nothing else
                self._push(tag, _Frame("prosody"))
        elif meant is not tag:
            self._tag(meant)
        else:
            self._open = [frame for frame in self._open if frame.name != "expr"]
            self._open_style(tag, tag.attributes.get("label", ""))

    def _break(self, tag: Tag) -> None:
        try:
            self._pause_s = min(self._pause_s + ssml.pause(tag.attributes), ssml.MAX_PAUSE_S)
        except ValueError as error:
            self._warnings.append(f"{tag.source}: {error}")

    def _push(self, tag: Tag, frame: _Frame) -> None:
        if tag.empty and tag.name != "expr":
            return
        if len(self._open) == MAX_DEPTH:
            self._warnings.append(f"{tag.source}: tags nest at most {MAX_DEPTH} deep")
            return
        self._open.append(frame)

    def _close(self, tag: Tag) -> None:
        """Close the innermost tag of the name; others that opened later stay open."""
        names = (tag.name, "prosody") if tag.name == "expr" else (tag.name,)
        for index in reversed(range(len(self._open))):
            if self._open[index].name in names:
                del self._open[index]
                return
        if tag.name in ("p", "s"):
            self._text("\n\n")
        elif tag.name in (*KNOWN, BRACKETS):
            if tag.name != "speak":
                self._warnings.append(f"{tag.source}: closes nothing")
        else:
            self._unknown(tag, KNOWN)

    def _unknown(self, tag: Tag, valid: tuple[str, ...]) -> None:
        if not tag.name:
            self._warnings.append(f"{tag.source}: has no closing bracket, left out")
            return
        word = tag.content or tag.name
        near = get_close_matches(word.casefold(), valid, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        self._warnings.append(f"{tag.source}: unknown tag, left out{hint}")

    def _target(self) -> Target | None:
        """Of the innermost tag that asks for one."""
        targets = [frame.target for frame in self._open if frame.target is not None]
        return targets[-1] if targets else None


def _asked(content: str) -> Target:
    """The target in brackets; the number of a single emotion is its intensity."""
    asked = target(content)
    number = content.rpartition(":")[2].strip(", ")
    if asked.point is not None or len(asked.weights) > 1 or ":" not in content:
        return asked
    return target(asked.weights, intensity=float(number))
