"""Streams: text that comes bit by bit, in a thread or an event loop, and stops when told to."""

import asyncio
import concurrent.futures
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE_S

from emotts import Config, Host
from emotts.config import EngineConfig, LedgerConfig
from emotts.emotions import target
from emotts.errors import EmottsError, EngineError, TextError, UnknownNameError
from emotts.fragments import complete
from emotts.records import Candidate, Rendering, Take
from emotts.testing import ToneEngine, plugins_with, unfinished
from emotts.text import MAX_REQUEST, sentences

TEXT = "The cat sat. [anger]The dog ran! It rained.[/] Dr. Smith left."
SAID = ["The cat sat.", "The dog ran!", "It rained.", "Dr. Smith left."]


@pytest.fixture
def host(tones: Path) -> Host:
    return Host(Config.load(tones).model_copy(update={"takes": 6, "stop": "never"}))


def tokens(text: str, size: int = 3) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def test_each_sentence_is_spoken_as_soon_as_it_is_complete(host: Host) -> None:
    given_out = []

    def source():
        for token in tokens(TEXT):
            given_out.append(token)
            yield token

    seen = []
    for choice in host.stream(source(), "fear"):
        seen.append((choice.text, "".join(given_out)))
    assert [text for text, _ in seen] == SAID
    # Not before the next sentence begins, and no later.
    assert seen[0][1].startswith("The cat sat. [")
    assert len(seen[0][1]) < len("The cat sat. [") + 3


def test_fragments_are_spoken_as_the_whole_text_is(host: Host) -> None:
    whole = list(host.stream(TEXT, "fear"))
    parts = list(host.stream(tokens(TEXT), "fear"))
    assert [choice.target for choice in parts] == [choice.target for choice in whole]
    assert [choice.target.dominant for choice in parts] == ["fear", "anger", "anger", "fear"]
    for one, other in zip(whole, parts, strict=True):
        assert one.audio.samples.tobytes() == other.audio.samples.tobytes()


def test_fragments_without_anything_to_speak_are_an_error(host: Host) -> None:
    with pytest.raises(TextError, match="nothing to speak"):
        list(host.stream(["…", " [anger] ", "!"], "fear"))
    with pytest.raises(UnknownNameError):
        list(host.stream(iter(["One."]), "hapiness"))


@given(st.lists(st.sampled_from([*"Aab1.!? \n[]<>/", "[joy]", "<b>", "Dr. ", " The end. "])))
def test_no_character_is_lost_between_fragments(parts: list[str]) -> None:
    assert "".join(complete(parts)) == "".join(parts)


def test_no_sentence_is_cut_where_fragments_are() -> None:
    text = "It cost 3.50 dollars. Dr. Who said so! Was it true? Yes."
    for size in range(1, 12):
        found = [s for part in complete(tokens(text, size)) for s in sentences(part)]
        assert found == sentences(text)


@pytest.mark.parametrize("size", [1, 5000])
def test_a_text_without_an_end_is_cut_between_words(size: int) -> None:
    *parts, _ = complete(tokens("word " * 1000, size))
    assert len(parts) > 10
    assert all(300 < len(part) <= 400 and part.endswith("word ") for part in parts)


def test_a_text_without_an_end_is_cut_before_a_tag_rather_than_in_it() -> None:
    before, tag = "word " * 78, "[very much so sad]"
    first, second, *_ = complete(tokens(f"{before}{tag} {'word ' * 200}"))
    assert first == before
    assert second.startswith(tag)


def test_a_long_fragment_is_cut_where_sentences_end() -> None:
    text = "Some [anger]words. Here![/] " * 500
    parts = list(complete([text]))
    assert "".join(parts) == text
    assert len(parts) < 6
    assert all(len(part) <= MAX_REQUEST for part in parts)
    assert all(part.endswith("words. ") for part in parts[:-1])


@pytest.mark.slow
def test_a_long_fragment_is_spoken(host: Host) -> None:
    sentence = "The cat sat by the door, and the dog ran around the house until it began to rain."
    said = [choice.text for choice in host.stream([f"{sentence} " * 60], "fear", takes=1)]
    assert said == [sentence] * 60


def test_the_first_sentence_takes_fewer_takes(host: Host) -> None:
    first, second = host.stream("One cat. Two dogs.", "fear", first_takes=2)
    assert (len(first.candidates), len(second.candidates)) == (2, 6)
    first, *_, last = host.stream(tokens(TEXT), "fear", first_takes=1)
    assert (len(first.candidates), len(last.candidates)) == (1, 6)


def test_an_app_is_told_what_happens(host: Host) -> None:
    told = []
    for choice in host.stream(
        "One cat. Two dogs.",
        "fear",
        takes=2,
        begin=lambda text: told.append(f"begin {text}"),
        observe=lambda candidate: told.append(f"take {candidate.take.index}"),
        chosen=lambda choice: told.append(f"chosen {choice.text}"),
    ):
        told.append(f"got {choice.text}")
    once = ["begin {}", "take 0", "take 1", "chosen {}", "got {}"]
    assert told == [line.format(text) for text in ("One cat.", "Two dogs.") for line in once]


def test_an_event_loop_goes_on_while_sentences_are_made(host: Host) -> None:
    ticked = threading.Event()

    async def source():
        for token in tokens(TEXT):
            await asyncio.sleep(0)
            yield token

    def observe(_candidate: Candidate) -> None:
        ticked.clear()
        assert ticked.wait(PATIENCE_S), "the loop waits for the work"

    async def main() -> list[str]:
        async def tick() -> None:
            while True:
                await asyncio.sleep(0)
                ticked.set()

        ticking = asyncio.create_task(tick())
        said = [choice.text async for choice in host.astream(source(), "fear", observe=observe)]
        ticking.cancel()
        return said

    assert asyncio.run(main()) == SAID


def test_a_cancelled_stream_stops_at_its_next_take(host: Host) -> None:
    heard, begun, cancelled = [], threading.Event(), threading.Event()

    def observe(candidate: Candidate) -> None:
        heard.append(candidate.take.index)
        begun.set()
        cancelled.wait(PATIENCE_S)

    async def main() -> None:
        async def listen() -> None:
            async for _ in host.astream("One cat. Two dogs.", "fear", observe=observe):
                pass

        listening = asyncio.create_task(listen())
        assert await asyncio.to_thread(begun.wait, PATIENCE_S)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening

    asyncio.run(main())
    cancelled.set()
    assert not unfinished()
    assert heard == [0]
    assert not [t for t in threading.enumerate() if t.name == "emotts-ahead"]


def test_who_takes_one_sentence_leaves_the_others_unmade(host: Host) -> None:
    heard, left = [], threading.Event()

    def begin(text: str) -> None:
        assert text == "One cat." or left.wait(PATIENCE_S)

    async def main() -> None:
        async for _ in host.astream(
            "One cat. " + "Two dogs. " * 20,
            "fear",
            begin=begin,
            observe=lambda c: heard.append(c.take.index),
        ):
            break

    asyncio.run(main())
    left.set()
    assert not unfinished()
    assert heard == list(range(6))


@pytest.mark.slow
def test_a_stream_whose_text_never_comes_can_be_cancelled(host: Host) -> None:
    async def source():
        yield "One cat. Two"
        await asyncio.sleep(3600)

    async def main() -> list[str]:
        said, first = [], asyncio.Event()

        async def listen() -> None:
            async for choice in host.astream(source(), "fear"):
                said.append(choice.text)
                first.set()

        listening = asyncio.create_task(listen())
        await first.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        return said

    assert asyncio.run(main()) == ["One cat."]
    assert not unfinished()


def test_an_error_comes_out_where_it_is_waited_for(host: Host) -> None:
    async def main() -> None:
        async for _ in host.astream("One cat.", target("boredom")):
            pass

    with pytest.raises(Exception, match="boredom"):
        asyncio.run(main())


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ValueError("no model"), ValueError),
        (TimeoutError("the model is slow"), TimeoutError),
        (asyncio.CancelledError(), concurrent.futures.CancelledError),
    ],
)
def test_an_error_of_the_text_comes_out_after_what_was_complete(
    host: Host, error: BaseException, raised: type[Exception]
) -> None:
    said = []

    async def source():
        yield "One cat. Two"
        raise error

    async def main() -> None:
        async with asyncio.timeout(PATIENCE_S):
            async for choice in host.astream(source(), "fear", takes=1):
                said.append(choice.text)

    with pytest.raises(raised, match=f"^{error}$"):
        asyncio.run(main())
    assert said == ["One cat."]
    assert not unfinished()


def test_a_part_that_exits_ends_its_stream_alone(host: Host) -> None:
    def exits(_candidate: Candidate) -> None:
        sys.exit("enough")

    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"ended by SystemExit\('enough'\)"):
            async with asyncio.timeout(PATIENCE_S):
                async for _ in host.astream("One cat.", "fear", takes=1, observe=exits):
                    pass
        assert [c.text async for c in host.astream("Two dogs.", "fear", takes=1)] == ["Two dogs."]

    asyncio.run(main())


def test_a_text_is_told_part_by_part_as_if_it_were_one(host: Host) -> None:
    whole = list(host.stream(TEXT, "fear"))
    recital = host.recital("fear")
    parts = [
        choice
        for part in ("The cat sat.", "…", "[anger]The dog ran!", "It rained.[/] Dr. Smith left.")
        for choice in recital.speak(part)
    ]
    assert [choice.target for choice in parts] == [choice.target for choice in whole]
    for one, other in zip(whole, parts, strict=True):
        assert one.audio.samples.tobytes() == other.audio.samples.tobytes()


def test_a_recital_may_go_on_in_another_way(host: Host) -> None:
    recital = host.recital("fear", takes=2)
    (first,) = recital.speak("The cat sat. [anger]")
    recital.ask("sadness", takes=3)
    angry, sad = recital.speak("The dog ran![/] It rained.")
    assert [c.target.dominant for c in (first, angry, sad)] == ["fear", "anger", "sadness"]
    assert [len(c.candidates) for c in (first, angry, sad)] == [2, 3, 3]


def test_what_is_asked_for_while_a_part_is_spoken_holds_from_the_next_one_on(host: Host) -> None:
    recital = host.recital("fear", takes=2)
    part = recital.speak("The cat sat. The dog ran.")
    first = next(part)
    recital.ask("sadness", takes=3)
    (second,) = part
    (third,) = recital.speak("It rained.")
    assert [c.target.dominant for c in (first, second, third)] == ["fear", "fear", "sadness"]
    assert [len(c.candidates) for c in (first, second, third)] == [2, 2, 3]


def test_what_is_asked_for_meanwhile_goes_on_in_the_tone_of_the_last_sentence(host: Host) -> None:
    recital = host.recital("anger", takes=4)
    part = recital.speak("The cat sat. [fear]The dog ran.[/]")
    first = next(part)
    recital.ask("anger", takes=16)
    (second,) = part
    (third,) = recital.speak("It rained.")
    after = [
        next(host.stream("It rained.", "anger", takes=16, tone=choice.tone)).chosen
        for choice in (first, second)
    ]
    assert after[0] != after[1] == third.chosen


def test_a_tone_that_was_asked_for_stays_until_something_is_spoken(host: Host) -> None:
    tone = next(host.stream("The cat sat.", "anger", takes=4)).tone
    recital = host.recital("fear", takes=16, tone=tone)
    recital.ask("anger", takes=16)
    (choice,) = recital.speak("It rained.")
    alone = host.stream("It rained.", "anger", takes=16, tone=tone)
    free = host.stream("It rained.", "anger", takes=16)
    assert choice.chosen == next(alone).chosen != next(free).chosen


def test_streams_of_one_host_take_turns_and_none_waits_for_the_text_of_another(
    host: Host,
) -> None:
    async def main() -> list[list[str]]:
        released = asyncio.Event()

        async def slow():
            yield "One cat. Two"
            await released.wait()

        async def listen(text) -> list[str]:
            return [choice.text async for choice in host.astream(text, "fear", takes=2)]

        waiting = asyncio.create_task(listen(slow()))
        others = await asyncio.gather(*(listen(TEXT) for _ in range(20)))
        released.set()
        return [await waiting, *others]

    first, *others = asyncio.run(asyncio.wait_for(main(), PATIENCE_S))
    assert first == ["One cat.", "Two"]
    assert others == [SAID] * 20
    assert not unfinished()


def test_what_is_wrong_with_a_request_is_told_before_there_is_a_text(host: Host) -> None:
    host.check("fear")
    for emotion, voice, reason in (
        ("hapiness", "alto", "unknown emotion 'hapiness'"),
        ("fear", "nobody", "unknown voice of tone 'nobody'"),
        ("boredom", "alto", "does not hear boredom"),
    ):
        with pytest.raises(EmottsError, match=reason):
            host.check(emotion, voice=voice)


def test_a_host_that_is_warm_has_told_nobody(host: Host, tmp_path: Path) -> None:
    kept = tmp_path / "ledger.jsonl"
    config = host.config.model_copy(update={"ledger": LedgerConfig(path=str(kept))})
    warm = Host(config)
    warm.warm_up()
    assert not kept.exists()
    assert len(list(warm.stream("One cat.", "fear"))) == 1
    assert len(kept.read_text().splitlines()) == 1
    with pytest.raises(UnknownNameError, match="alto"):
        warm.warm_up("nobody")


class Wordless(ToneEngine):
    """Fails on the one word that a host is warmed up with."""

    name = "wordless"

    def synthesize(self, text: str, *, voice: str, takes: Sequence[Take]) -> Iterator[Rendering]:
        if text == "One.":
            raise ValueError("no words")
        yield from super().synthesize(text, voice=voice, takes=takes)


def test_what_a_host_can_not_be_warmed_up_with_is_an_error_of_emotts(host: Host) -> None:
    config = host.config.model_copy(update={"engine": EngineConfig(name="wordless")})
    with pytest.raises(EngineError, match=r"wordless failed: .*no words"):
        Host(config, plugins=plugins_with(engines=[Wordless])).warm_up()
