"""Where the time goes: a cold `emotts say`, best of 8 once all is loaded, and labelling.

    pip install py-spy
    python -m benchmarks.profiles                 # the tables
    python -m benchmarks.profiles --flames DIR    # and a flame graph of each, SVG

py-spy (https://github.com/benfred/py-spy) looks at every thread on a core 500 times a second, from
outside. A sample counts for the innermost function of emotts that it is in, with all that this
calls: numpy, scipy and onnxruntime have no other caller. What is imported counts for the package
that emotts asked for.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clips import generate
from emotts import Host
from emotts.profiles import EMOTIONS

TEXTS = Path(__file__).parent / "proof" / "texts" / "neutral.txt"
SHORT = "The shop opens at eight."
RATE_HZ = 500
COLD, SENTENCES, CLIPS = 5, 150, 2000
# Smaller shares are summed up in the last row.
SHOWN = 0.015

# Each was done because a profile showed what it saves.
LED_TO = {
    "cold": (
        "`emotts --help` and `import emotts` import neither click nor typing: they took three "
        "quarters of the help.",
        "The network (in a thread of its own), hibari's lexicon (in the one that makes takes) and "
        "the encoder (in the one that waits for them) are loaded at once, not one by one.",
        "The alignment of two takes and mel bands do without scipy.spatial and scipy.sparse; with "
        "the line before, 0.92 s instead of 1.08.",
    ),
    "warm": (
        "hibari's noise is drawn while the network runs, and take 0 is heard while what the others "
        "need is computed in a thread of its own.",
        "The first two takes come alone where one of them may be certain: no third one is made in "
        "vain, and waited for; with the line before, 2.0 times the yardstick became 1.9 (of the "
        "sentences of then).",
        "The alignment of the winner with take 0 goes row by row instead of along diagonals: "
        "0.4 ms instead of 2.1.",
        "Take 0, and the take that will most likely win, are analysed for the costly checks while "
        "others are made or heard.",
        "A take is resampled once for all who hear it, in the thread that has made it.",
        "Stretches of frames are worked on in place instead of being gathered and put back.",
    ),
    "label": (
        "The encoder and its spectrogram are two thirds of the work, in one process a core; "
        "reading, resampling and writing share the rest, so nothing was left to change here.",
    ),
}


def cold(folder: Path) -> list[str]:
    """One short sentence, in a process of its own."""
    return ["-m", "emotts", "say", SHORT, "-e", "happiness", "-o", str(folder / "a.wav")]


def warm(folder: Path) -> list[str]:
    """Best of 8, all of them, of new sentences in six emotions; without imports."""
    return ["-m", "benchmarks.profiles", "--speak"]


def label(folder: Path) -> list[str]:
    """`emotts label` on WAV files at 22.05 kHz, 2 to 6 s long; without imports."""
    generate(folder / "clips", CLIPS, (2.0, 6.0), 22_050)
    return ["-m", "emotts", "label", str(folder / "clips"), "-o", str(folder / "labels.csv")]


TASKS: Mapping[str, tuple[Callable[[Path], list[str]], int]] = {
    "cold": (cold, COLD),
    "warm": (warm, 1),
    "label": (label, 1),
}


def speak() -> None:
    """What is looked at under "warm"."""
    host = Host()
    sentences = zip(cycle(TEXTS.read_text().splitlines()), cycle(EMOTIONS), strict=False)
    for text, emotion in islice(sentences, SENTENCES):
        host.say(text, emotion, stop="never")


def recorded(name: str, flames: Path | None) -> Counter[str]:
    """Stack, outermost frame first and joined by semicolons, → samples."""
    pyspy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or "py-spy"
    base = [pyspy, "record", "--rate", str(RATE_HZ), "--subprocesses", "--nolineno"]
    task, repeats = TASKS[name]
    found: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        work = ["--", sys.executable, *task(Path(folder))]
        stacks = Path(folder, "stacks")
        for _ in range(repeats):
            output = ["--format", "raw", "--output", str(stacks)]
            subprocess.run([*base, *output, *work], check=True, capture_output=True)
            for line in stacks.read_text().splitlines():
                stack, _, count = line.rpartition(" ")
                found[stack] += int(count)
        if flames is not None:
            flames.mkdir(parents=True, exist_ok=True)
            output = ["--output", str(flames / f"{name}.svg")]
            subprocess.run([*base, *output, *work], check=True, capture_output=True)
    return found


def place(stack: str, *, imports: bool) -> str | None:
    """What a sample counts for; None where it waits, and for imports unless they are asked for.

    A frame is written "function (path of the module)".
    """
    if re.search(r"\((threading|queue|selectors|multiprocessing/[^)]*)\.py\)$", stack):
        return None  # it waits
    frames = [
        (function, path)
        for function, path in re.findall(r"([^;]+?) \(([^;()]+)\)", stack)
        if not path.startswith("<frozen")
    ]
    where = [index for index, (function, _) in enumerate(frames) if function == "<module>"]
    inner = [index for index, (_, path) in enumerate(frames) if "emotts/" in path]
    modules = [frames[index][1] for index in where if "benchmarks" not in frames[index][1]]
    foreign = [path for path in modules if "emotts/" not in path and not path.startswith("runpy")]
    if modules and (not inner or where[-1] >= inner[-1]):
        package = re.split(r"[/.]", foreign[0])[0] if foreign else "emotts"
        return f"importing {package}" if imports else None
    if not inner:
        return "Python itself" if imports else None
    function, path = frames[inner[-1]]
    return f"`{path[path.rindex('emotts/') + 7 : -3].replace('/', '.')}.{function}`"


def table(stacks: Counter[str], *, imports: bool) -> Iterable[str]:
    """The rows of a profile, the largest first."""
    shares: Counter[str] = Counter()
    for stack, count in stacks.items():
        what = place(stack, imports=imports)
        if what is not None:
            shares[what] += count
    total = shares.total()
    yield "| where | share of the samples |\n|---|---|"
    small = 0
    for what, count in shares.most_common():
        if count >= SHOWN * total:
            yield f"| {what} | {count / total:.0%} |"
        else:
            small += count
    yield f"| each less than {SHOWN:.1%} | {small / total:.0%} |"


def main() -> None:
    """Print the profiles, and what they led to; or do what is looked at."""
    parser = argparse.ArgumentParser(description="Where the time goes.")
    parser.add_argument("--flames", type=Path, metavar="DIR", help="write flame graphs there, too")
    parser.add_argument("--speak", action="store_true", help="only do what is looked at as warm")
    asked = parser.parse_args()
    if asked.speak:
        speak()
        return
    for name, (task, _) in TASKS.items():
        print(f"## {name}\n\n{(task.__doc__ or '').strip()}\n")
        print("\n".join(table(recorded(name, asked.flames), imports=name == "cold")))
        print("\nWhat this and profiles before it led to:\n")
        print("\n".join(f"- {line}" for line in LED_TO[name]) + "\n", flush=True)


if __name__ == "__main__":
    main()
