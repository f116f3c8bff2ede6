"""What `pip install .` adds to a new environment, and the first words with the network cut.

    python -m benchmarks.install

Linux only: the network is cut by a network namespace of its own (unshare).
"""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
LIMIT = 350
"""Held in MiB; in MB, of a million bytes, the figure is larger by a twentieth, and shown too."""


def sizes(folder: Path) -> tuple[float, float]:
    """Of all files below a folder, compiled modules included: content and disk blocks, MiB."""
    found = [file.stat() for file in folder.rglob("*") if file.is_file()]
    return sum(s.st_size for s in found) / 2**20, sum(s.st_blocks for s in found) / 2**11


def main() -> None:
    """Install, measure, speak."""
    with TemporaryDirectory() as folder:
        environment, wav = Path(folder) / "venv", Path(folder) / "first.wav"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        (packages,) = environment.glob("lib/*/site-packages")
        before = sizes(packages)
        pip = [str(environment / "bin" / "pip"), "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", str(ROOT)], check=True)
        content, blocks = (a - b for a, b in zip(sizes(packages), before, strict=True))
        emotts = str(environment / "bin" / "emotts")
        say = [emotts, "say", "Good morning.", "--emotion", "happiness", "-o", str(wav)]
        start = time.perf_counter()
        subprocess.run(["unshare", "-rn", *say], check=True, capture_output=True)
        print("| what | figure | limit |\n|---|---|---|")
        megabytes = content * 2**20 / 1e6
        print(
            f"| added to site-packages, size of the files | {content:.0f} MiB ({megabytes:.0f} MB) "
            f"| {LIMIT} MiB |"
        )
        print(f"| the same, blocks on disk | {blocks:.0f} MiB | |")
        print(
            f"| first words without network | {time.perf_counter() - start:.1f} s, "
            f"{wav.stat().st_size / 1024:.0f} KiB of WAV | |"
        )


if __name__ == "__main__":
    main()
