"""How long hostile texts take to a first sentence or a clear error: `python -m benchmarks.hostile`.

One plain take each, in a host that has spoken before.
"""

import sys
import time
from pathlib import Path

from emotts import EmottsError, Host

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from hostile import HOSTILE

SLOWEST = 5
LIMIT_S = 1.0


def main() -> None:
    """Time every text and print the slowest."""
    host = Host()
    host.say("Warm up.", "happiness")
    seconds: dict[str, tuple[float, str]] = {}
    for name, text in HOSTILE.items():
        start = time.perf_counter()
        try:
            outcome = f"{next(host.stream(text, 'happiness', takes=1)).audio.duration_s:.1f} s"
        except EmottsError as error:
            outcome = str(error)
        seconds[name] = time.perf_counter() - start, outcome
    ranking = sorted(seconds, key=lambda name: -seconds[name][0])
    print(f"The slowest of {len(HOSTILE)} texts; the limit is {LIMIT_S:g} s.\n")
    print("| text | to the first sentence or error | spoken, or said |\n|---|---|---|")
    for name in ranking[:SLOWEST]:
        print(f"| {name} | {seconds[name][0]:.2f} s | {seconds[name][1]} |")


if __name__ == "__main__":
    main()
