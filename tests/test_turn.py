"""The turn: who came first has it first, and who gives up stands in nobody's way."""

import asyncio
from threading import Event

import pytest

from emotts.background import Gone, Line, held
from emotts.turn import Turn


def test_who_came_first_has_it_first() -> None:
    turn = Turn()
    first, second = turn.join(), turn.join()
    assert first.is_set() and not second.is_set()
    turn.leave(first)
    again = turn.join()
    assert second.is_set() and not again.is_set()
    turn.leave(second)
    assert again.is_set()


def test_who_gives_up_stands_in_nobodys_way() -> None:
    turn = Turn()
    first, second, third = turn.join(), turn.join(), turn.join()
    turn.leave(second)
    assert not third.is_set()
    turn.leave(first)
    assert third.is_set()


def test_it_is_used_as_a_lock_is() -> None:
    turn = Turn()
    with turn:
        assert turn.locked()
        assert not turn.acquire(blocking=False)
        assert not turn.acquire(timeout=0.001)
    assert not turn.locked()
    assert turn.acquire(blocking=False)
    turn.release()
    with pytest.raises(RuntimeError, match="nobody holds"):
        turn.release()


def test_who_is_gone_leaves_the_line() -> None:
    turn = Turn()
    line = Line(asyncio.new_event_loop())
    line.loop.close()
    line.gone.set()
    with turn, pytest.raises(Gone), held(turn, line):
        pass
    assert not turn.locked()


def test_who_is_interrupted_leaves_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    monkeypatch.setattr("emotts.turn.Event", Interrupting)
    turn = Turn()
    first = turn.join()
    with pytest.raises(KeyboardInterrupt):
        turn.acquire()
    turn.leave(first)
    assert not turn.locked()
