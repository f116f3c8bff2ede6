"""What each control costs: DNSMOS, similarity of the voice, and time.

    python plugins/emotts-prosody/benchmarks/cost.py [--engine piper] [--sentences 8]

Each added control goes to both ends and half-way there, alone, on takes of one seed a sentence.
Losses are against the same engine's own rendering. Needs emotts-naturalness and emotts-speaker.
"""

import time
from argparse import ArgumentParser
from collections.abc import Sequence

import numpy as np
from emotts_prosody import ProsodyWrapper
from emotts_prosody.shape import shaped
from emotts_prosody.world import analyse

from emotts import Audio, Config, Host, Take
from emotts.check import Check
from emotts.config import EngineConfig
from emotts.profiles import SENTENCES
from emotts.records import Voice


def settings(engine: ProsodyWrapper) -> list[dict[str, float]]:
    """Neutral, then each added control half-way to its ends and there."""
    return [{}] + [
        {name: control.at(share * control.position(end))}
        for name, control in engine.added.items()
        for end in (control.low, control.high)
        for share in (0.5, 1.0)
        if end != control.neutral
    ]


def measured(check: Check, clips: Sequence[Audio], text: str, voice: Voice) -> list[float]:
    """The check's value for each clip, the first one being take 0."""
    found = check.measure(clips, baseline=clips[0], text=text, voice=voice)
    return [one.value for (one,) in found]


def seconds(work: object, clip: Audio) -> float:
    """CPU seconds of this thread for a second of the clip, best of three."""
    best = np.inf
    for _ in range(3):
        start = time.thread_time()
        work()  # type: ignore[operator]
        best = min(best, time.thread_time() - start)
    return float(best / clip.duration_s)


def main() -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="piper")
    parser.add_argument("--sentences", type=int, default=8)
    arguments = parser.parse_args()
    name = f"prosody({arguments.engine})"
    host = Host(Config(engine=EngineConfig(name=name), checks=("naturalness", "speaker")))
    engine, voice = host.engine, host.engine.voice()
    planned = settings(engine)
    takes = [Take(index, 0, controls) for index, controls in enumerate(planned)]
    losses, similarities, clips = [], [], []
    for text in SENTENCES[: arguments.sentences]:
        clips = [r.audio for r in engine.renderings(text, voice=voice.name, takes=takes)]
        naturalness, speaker = (measured(check, clips, text, voice) for check in host.checks)
        losses.append(naturalness)
        similarities.append(speaker)
    print(f"{name}, {voice.name}, {arguments.sentences} sentences\n")
    print("| control | DNSMOS lost | similarity |\n|---|---|---|")
    for controls, loss, alike in zip(
        planned, np.mean(losses, axis=0), np.mean(similarities, axis=0), strict=True
    ):
        (what,) = [f"{key} {value:g}" for key, value in controls.items()] or ["neutral"]
        print(f"| {what} | {loss:.2f} | {alike:.2f} |")
    clip, parts = clips[0], analyse(clips[0])
    analysis = seconds(lambda: analyse(clip), clip)
    synthesis = seconds(
        lambda: shaped(clip, {"pitch": 2.0, "breathiness": 0.5}, lambda _: parts), clip
    )
    print(f"\nanalysis {1 / analysis:.0f} times real time, a take {1 / synthesis:.0f} times")


if __name__ == "__main__":
    main()
