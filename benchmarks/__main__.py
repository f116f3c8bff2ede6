"""Run the core's benchmarks and keep what they print: `python -m benchmarks [NAME …]`."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
CORE = (
    "install cost cache playing isolation compact functionals heard hostile sabotage server".split()
)


def main(names: list[str]) -> None:
    """Run each in a process of its own, and write its section to results/."""
    RESULTS.mkdir(exist_ok=True)
    for name in names:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        print(f"# {name}", flush=True)
        section = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        (RESULTS / f"{name}.md").write_text(section)
        print(section, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or CORE)
