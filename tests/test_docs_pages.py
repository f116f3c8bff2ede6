"""The pages hang together: links lead somewhere, every page is found, words mean one thing."""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from pages import DOCS, PAGES, ROOT, blocks, prose

from emotts import Config

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
PLUGINS = sorted(file.parent for file in ROOT.glob("plugins/*/pyproject.toml"))
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

# DESIGN's words → what they are not called. Words with other meanings of their own (a sample of
# audio, a segment of audformat's, a chunk of Wyoming's, a variant of eSpeak's) are left alone.
WORDS = {
    "engine": ("backend", "tts model"),
    "voice": ("persona", "speaker profile"),
    "sentence": ("utterance",),
    "classifier": ("detector", "recognizer"),
    "score": ("reward",),
    "control": ("parameter",),
    "embedding": ("feature vector", "emotion vector"),
}


def documents() -> list[Path]:
    """Every page of the repository, installed environments aside."""
    found = (page.relative_to(ROOT) for page in ROOT.rglob("*.md"))
    return sorted(
        page
        for page in found
        if not any(part.startswith(".") or part == "site-packages" for part in page.parts)
    )


def links(page: Path) -> list[str]:
    """Where a page leads; what stands in code is no link."""
    return LINK.findall(re.sub(r"`[^`\n]*`", "", prose(page)))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    return frozenset(slugs(HEADING.findall(prose(page))))


def slugs(headings: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for heading in headings:
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        unique = next(s for n in count() if (s := f"{slug}-{n}" if n else slug) not in seen)
        seen.add(unique)
        yield unique


@pytest.mark.parametrize("page", documents(), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(ROOT / page):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme in ("http", "https", "mailto"), link
            assert parts.scheme == "mailto" or HOST.fullmatch(parts.hostname or ""), link
            continue
        there = (ROOT / page).parent / unquote(parts.path) if parts.path else ROOT / page
        assert there.exists(), link
        assert there.resolve().is_relative_to(ROOT.resolve()), link
        if parts.fragment and there.suffix == ".md":
            assert parts.fragment in anchors(there), link


def test_every_page_is_found_from_the_index() -> None:
    wanted = {*DOCS.rglob("*.md"), *(plugin / "README.md" for plugin in PLUGINS)}
    found = {DOCS / "index.md"}
    queue = list(found)
    for page in queue:  # grows meanwhile
        for link in links(page):
            there = (page.parent / urlsplit(link).path).resolve()
            if there in wanted and there not in found:
                found.add(there)
                queue.append(there)
    assert found == wanted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_one_word_for_each_idea(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    for word, others in WORDS.items():
        for other in others:
            found = re.search(rf"\b{other}s?\b.*", text, re.IGNORECASE)
            assert not found, f"{word!r} is the word: {found[0] if found else ''}"


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_the_pages_of_plugins_have_one_form(plugin: Path) -> None:
    text = (plugin / "README.md").read_text(encoding="utf-8")
    assert re.match(rf"# {plugin.name}: \S", text), "a title that says what it is"
    opening = text.split("\n\n")[1]
    assert "[emotts](../../README.md)" in opening, "a first paragraph that leads to emotts"
    installed = rf"^pip install .*\./plugins/{plugin.name}\b"
    assert re.search(installed, text, re.MULTILINE), "how to install it, from the checkout"
    assert HEADING.findall(prose(plugin / "README.md"))[-1] == "Licence"


def test_the_figures_of_the_proof_are_quoted_rightly() -> None:
    report = (ROOT / "benchmarks/proof/report.md").read_text(encoding="utf-8")
    table = re.search(r"^\| the best of 8 takes \|.*$", prose(ROOT / "README.md"), re.MULTILINE)
    (quoted,) = re.findall(r"(\d+)% \((\d+)–(\d+)\)", table[0] if table else "")
    assert "0.{} (0.{}–0.{})".format(*quoted) in report
    told = re.findall(r"\[[^\]]*\]\([^)]*proof/report\.md\)", prose(DOCS / "how-it-chooses.md"))
    assert told, "the explanation leads to the proof"
    for figure in ("84%", "80%", "35%", "91%", "73%", "87%", "89%", "69%"):
        assert figure in prose(DOCS / "how-it-chooses.md")
        assert f"0.{figure[:-1]}" in report, figure


def test_the_table_of_the_readme_is_the_proofs() -> None:
    report = json.loads((ROOT / "benchmarks/proof/report.json").read_text(encoding="utf-8"))
    found = report["groups"]["Both families, other corpora"]
    lines = re.findall(r"^\|(.*)\|$", prose(ROOT / "README.md"), re.MULTILINE)
    (_, *columns), _, *table = [[cell.strip() for cell in line.split("|")] for line in lines]
    named = {
        "plain speech": "take 0",
        "a take anywhere in the ranges": "wide",
        "a take of the tuned priors": "tuned",
        "the best of 8 takes": "best of 8",
    }
    assert [name for name, *_ in table] == list(named)
    for name, *cells in table:
        means = [100 * found[column]["hit"][named[name]]["mean"] for column in columns]
        shown = [cell.partition("%")[0] for cell in cells]
        assert shown == [f"{int(mean + 0.5)}" for mean in means], name


@pytest.mark.parametrize("page", documents(), ids=str)
def test_blocks_are_where_they_are_found(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert not re.search(r"^[ \t]+```", text, re.MULTILINE), "a fence that is indented"


def test_configurations_are_valid() -> None:
    found = [
        content
        for page in documents()
        for block in blocks(ROOT / page)
        if block.language == "yaml"
        and isinstance(content := yaml.safe_load(block.code), dict)
        and set(content) & set(Config.model_fields)
    ]
    assert len(found) > 10
    for content in found:
        assert set(Config.model_validate(content).model_fields_set) == set(content)
