"""The tutorial is true: its steps run in their order, and print what it says that they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import DOCS, Block, blocks

NUMBER = re.compile(r"\d+(?:\.\d+)?")
REST = "…"


def same(said: str, printed: str) -> bool:
    """Whether the words are the same and the numbers near; `…` stands for whatever is there."""
    words = NUMBER.sub("#", said.strip())
    pattern = ".*".join(
        re.escape(part).replace(r"\#", NUMBER.pattern) for part in words.split(REST)
    )
    if not re.fullmatch(pattern.replace(r"\ ", r"\s+"), printed.strip(), re.DOTALL):
        return False
    if REST in said:
        return True
    pairs = zip(NUMBER.findall(said), NUMBER.findall(printed), strict=True)
    return all(near(float(a), float(b)) for a, b in pairs)


def near(a: float, b: float) -> bool:
    """Whether two figures tell the same: within 5 points of a percentage, a tenth of others."""
    return abs(a - b) <= max(5.0 if max(a, b) > 5 else 0.2, 0.1 * abs(a))


@pytest.mark.parametrize(
    ("said", "printed", "expected"),
    [
        ("fear 88%", "fear 86%", True),
        ("fear 88%", "anger 88%", False),
        ("fear 88%", "fear 40%", False),
        ("take 2", "take 3", False),
        ("a\n…\nz", "a\nb 1\nc\nz", True),
        ("a\n…\nz", "a\nb", False),
    ],
)
def test_outputs_are_compared_by_words_and_figures(said: str, printed: str, expected: bool) -> None:
    assert same(said, printed) == expected


@pytest.mark.slow
def test_the_tutorial_runs_from_start_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMOTTS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMOTTS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("EMOTTS_LOAD_PLUGINS", "")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    printed = ""
    try:
        for block in blocks(DOCS / "tutorial.md"):
            if block.file:
                Path(block.file).write_text(block.code, encoding="utf-8")
            elif "output" in block.tags:
                assert same(block.code, printed), f"the tutorial says\n{block.code}\nbut\n{printed}"
            elif block.language == "sh" and "setup" not in block.tags:
                printed = run(block)
    finally:
        if Path("server.pid").exists():
            subprocess.run(["sh", "-c", "kill $(cat server.pid)"], stderr=subprocess.DEVNULL)


def run(block: Block) -> str:
    """What the commands print."""
    done = subprocess.run(
        ["sh", "-ec", block.code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{block.code}\n{done.stderr}"
    return done.stdout
