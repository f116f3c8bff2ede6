"""The pages of the documentation, and the blocks of code in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    language: str
    tags: tuple[str, ...]
    code: str

    @property
    def file(self) -> str | None:
        """The file that the block is the content of."""
        names = [tag.removeprefix("file=") for tag in self.tags if tag.startswith("file=")]
        return names[0] if names else None


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = FENCE.finditer(page.read_text(encoding="utf-8"))
    return [
        Block(language, tuple(tags), match["code"])
        for match in found
        for language, *tags in [match["info"].split() or [""]]
    ]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def section(page: str, heading: str) -> str:
    """The text below a heading of level 2, up to the next of its level."""
    text = (DOCS / page).read_text(encoding="utf-8")
    start = text.index(f"\n## {heading}\n")
    end = text.find("\n## ", start + 1)
    return text[start : end if end > 0 else None]


def rows(text: str, head: str) -> Iterator[list[str]]:
    """What is in code in the first column of each row of the tables with this head."""
    for table in re.findall(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE):
        yield [
            name
            for row in table.splitlines()
            for name in re.findall(r"`([^`]+)`", row.replace("\\|", "").split("|")[1])
        ]


def keys(page: str, heading: str) -> list[list[str]]:
    """The keys of the JSON that a section documents: a list a table."""
    return list(rows(section(page, heading), "key"))
