"""A performance: sentences are played while the next ones are made."""

from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event

from emotts.ahead import ahead
from emotts.audio import Audio
from emotts.cli.output import Delivery
from emotts.host import Host
from emotts.passages import passages
from emotts.records import Candidate
from emotts.speech import Choice, Request


class _Ended(Exception):
    """Nobody listens any more: raised where takes are made, to end that."""


def perform(
    host: Host, asked: Request, delivery: Delivery, observe: Callable[[Candidate], None]
) -> tuple[list[Choice], str | None]:
    """Speak a request; a thread makes sentences, and this one plays them, each when it is chosen.

    Ctrl-C ends both: the player at once, the making at its next take.

    Args:
        host: speaks.
        asked: made by `Host.request`.
        delivery: plays.
        observe: called with each candidate, in the thread that makes them.

    Returns:
        The choices, and the file that was written where nothing could play.
    """
    ended, choices = Event(), list[Choice]()

    def watched(candidate: Candidate) -> None:
        if ended.is_set():
            raise _Ended
        observe(candidate)

    def clips(coming: Iterator[Choice]) -> Iterator[Audio]:
        for choice in coming:
            choices.append(choice)
            yield from choice.clips

    # Playing never holds up the making: there is room for all sentences.
    with closing(ahead(host.speak(asked, observe=watched), len(passages(asked)))) as coming:
        try:
            written = delivery.perform(clips(coming))
        except BaseException:
            ended.set()
            raise
    return choices, written
