"""What the server adds to speech, and what it keeps after many requests.

    python -m benchmarks.server [--requests 10000]

The first table speaks for real, over a socket and through the Python API in turn. The others ask a
server that hums (emotts.testing) a great many times, a tenth of the clients leaving half-way: one
without a cache, and one with a cache that is too small for all that is asked for.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn

from benchmarks.cost import compare
from emotts import Config, Host
from emotts.cache.store import Store
from emotts.config import CacheConfig, ClassifierConfig, EngineConfig
from emotts.server.app import ServerSettings, create
from emotts.testing import PitchClassifier, ToneEngine, plugins_with

SENTENCE = "The shop around the corner opens at eight in the morning."
ROUNDS = 15
CLIENTS = 16
LEAVES = 0.1
MOST_MB = 20
WARM_UP = 50
# Threads that answered are kept for others for 10 s, and ended with the next answer (AnyIO).
IDLE_S = 11
KINDS = ("speech", "say", "voices", "wrong")


@contextmanager
def served(host: Host, queue: int = 16) -> Iterator[str]:
    """The address of a server that runs in a thread."""
    app = create(host, ServerSettings(queue=queue))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def first_audio(client: httpx.Client, address: str, text: str) -> Callable[[], None]:
    """Asks for a text, and is content with the first of its audio."""
    body = {"model": "emotts", "voice": "alloy", "input": text, "emotion": "anger"}
    body["response_format"] = "pcm"

    def ask() -> None:
        with client.stream("POST", f"{address}/v1/audio/speech", json=body) as response:
            next(response.iter_bytes())

    return ask


def latency() -> None:
    """Both ratios that the server is held to."""
    config = Config(stop="never")
    direct = Host(config)
    long = (SENTENCE + " ") * (4096 // (len(SENTENCE) + 1))
    print("| what | time | against | ratio | limit |\n|---|---|---|---|---|")
    with served(Host(config)) as address, httpx.Client(timeout=60) as client:
        whole, alone, ratio = compare(
            first_audio(client, address, long), first_audio(client, address, SENTENCE), ROUNDS
        )
        print(
            f"| first audio of {len(long):,} characters | {whole * 1e3:.0f} ms | of its first "
            f"sentence alone: {alone * 1e3:.0f} ms | {ratio:.2f} | 1.1 |"
        )
        ours, api, ratio = compare(
            first_audio(client, address, SENTENCE),
            lambda: list(direct.stream(SENTENCE, "anger")),
            ROUNDS,
        )
        print(
            f"| a short sentence, 8 takes | {ours * 1e3:.0f} ms | through the Python API: "
            f"{api * 1e3:.0f} ms | {ratio:.2f} | 1.15 |"
        )


def humming(cache: CacheConfig | None) -> Host:
    """A host that costs next to nothing."""
    config = Config(
        engine=EngineConfig(name="tone"),
        classifiers=(ClassifierConfig(name="pitch"),),
        takes=2,
        cache=cache,
    )
    plugins = plugins_with(engines=[ToneEngine], classifiers=[PitchClassifier])
    return Host(config, plugins=plugins)


async def ask(client: httpx.AsyncClient, draw: random.Random) -> str:
    """One request of some kind; what became of it."""
    kind, text = draw.choice(KINDS), f"Number {draw.randrange(1000)} is here. So is another."
    if kind == "voices":
        return str((await client.get("/v1/audio/voices")).status_code)
    if kind == "say":
        body = {"text": text, "emotion": "anger", "stream": True}
        path = "/v1/emotts/say"
    else:
        voice = "alloy" if kind == "speech" else "nobody"
        body = {"model": "emotts", "voice": voice, "input": text, "response_format": "pcm"}
        path = "/v1/audio/speech"
    if draw.random() < LEAVES:
        with suppress(httpx.TimeoutException):
            await client.post(path, json=body, timeout=draw.uniform(0.001, 0.05))
        return "left"
    return str((await client.post(path, json=body)).status_code)


async def soak(address: str, requests: int, sample: Callable[[int], None]) -> Counter[str]:
    """Ask so many times, `CLIENTS` at once; how many answers of each kind there were."""
    found: Counter[str] = Counter()
    numbers = iter(range(requests))

    async def work(client: httpx.AsyncClient) -> None:
        for number in numbers:
            found[await ask(client, random.Random(number))] += 1
            if number % 1000 == 999:
                sample(number + 1)

    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await asyncio.gather(*(work(client) for _ in range(CLIENTS)))
    return found


def resident_mb() -> float:
    """Memory of this process, which the server shares."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def held(address: str) -> tuple[int, int, int]:
    """Requests that are counted once those under way had time to end, open files, and threads."""
    deadline = time.monotonic() + 10
    while httpx.get(f"{address}/health").json()["waiting"] and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(IDLE_S)
    httpx.get(f"{address}/v1/audio/voices")
    time.sleep(0.5)
    waiting = httpx.get(f"{address}/health").json()["waiting"]
    return waiting, len(os.listdir("/proc/self/fd")), threading.active_count()


def leaks(requests: int, cache: CacheConfig | None = None) -> None:
    """What is left of many requests."""
    with served(humming(cache), queue=CLIENTS // 2) as address:
        memory: dict[int, float] = {}

        def sample(done: int) -> None:
            memory[done] = resident_mb()
            print(f"{done} requests, {memory[done]:.0f} MB", file=sys.stderr)

        asyncio.run(soak(address, WARM_UP, lambda _: None))
        _, files, threads = held(address)
        start = time.perf_counter()
        found = asyncio.run(soak(address, requests, sample))
        seconds = time.perf_counter() - start
        waiting, files_now, threads_now = held(address)
        left = {
            "requests still counted": waiting,
            "file descriptors more": files_now - files,
            "threads more": threads_now - threads,
        }
    print(
        f"\n{requests:,} requests by {CLIENTS} clients, {'with' if cache else 'without'} a cache, "
        f"{requests / seconds:.0f} a second\n"
    )
    print("| what | how many |\n|---|---|")
    for name, count in [*sorted(found.items()), *left.items()]:
        print(f"| {name if not name.isdigit() else f'answered {name}'} | {count} |")
    if cache is not None:
        usage = Store(cache.folder, cache.max_bytes).usage()
        print(f"| sentences in the cache, found so often | {usage.entries}, {usage.hits} |")
        print(f"| MB in the cache, of {cache.max_mb} | {usage.bytes / 1e6:.1f} |")
    if len(memory) > 1:
        first, *_, last = memory.values()
        middle = statistics.median(list(memory.values())[1:])
        print(
            f"| memory after 1,000, median after that, at the end | "
            f"{first:.0f}, {middle:.0f}, {last:.0f} MB |"
        )


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    arguments = parser.parse_args()
    latency()
    leaks(arguments.requests)
    with TemporaryDirectory() as folder:
        leaks(arguments.requests, CacheConfig(path=folder, max_mb=MOST_MB))


if __name__ == "__main__":
    main()
