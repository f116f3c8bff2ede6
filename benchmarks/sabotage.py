"""How soon a fallback speaks for an engine that does harm: `python -m benchmarks.sabotage`.

Each saboteur of the tests runs in a process of its own, with a deadline; what counts is how long
after that deadline the sentence is there, spoken by the tone engine.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from emotts import Config, Host

TESTS = Path(__file__).parent.parent / "tests"
TEXT = "The cat sat on the mat."
DEADLINE_S = 0.6
LIMIT_MS = 250
SLOWEST = 5


def install(folder: Path) -> None:
    """Make the saboteurs and the tone engine plugins, for this process and those it starts."""
    for name in ("sabotage", "tones"):
        shutil.copy(TESTS / f"{name}.py", folder / f"emotts_{name}.py")
        info = folder / f"emotts_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: emotts-{name}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(f"[emotts]\n{name} = emotts_{name}\n")
    sys.path.insert(0, str(folder))
    os.environ |= {"PYTHONPATH": str(folder), "EMOTTS_CACHE": str(folder / "cache")}


def measured(engine: str) -> tuple[float, str]:
    """Milliseconds after the deadline at which the second sentence is there, and who spoke it."""
    limits = {"isolate": True, "deadline_s": DEADLINE_S, "memory_mb": 1500}
    content = {
        "engine": {"name": engine, **limits},
        "fallback": ["tone"],
        "classifiers": ["pitch"],
        "checks": ["signal"],
    }
    with Host(Config.model_validate(content)) as host:
        host.engine.voices()
        host.say(TEXT, "anger")  # the fallback is calibrated
        start = time.perf_counter()
        speech = host.say(TEXT, "anger")
        spent = time.perf_counter() - start
    return 1000 * (spent - DEADLINE_S), str(speech.choices[0].engine)


def main() -> None:
    """Measure every kind of harm and print the slowest."""
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        sys.path.insert(0, str(TESTS))
        from sabotage import HARMS  # noqa: PLC0415  (needs the path)

        found = {name: measured(name) for name in HARMS}
    unspoken = [name for name, (_, engine) in found.items() if engine != "tone"]
    worst = max(late for late, _ in found.values())
    print(f"{len(found)} kinds of harm, each in a process with a deadline of {DEADLINE_S:g} s; the")
    print(
        f"fallback spoke for {len(found) - len(unspoken)}, at the latest {worst:.0f} ms after the"
    )
    print(f"deadline; the limit is {LIMIT_MS} ms.\n")
    print("| harm | the sentence is there, ms after the deadline |\n|---|---|")
    for name in sorted(found, key=lambda name: -found[name][0])[:SLOWEST]:
        print(f"| {name} | {found[name][0]:.0f} |")


if __name__ == "__main__":
    main()
