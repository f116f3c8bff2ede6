"""How soon a bot of pipecat has its first audio, against the host itself.

    python plugins/emotts-pipecat/benchmarks/first_audio.py

Each round takes them in turn, from the token that completes the first sentence to the first frame
at the end of the pipeline, or the first choice.
"""

import asyncio
import statistics
import time
from pathlib import Path

from emotts_pipecat import EmottsTTSService
from loguru import logger
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from emotts import Config, Host

TEXTS = Path(__file__).parents[3] / "benchmarks" / "proof" / "texts" / "neutral.txt"
ROUNDS = 15
TAKES = 8
TOKEN = 4
# After so long the pipeline has taken in the tokens that it was given; the host waits as long, for
# processors run slower after a rest.
SETTLED_S = 0.05
EMOTION = "fear"


class Clock(FrameProcessor):
    """Notes when the audio of a turn begins, and that it ended."""

    def __init__(self) -> None:
        """Wait for the first turn."""
        super().__init__()
        self.first = 0.0
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Look at a frame, and pass it on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame) and not self.begun.is_set():
            self.first = time.perf_counter()
            self.begun.set()
        elif isinstance(frame, TTSStoppedFrame):
            self.ended.set()
        await self.push_frame(frame, direction)


def tokens(text: str) -> list[str]:
    """A text as a language model might write it."""
    return [text[start : start + TOKEN] for start in range(0, len(text), TOKEN)]


def direct(host: Host, text: list[str]) -> float:
    """Seconds until the first sentence is there, through the host itself."""
    time.sleep(SETTLED_S)
    start = time.perf_counter()
    next(host.stream(text, EMOTION))
    return time.perf_counter() - start


async def piped(worker: PipelineWorker, clock: Clock, first: str, second: str) -> float:
    """Seconds until the first frame of audio is at the end of the pipeline."""
    clock.begun.clear()
    clock.ended.clear()
    before = [LLMTextFrame(token) for token in tokens(first)]
    completing, *after = [LLMTextFrame(token) for token in tokens(second)]
    await worker.queue_frames([LLMFullResponseStartFrame(), *before])
    await asyncio.sleep(SETTLED_S)
    start = time.perf_counter()
    await worker.queue_frame(completing)
    await clock.begun.wait()
    await worker.queue_frames([*after, LLMFullResponseEndFrame()])
    await clock.ended.wait()
    return clock.first - start


async def measured(worker: PipelineWorker, clock: Clock, host: Host) -> list[tuple[float, float]]:
    """Seconds of both, round by round; the first warms up."""
    texts = TEXTS.read_text(encoding="utf-8").splitlines()[: 2 * (ROUNDS + 1)]
    rounds = []
    for first, second in zip(texts[::2], texts[1::2], strict=True):
        whole = tokens(f"{first} {second}")
        rounds.append((await piped(worker, clock, first, f" {second}"), direct(host, whole)))
    await worker.queue_frame(EndFrame())
    return rounds[1:]


async def main() -> None:
    """Print a table."""
    logger.remove()
    config = Config(takes=TAKES, stop="never")
    host = Host(config)
    # A host of its own: an engine may remember what it spoke last.
    service = EmottsTTSService(Host(config), settings=EmottsTTSService.Settings(emotion=EMOTION))
    clock = Clock()
    worker = PipelineWorker(
        Pipeline([service, clock]), params=PipelineParams(audio_out_sample_rate=24_000)
    )
    runner = WorkerRunner()
    await runner.add_workers(worker)
    _, rounds = await asyncio.gather(runner.run(), measured(worker, clock, host))
    mine, alone = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"| first audio, {TAKES} takes, median of {ROUNDS} | time | against the host |")
    print("|---|---|---|")
    print(f"| `EmottsTTSService` | {mine * 1e3:.0f} ms | {ratio:.2f} |")
    print(f"| `Host.stream` | {alone * 1e3:.0f} ms | |")


if __name__ == "__main__":
    asyncio.run(main())
