"""How soon a LiveKit agent has its first audio, against the host itself.

    python plugins/emotts-livekit/benchmarks/first_audio.py

Each round takes them in turn, from the tokens of a text to the first frame or choice.
"""

import asyncio
import statistics
import time
from pathlib import Path

from emotts_livekit import TTS

from emotts import Config, Host

TEXTS = Path(__file__).parents[3] / "benchmarks" / "proof" / "texts" / "neutral.txt"
ROUNDS = 15
TAKES = 8
TOKEN = 4
EMOTION = "fear"


def direct(host: Host, tokens: list[str]) -> float:
    """Seconds until the first sentence is there, through the host itself."""
    start = time.perf_counter()
    next(host.stream(tokens, EMOTION))
    return time.perf_counter() - start


async def streamed(tts: TTS, tokens: list[str]) -> float:
    """Seconds until the first frame is there."""
    async with tts.stream() as stream:
        start = time.perf_counter()
        for token in tokens:
            stream.push_text(token)
        stream.end_input()
        await anext(stream)
        first = time.perf_counter() - start
        async for _ in stream:
            pass
    return first


async def main() -> None:
    """Print a table."""
    config = Config(takes=TAKES, stop="never")
    host = Host(config)
    # A host of its own: an engine may remember what it spoke last.
    tts = TTS(Host(config), emotion=EMOTION)
    texts = TEXTS.read_text(encoding="utf-8").splitlines()[: 2 * (ROUNDS + 1)]
    rounds = []
    for first, second in zip(texts[::2], texts[1::2], strict=True):
        text = f"{first} {second}"
        tokens = [text[start : start + TOKEN] for start in range(0, len(text), TOKEN)]
        rounds.append((await streamed(tts, tokens), direct(host, tokens)))
    mine, alone = (statistics.median(column) for column in zip(*rounds[1:], strict=True))
    ratio = statistics.median(a / b for a, b in rounds[1:])
    print(f"| first audio, {TAKES} takes, median of {ROUNDS} | time | against the host |")
    print("|---|---|---|")
    print(f"| `TTS.stream` | {mine * 1e3:.0f} ms | {ratio:.2f} |")
    print(f"| `Host.stream` | {alone * 1e3:.0f} ms | |")


if __name__ == "__main__":
    asyncio.run(main())
