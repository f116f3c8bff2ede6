"""docs/reference is what the source says, and the source says what everything is."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import griffe
import pytest
from pages import DOCS

GENERATOR = DOCS / "generator"


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of the generator that writes what docstrings say."""
    monkeypatch.syspath_prepend(str(GENERATOR))
    yield import_module("entries")
    sys.modules.pop("entries")


def test_the_reference_is_up_to_date() -> None:
    command = [sys.executable, str(GENERATOR), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nmake docs"


SOURCE = '''
class Horn:
    """Blows."""

    tone: str
    """How it sounds."""

    def blow(self, loudness: float = 1.0) -> str:
        """Blow it.

        Args:
            loudness: a factor.

        Raises:
            OSError: it is broken.
        """
'''


def read(source: str) -> griffe.Module:
    return griffe.visit("horns", "horns.py", source, docstring_parser=griffe.Parser.google)


def test_an_entry_has_fields_signature_arguments_and_errors(entries: ModuleType) -> None:
    writer = entries.Writer({}, "page.md")
    writer.entry(read(SOURCE)["Horn"])
    text = writer.text()
    assert "| `tone` | `str` | How it sounds. |" in text
    assert "blow(loudness: float = 1.0) -> str" in text
    assert "| `loudness` | `float` | a factor. |" in text
    assert "| `OSError` | it is broken. |" in text


@pytest.mark.parametrize("lost", ['"""Blows."""', '"""How it sounds."""'])
def test_what_has_no_docstring_is_refused(entries: ModuleType, lost: str) -> None:
    writer = entries.Writer({}, "page.md")
    with pytest.raises(entries.UndocumentedError, match=r"horns\.Horn"):
        writer.entry(read(SOURCE.replace(lost, ""))["Horn"])
