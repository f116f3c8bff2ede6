"""What emotions do to the voices of the corpora: each speaker against the same one's neutral voice.

    EMOTTS_CORPORA=../shared/corpora python -m benchmarks.corpora

Needs pyworld (`pip install pyworld`). Writes benchmarks/results/corpora.md: for each emotion and
corpus, the mean over speakers and the standard deviation between them.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyworld
import soundfile

ROOT = Path(os.environ.get("EMOTTS_CORPORA", "../shared/corpora"))
RESULT = Path(__file__).parent / "results" / "corpora.md"
CORPORA = ("RAVDESS", "EmoDB", "nEMO")
# nEMO has as many clips as the others together; a third of them says as much.
SHARE = {"nEMO": 0.35}
STEP_S = 0.01
QUIET_DB = -35.0
# Measures that are ratios; their logarithms are compared.
RATIOS = frozenset({"range", "rate", "dynamics"})

Array = npt.NDArray[np.float64]
Measures = dict[str, float]
Clip = tuple[str, Measures]  # the sentence, and what was measured


def measure(path: Path) -> Measures | None:
    """What the controls are about, in one clip; None where too little of it is voiced."""
    samples, rate = soundfile.read(path)
    coarse, time = pyworld.dio(samples, rate, f0_floor=70, f0_ceil=600, frame_period=10)
    f0 = pyworld.stonemask(samples, coarse, time, rate)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 256), 512)
    power = np.abs(np.fft.rfft(frames[:: int(STEP_S * rate)] * np.hanning(512), axis=1)) ** 2
    count = min(len(f0), len(power))
    level = 10 * np.log10(power[:count].sum(axis=1) + 1e-12)
    audible = np.flatnonzero(level > level.max() + QUIET_DB)
    spoken = slice(int(audible[0]), int(audible[-1]) + 1)
    f0, power, level = f0[:count][spoken], power[:count][spoken], level[spoken]
    voiced = np.flatnonzero(f0)
    if len(voiced) < 20:
        return None
    semitones = 12 * np.log2(f0[voiced])
    low, middle, high = np.percentile(semitones, [10, 50, 90])
    return {
        "pitch": float(middle),
        "range": float(high - low),
        "slope": float(np.polyfit(voiced / len(f0), semitones, 1)[0]),
        "final": float(np.polyfit(np.arange(25), semitones[-25:], 1)[0] * 25)
        if len(voiced) >= 25
        else 0.0,
        "rate": 1 / len(f0),
        "dynamics": float(np.std(level[voiced])),
        "tilt": _tilt(power[voiced].mean(axis=0), rate),
    }


def _tilt(spectrum: Array, rate: int) -> float:
    """Slope in dB an octave over the five octaves from 200 Hz to 6.4 kHz."""
    frequencies = np.fft.rfftfreq(512, 1 / rate)
    edges = 200 * 2.0 ** np.arange(6)
    bands = [
        10 * np.log10(spectrum[(frequencies >= low) & (frequencies < 2 * low)].mean() + 1e-15)
        for low in edges[:-1]
    ]
    return float(np.polyfit(np.arange(5), bands, 1)[0])


def clips() -> list[dict[str, str]]:
    """The rows of the corpora's manifests, thinned out where a corpus is large."""
    rng = np.random.default_rng(0)
    rows = []
    for corpus in CORPORA:
        with (ROOT / corpus / "manifest.csv").open(encoding="utf-8") as file:
            rows += [row for row in csv.DictReader(file) if rng.random() < SHARE.get(corpus, 1)]
    return rows


def changes(
    rows: Sequence[dict[str, str]], measured: Sequence[Measures | None]
) -> dict[tuple[str, str], list[Measures]]:
    """(Emotion, corpus) → the mean change of each speaker against neutral clips.

    Of the same sentence where the speaker said it neutrally, else of all neutral clips; the
    rate is compared on the same sentence alone.
    """
    said: dict[tuple[str, str, str], list[Clip]] = defaultdict(list)
    for row, values in zip(rows, measured, strict=True):
        if values:
            key = row["corpus"], row["speaker"], row["emotion"]
            said[key].append((row["sentence"], values))
    result = defaultdict(list)
    for (corpus, speaker, emotion), clips_of in said.items():
        neutral = said.get((corpus, speaker, "neutral"), [])
        if emotion == "neutral" or not neutral:
            continue
        each = [_change(clip, neutral) for clip in clips_of]
        result[emotion, corpus].append(
            {name: float(np.nanmean([change[name] for change in each])) for name in each[0]}
        )
    return result


def _change(clip: Clip, neutral: Sequence[Clip]) -> Measures:
    """A clip against neutral ones of the same speaker."""
    sentence, values = clip
    same = [measures for other, measures in neutral if other == sentence]
    bases = same or [measures for _, measures in neutral]
    change = {}
    for name, value in values.items():
        base = float(np.mean([measures[name] for measures in bases]))
        if name == "rate" and not same:
            change[name] = float("nan")
        else:
            change[name] = float(np.log(value / base)) if name in RATIOS else value - base
    return change


def main() -> None:
    """Measure, and write the table."""
    rows = clips()
    paths = [ROOT / row["corpus"] / row["file"] for row in rows]
    with ProcessPoolExecutor(2) as pool:
        found = changes(rows, list(pool.map(measure, paths, chunksize=20)))
    names = ["pitch", "range", "slope", "final", "rate", "dynamics", "tilt"]
    lines = [
        "# What emotions do to the voices of the corpora",
        "",
        "`python -m benchmarks.corpora`: change against the same speaker's neutral voice, mean over"
        " speakers ± standard deviation between them. Pitch in semitones; range, rate and dynamics"
        " as natural logarithms of ratios; slope in semitones a clip; final: semitones over the"
        " last quarter second; tilt in dB an octave.",
        "",
        f"| emotion | corpus | speakers | {' | '.join(names)} |",
        "|" + " --- |" * (len(names) + 3),
    ]
    for (emotion, corpus), speakers in sorted(found.items()):
        cells = [
            f"{np.nanmean(values):+.2f} ± {np.nanstd(values):.2f}"
            for values in ([speaker[name] for speaker in speakers] for name in names)
        ]
        lines.append(f"| {emotion} | {corpus} | {len(speakers)} | {' | '.join(cells)} |")
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
