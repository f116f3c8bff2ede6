"""Coverage-guided fuzzing of a parser: `python tests/fuzz/run.py NAME [MINUTES]`.

Needs `pip install atheris`. It starts from corpus/NAME; inputs that reach code which nothing there
reaches are added, the smallest of each. A finding stops the run and lies in the folder as
crash-…: it belongs in the corpus, with a mend.
"""

import logging
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import atheris

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus"
# The parsers that ours stand on, where they are written in Python.
INSTRUMENTED = ["emotts", "targets", "yaml", "tarfile"]
# The clock goes on while a machine sleeps, so a hang is one after minutes; see SLOWEST_S.
LIMITS = ("-max_len=4096", "-timeout=300", "-report_slow_units=300", "-rss_limit_mb=2048")
# Of processor time, for one input, instrumented, on a core that others may share: PyYAML takes up
# to 6 s for a thousand brackets then, and half a second without all that.
SLOWEST_S = 15.0

sys.path.insert(0, str(FOLDER))
atheris.enabled_hooks.add("str")  # comparisons of strings steer the fuzzer, too
with atheris.instrument_imports(include=INSTRUMENTED):
    from targets import TARGETS, words


def timely(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The target, for which an input that takes long is a finding, too."""

    def timed(data: bytes) -> None:
        start = time.process_time()
        target(data)
        assert time.process_time() - start < SLOWEST_S, "slow"

    return timed


def fuzz(name: str, arguments: list[str]) -> None:
    """Become the fuzzer, which ends the process."""
    # A merge starts the first argument again through a shell.
    logging.disable()
    this = shlex.join([sys.executable, __file__, "--", name])
    atheris.Setup([this, *arguments], timely(TARGETS[name]))
    atheris.Fuzz()


def main(name: str, minutes: float) -> None:
    """Fuzz for so long, then keep what is new."""
    corpus = CORPUS / name
    this = [sys.executable, __file__, "--", name, *LIMITS]
    with tempfile.TemporaryDirectory() as folder:
        found, dictionary = Path(folder, "found"), Path(folder, "words")
        found.mkdir()
        dictionary.write_text("".join(f'"{escaped(word)}"\n' for word in words(name)))
        end = [f"-max_total_time={minutes * 60:.0f}", "-print_final_stats=1"]
        where = [f"-dict={dictionary}", f"-artifact_prefix={corpus}/", str(found), str(corpus)]
        ended = subprocess.run([*this, *end, *where], check=False)
        # Which code is reached counts, not how often: the corpus stays small.
        merge = ["-merge=1", "-use_counters=0", str(corpus), str(found)]
        subprocess.run([*this, *merge], check=True)
    sys.exit(ended.returncode)


def escaped(word: str) -> str:
    """A word as libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    if sys.argv[1] == "--":
        fuzz(sys.argv[2], sys.argv[3:])
    else:
        main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 10)
