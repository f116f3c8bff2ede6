"""What fuzzing found, and what it reached the parsers' code with, again and again.

`fuzz/run.py` makes the corpus; benchmarks/results/fuzz.md has its figures.
"""

from pathlib import Path

import pytest
from fuzz.targets import TARGETS, words

CORPUS = Path(__file__).parent / "fuzz" / "corpus"
MOST_BYTES = 200_000


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_is_read_or_refused(name: str) -> None:
    files = sorted((CORPUS / name).iterdir())
    assert files
    for file in files:
        try:
            TARGETS[name](file.read_bytes())
        except Exception as error:
            error.add_note(f"the input is {file}")
            raise


def test_the_corpus_is_small_and_has_no_unmended_finding() -> None:
    files = [file for file in CORPUS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert not [file for file in files if file.name.startswith(("crash-", "timeout-", "oom-"))]


def test_each_target_has_words_to_put_together() -> None:
    assert all(words(name) for name in TARGETS)
