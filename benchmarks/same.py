"""Same seed, same bytes: requests are spoken, and again in other ways.

    python -m benchmarks.same [--requests 1000]

Requests differ in text, target, intensity, number of takes, seed and stop. Each is spoken by a host
as it comes, and a second time in one of the other ways in turn. What is compared is all that came
out of it: hashes of the samples of every take, controls, checks, what was heard, scores, embeddings
and the choice.
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emotts import Audio, Config, Host, Prediction, Profile, Rendering, Take
from emotts.builtin.compact import CompactClassifier
from emotts.builtin.hibari import HibariEngine
from emotts.config import (
    CacheConfig,
    ClassifierConfig,
    EngineConfig,
    LedgerConfig,
    PartConfig,
)
from emotts.digest import digest
from emotts.jsonform import choice_form
from emotts.ledger import audio_hash
from emotts.plugins import load
from emotts.profiles import EMOTIONS
from emotts.registry import PluginInfo, Plugins
from emotts.replay import read, replay

TEXTS = Path(__file__).parent / "proof" / "texts" / "neutral.txt"
WORDS = 6
Outcome = list[Any]

# How long a part that dawdles takes longer than it would, at most, seconds.
DAWDLES_S = 0.02


class LateEngine(HibariEngine):
    """Makes its takes when it likes."""

    name = "hibari"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        """Speak, after a while."""
        for made in super().synthesize(text, voice=voice, takes=takes):
            time.sleep(random.uniform(0, DAWDLES_S))
            yield made


class LateClassifier(CompactClassifier):
    """Hears when it likes."""

    name = "compact"

    def classify(
        self, batch: Sequence[Audio], *, profile: Profile | None = None
    ) -> list[Prediction]:
        """Hear, after a while."""
        time.sleep(random.uniform(0, DAWDLES_S))
        return super().classify(batch, profile=profile)


def asked(number: int) -> dict[str, Any]:
    """A request; the number decides all of it."""
    draw = random.Random(number)
    lines = TEXTS.read_text().splitlines()
    texts = [" ".join(draw.choice(lines).split()[:WORDS]).rstrip(".,") + "." for _ in range(2)]
    first, second = draw.sample(EMOTIONS, 2)
    return {
        "text": " ".join(texts[: draw.choice((1, 1, 1, 2))]),
        "emotion": draw.choice((first, first, {first: 0.7, second: 0.3})),
        "intensity": draw.choice((1.0, 1.0, 0.6)),
        "takes": draw.randrange(2, 6),
        "seed": draw.randrange(2**32),
        "stop": draw.choice(("adaptive", "never")),
    }


def spoken(host: Host, number: int) -> Outcome:
    """All that comes out of a request."""
    return [
        [
            {**choice_form(choice), "cached": False},
            [c.audio and audio_hash(c.audio) for c in choice.candidates],
            digest([c.predictions for c in choice.candidates]),
        ]
        for choice in host.say(**asked(number)).choices
    ]


def dawdling() -> Host:
    """A host whose parts take their time."""
    late = {"engine": (LateEngine,), "classifier": (LateClassifier,)}
    names = {LateEngine.name, LateClassifier.name}
    loaded = [
        replace(
            info,
            provides={
                kind: tuple(part for part in parts if part.name not in names)
                for kind, parts in info.provides.items()
            },
        )
        for info in load().loaded
    ]
    return Host(plugins=Plugins([*loaded, PluginInfo("late", "emotts", "0", late)]))


def isolated() -> Host:
    """A host whose parts are processes of their own."""
    return Host(
        Config(
            engine=EngineConfig(name="hibari", isolate=True),
            classifiers=(ClassifierConfig(name="compact", isolate=True),),
            checks=tuple(
                PartConfig(name=name, isolate=True) for name in ("signal", "prosody", "likeness")
            ),
        )
    )


def threads(count: int) -> Host:
    """A host whose classifier hears several takes at once."""
    options = {"threads": count}
    return Host(Config(classifiers=(ClassifierConfig(name="compact", options=options),)))


# Way → the host that speaks so.
HOSTS: Mapping[str, Callable[[], Host]] = {
    "by another host of the process": Host,
    "takes that are made and heard at random times": dawdling,
    "engine, classifier and checks in processes of their own": isolated,
    "one thread hears": lambda: threads(1),
    "two threads hear": lambda: threads(2),
}
RESTARTED = "after a restart, in another order"
CACHED = "from the cache"
REPLAYED = "replayed from the ledger after a restart"
WAYS = (*HOSTS, RESTARTED, CACHED, REPLAYED)


@cache
def _host() -> Host:
    return Host()


def anew(number: int) -> Outcome:
    """`spoken`, by a process that has spoken nothing else before."""
    return spoken(_host(), number)


def again(ledger: str, line: int) -> str:
    """A line of a ledger, spoken again; `ConfigError` where that has another hash."""
    found = read(ledger, line)
    replay(found, _host().engine)
    return str(found["audio_sha256"])


def main() -> None:
    """Speak everything twice, and print what was the same."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    count = parser.parse_args().requests
    with TemporaryDirectory() as folder:
        ledger = f"{folder}/ledger.jsonl"
        keeping = Config(
            cache=CacheConfig(path=f"{folder}/speech", max_mb=4000),
            ledger=LedgerConfig(path=ledger, text=True),
        )
        expected: dict[int, Outcome] = {}
        lines: dict[int, int] = {}
        with Host(keeping) as host:
            for number in range(count):
                begun = sum(1 for _ in open(ledger, "rb")) if number else 0
                expected[number] = spoken(host, number)
                lines[number] = begun + 1
                if number % 50 == 49:
                    print(f"{number + 1} of {count}", file=sys.stderr)
            found = _in_other_ways(range(count), host)
        replayed = [number for number in range(count) if WAYS[number % len(WAYS)] == REPLAYED]
        with _process() as process:
            for number in replayed:
                process.submit(again, ledger, lines[number]).result()
                found[number] = expected[number]
    _print(expected, found)


def _in_other_ways(numbers: Sequence[int], keeping: Host) -> dict[int, Outcome]:
    """What comes out of each request but those that are replayed, spoken in its way."""
    found: dict[int, Outcome] = {}
    for index, (way, make) in enumerate(HOSTS.items()):
        with make() as host:
            for number in numbers[index :: len(WAYS)]:
                found[number] = spoken(host, number)
        print(way, file=sys.stderr)
    shuffled = list(numbers[WAYS.index(RESTARTED) :: len(WAYS)])
    random.Random(0).shuffle(shuffled)
    with _process() as process:
        found |= zip(shuffled, process.map(anew, shuffled), strict=True)
    cached = numbers[WAYS.index(CACHED) :: len(WAYS)]
    with ThreadPoolExecutor(1) as thread:
        found |= zip(cached, thread.map(lambda n: spoken(keeping, n), cached), strict=True)
    return found


def _process() -> ProcessPoolExecutor:
    """A new interpreter."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def _print(expected: Mapping[int, Outcome], found: Mapping[int, Outcome]) -> None:
    same: Counter[str] = Counter()
    asked_for: Counter[str] = Counter()
    for number, outcome in found.items():
        way = WAYS[number % len(WAYS)]
        asked_for[way] += 1
        same[way] += outcome == expected[number]
    print("| spoken again | requests | the same to the bit |\n|---|---|---|")
    for way in WAYS:
        print(f"| {way} | {asked_for[way]} | {same[way]} |")
    print(f"| all | {asked_for.total()} | {same.total()} |")


if __name__ == "__main__":
    main()
