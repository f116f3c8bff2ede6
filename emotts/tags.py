"""Tags: a text cut into what is said and what is markup. What tags mean is markup.py's affair."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from emotts.emotions import canonical, target
from emotts.errors import EmottsError

BRACKETS = "["
KNOWN = ("express-as", "prosody", "break", "expr", "speak", "p", "s")
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'/>]+))")
_NAME = r"[A-Za-z][\w.-]*(?::[\w.-]+)?"
_STRICT = r"(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*\"|'[^']*'))*\s*"
_LOOSE = r"(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>/]+))*\s*"
# An attribute in which the text ends: whoever wrote it was cut off.
_CUT = r"(?:[\w:.-]++\s*+=\s*+(?:\"[^\"<>]{0,200}|'[^'<>]{0,200})?\Z)?"
# Of any name when it is well formed; of the names that can't be words, however it is written.
_DISTINCT = rf"(?:\w+:)?(?:{'|'.join(name for name in KNOWN if len(name) > 1)})\b"
_XML = re.compile(
    rf"<\s*+(?P<close>/?)\s*+(?:(?P<name>{_NAME})(?P<attributes>{_STRICT}/?)>"
    rf"|(?P<sloppy>{_DISTINCT})(?P<broken>[^<>]{{0,200}}>|{_LOOSE}{_CUT}/?))"
)
_SPECIAL = re.compile(r"<!--.*?-->|<!\[CDATA\[(?P<text>.*?)\]\]>|<\?.*?\?>|<![A-Z]+[^>]*>", re.S)
_BRACKETS = re.compile(r"\[(?P<content>[^\[\]\n]{1,200})\]")
_BROKEN = re.compile(r"\[\s*/?\s*(?P<word>[^\W\d_]+)(?::[\d.]+)?")
_OPENING = re.compile(r"[\[<\\]")
_ESCAPE = re.compile(r"\\([\[\]<\\])")
# What looks like a tag: up to three words, perhaps with a number.
_TAG_LIKE = re.compile(r"[^\W\d_]{2,}(?:[ '-][^\W\d_]+){0,2}(?:\s*[:=]\s*[\d.]+)?")

# What is text on purpose stands for itself as a private character until all tags are read, so
# that it opens none: text can't hold private characters, since they have no sound.
_TO_LITERAL = {ord(character): chr(0xE000 + ord(character)) for character in "[]<>\\&"}
_FROM_LITERAL = {ord(private): chr(character) for character, private in _TO_LITERAL.items()}


@dataclass(frozen=True)
class Tag:
    """A tag as it was written."""

    source: str
    name: str
    """`BRACKETS` for one in brackets; without a namespace, in small letters."""
    closes: bool = False
    empty: bool = False
    content: str = ""
    """Of brackets."""
    attributes: Mapping[str, str] = field(default_factory=dict)


def without_literals(text: str) -> str:
    """The text without the private characters that stand for what is literal here."""
    return text.translate(dict.fromkeys(_FROM_LITERAL))


def literal(text: str) -> str:
    """The text of a piece, with what was escaped as itself."""
    return text.translate(_FROM_LITERAL)


def pieces(text: str) -> Iterator[str | Tag]:
    """The tags of a text, and the text between them, in order."""
    start = 0
    said = ""
    while opening := _OPENING.search(text, start):
        said += text[start : opening.start()]
        found, end = _at(text, opening.start())
        if isinstance(found, str):
            said += found
        else:
            if said:
                yield said
            said = ""
            yield found
        start = end
    if said := said + text[start:]:
        yield said


def _at(text: str, start: int) -> tuple[str | Tag, int]:
    """What stands at a bracket, an angle or a backslash, and where it ends."""
    if escaped := _ESCAPE.match(text, start):
        return escaped[1].translate(_TO_LITERAL), escaped.end()
    if special := _SPECIAL.match(text, start):
        return (special["text"] or "").translate(_TO_LITERAL), special.end()
    if (xml := _XML.match(text, start)) is not None:
        return _xml(xml), xml.end()
    if text[start] == "[":
        content = _BRACKETS.match(text, start)
        if content and (tag := _brackets(text, content)):
            return tag, content.end()
        broken = None if content else _BROKEN.match(text, start)
        if broken and canonical(broken["word"]):
            return Tag(broken[0], "", content=broken["word"]), broken.end()
    return text[start], start + 1


def _xml(found: re.Match[str]) -> Tag:
    attributes = found["attributes"] or found["broken"] or ""
    return Tag(
        found[0],
        _local(found["name"] or found["sloppy"]),
        closes=bool(found["close"]),
        empty=attributes.rstrip("> ").endswith("/"),
        attributes={
            _local(name): html.unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(attributes)
        },
    )


def _local(name: str) -> str:
    """A name without its namespace, in small letters."""
    return name.rpartition(":")[2].casefold()


def _brackets(text: str, found: re.Match[str]) -> Tag | None:
    """The tag in brackets; None where they are text."""
    content = _XML.sub("", found["content"]).strip()
    closes = content.startswith("/")
    content = content.removeprefix("/").strip()
    if not (closes and not content) and not _is_target(content):
        if not _TAG_LIKE.fullmatch(content) or text[found.end() :].startswith("("):
            return None
    return Tag(found[0], BRACKETS, closes=closes, content=content)


def _is_target(content: str) -> bool:
    try:
        target(content)
    except EmottsError:
        return False
    return True
