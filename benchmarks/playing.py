"""How soon `emotts say` is heard, and whether there are gaps between its sentences.

    python -m benchmarks.playing

The command runs as it does for a user, with a program in the place of `aplay` that takes as long as
the sound lasts, as a sound card does, and notes when it had nothing to play.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.device import install

TEXT = (
    "The shop around the corner opens at eight in the morning. I went there with my brother. "
    "We bought bread, milk and a bag of apples. Then it began to rain, and we ran all the way home."
)
ROUNDS = 3


def main() -> None:
    """Measure and print the table."""
    first, written, gaps, longest = [], [], [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        install(folder / "aplay", log=folder / "log")
        environment = {**os.environ, "PATH": name}
        say = [sys.executable, "-m", "emotts", "say", TEXT, "-e", "happiness"]
        for _ in range(ROUNDS):
            start = time.monotonic()
            subprocess.run([*say, "-o", str(folder / "a.wav")], check=True, capture_output=True)
            written.append(time.monotonic() - start)
            start = time.monotonic()
            subprocess.run(say, check=True, capture_output=True, env=environment)
            heard = json.loads((folder / "log").read_text())
            first.append(heard["begun"] - start)
            gaps.append(len(heard["gaps"]))
            longest.append(heard["seconds"])
    print("| what | figure | against |\n|---|---|---|")
    print(
        f"| `emotts say`, cold, to the first sound of four sentences ({longest[0]:.0f} s) | "
        f"{statistics.median(first):.2f} s | until all of them are made and written: "
        f"{statistics.median(written):.2f} s |"
    )
    print(f"| gaps between the sentences, in {ROUNDS} runs | {sum(gaps)} | |")


if __name__ == "__main__":
    main()
